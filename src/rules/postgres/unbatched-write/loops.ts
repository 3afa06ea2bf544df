import type { Node } from '@pgsql/types';
import type { ObjectName } from '../../../model/operation';
import { type Loop, loopsOf } from '../../../parse/postgres/loops';
import { blockBody, endsTransactions, type NestedStatement, nestedStatements } from '../../../parse/postgres/nested';
import { as } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName, tableBefore } from '../../context';
import type { Examples, Violation } from '../../rule';
import { limitsRows } from '../row-filter';

const users = { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, slug text);\n' };
const write = 'UPDATE users SET slug = lower(name) WHERE id = r.id';
const batch = 'UPDATE users SET slug = name WHERE id IN (SELECT id FROM users WHERE slug IS NULL LIMIT 1000)';
const withCte = "WITH b AS (SELECT id FROM users WHERE slug IS NULL LIMIT 500) UPDATE users u SET slug = 'x' FROM b WHERE u.id = b.id";

/**
 * Writes in the loops of a DO block: row by row over a whole table, or in batches, they are all one transaction as long as the block does not
 * commit.
 */
export function loopedWrites(context: RuleContext, step: Step): Violation[] {
  const { statement } = step;
  const body = blockBody(statement);
  if (body === undefined || endsTransactions(statement.text.slice(body.start, body.end))) return [];
  const writes = nestedStatements(statement).filter(({ inLoop }) => inLoop);
  if (writes.length === 0) return [];
  const loops = loopsOf(statement.text, body);
  return writes.flatMap((inner) => {
    const at = inner.span.start - statement.span.start;
    const around = loops.filter(({ start, end }) => start < at && at < end);
    return inner.operations.flatMap((operation) =>
      operation.kind === 'update' || operation.kind === 'delete' ? violation(context, step, inner, operation, around) : [],
    );
  });
}

function violation(
  context: RuleContext,
  step: Step,
  inner: NestedStatement,
  operation: OperationOf<'update' | 'delete'>,
  loops: readonly Loop[],
): Violation[] {
  const { table, where, kind } = operation;
  if (!isInUse(context, step, table)) return [];
  const isOne = where !== undefined && !/\blimit\b/i.test(inner.sent) && limitsRows(where, tableBefore(step, table), inner.sent);
  const loop = isOne ? undefined : loops.find((each) => each.over === 'condition' || readsWholeTable(context, step, each.query));
  if (loop === undefined) return [];
  const verb = kind === 'update' ? 'updates' : 'deletes';
  const how = loop.over === 'query' ? 'for each row of its query' : 'in batches';
  return [
    {
      range: operationRange(context, inner, operation),
      message: `This loop ${verb} ${shownName(table)} ${how}, but commits nothing: the whole block is one transaction, all of its rows stay locked until it ends, and a failure near the end loses all of the work.`,
      help: 'COMMIT behind every some thousand rows, with a condition that leaves out the rows that are done; the block then has to run outside of a transaction.',
      fixes: [],
    },
  ];
}

/** Does a query give as many rows as a table has that is in use? Not with a LIMIT, or a condition that names its rows. */
function readsWholeTable(context: RuleContext, step: Step, query: string | undefined): boolean {
  const select = query === undefined ? undefined : as(statementTree(query), 'SelectStmt');
  if (query === undefined || select === undefined || select.limitCount !== undefined) return false;
  const tables = select.fromClause?.flatMap(tablesOf) ?? [];
  const large = tables.filter((table) => {
    const isCatalog = table.schema === 'pg_catalog' || table.schema === 'information_schema' || table.name.startsWith('pg_');
    return !isCatalog && isInUse(context, step, table);
  });
  const [, where] = /\bwhere\b([\s\S]*?)(?:\b(?:group|order)\s+by\b|$)/i.exec(query) ?? [];
  return large.some((table) => where === undefined || !limitsRows(where, tableBefore(step, table), query));
}

function tablesOf(source: Node): readonly ObjectName[] {
  const named = as(source, 'RangeVar');
  if (named?.relname !== undefined) return [{ name: named.relname, ...(named.schemaname !== undefined && { schema: named.schemaname }) }];
  const join = as(source, 'JoinExpr');
  return [join?.larg, join?.rarg].flatMap((side) => (side === undefined ? [] : tablesOf(side)));
}

export const loopExamples: Examples = {
  bad: [
    {
      title: 'Row by row over the whole table, in one transaction',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__users.sql', text: users.text },
        {
          path: 'V2__slugs.sql',
          text: `DO $$\nDECLARE r record;\nBEGIN\n  FOR r IN SELECT id, name FROM users WHERE slug IS NULL ORDER BY id LOOP\n    ${write};\n  END LOOP;\nEND $$;\n`,
        },
      ],
      findings: [{ at: write, says: 'updates users for each row of its query, but commits nothing' }],
    },
    {
      title: 'Batches that are all one transaction',
      framework: 'sql',
      majors: [14, 18],
      files: [
        users,
        {
          path: '0002_slugs.sql',
          text: `DO $$\nBEGIN\n  LOOP\n    ${batch};\n    EXIT WHEN NOT FOUND;\n  END LOOP;\nEND $$;\n`,
        },
      ],
      findings: [{ at: batch, says: 'in batches, but commits nothing' }],
    },
    {
      title: 'The same with a CTE',
      framework: 'sql',
      majors: [14, 18],
      files: [
        users,
        {
          path: '0002_slugs.sql',
          text: `DO $$\nDECLARE n integer := 1;\nBEGIN\n  WHILE n > 0 LOOP\n    ${withCte};\n    GET DIAGNOSTICS n = ROW_COUNT;\n  END LOOP;\nEND $$;\n`,
        },
      ],
      findings: [{ at: withCte, says: 'in batches' }],
    },
  ],
  good: [
    {
      title: 'Loops that commit, over a list, over a few rows, over the catalogs, and over a table of the same migration',
      framework: 'sql',
      majors: [14, 18],
      files: [
        users,
        {
          path: '0002_slugs.sql',
          text: `DO $$\nBEGIN\n  LOOP\n    ${batch};\n    EXIT WHEN NOT FOUND;\n    COMMIT;\n  END LOOP;\nEND $$;
DO $$\nDECLARE r record;\nBEGIN\n  FOR r IN SELECT id FROM users WHERE id IN (1, 2) LOOP\n    ${write.replace('lower(name)', "'x'")};\n  END LOOP;\n  FOR r IN SELECT id FROM users ORDER BY id LIMIT 10 LOOP\n    DELETE FROM users WHERE id = r.id;\n  END LOOP;\n  FOR i IN 1..3 LOOP\n    UPDATE users SET name = 'y' WHERE id = i;\n  END LOOP;\n  FOR r IN SELECT relname FROM pg_class LOOP\n    DELETE FROM users WHERE name = r.relname;\n  END LOOP;\n  FOR r IN VALUES (1), (2) LOOP\n    DELETE FROM users WHERE id = r.column1;\n  END LOOP;\nEND $$;
CREATE TABLE fresh (id bigint PRIMARY KEY);
DO $$\nDECLARE r record;\nBEGIN\n  FOR r IN SELECT id FROM fresh LOOP\n    UPDATE fresh SET id = r.id + 1 WHERE id = r.id;\n    UPDATE users SET name = 'z' WHERE id = r.id;\n  END LOOP;\nEND $$;
`,
        },
      ],
    },
  ],
};
