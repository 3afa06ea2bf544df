import type { Table } from '../../model/catalog';
import type { Fix } from '../../model/finding';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { all, as } from '../../parse/postgres/operations/nodes';
import { statementTree } from '../../parse/postgres/read';
import { findColumn, findTable } from '../../schema/lookup';
import { makeObjectName } from '../../schema/server-names';
import { type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import { insertAt } from '../edits';
import { asFrameworkStatement } from '../fixes/statement';
import type { Rule, Violation } from '../rule';
import { sameColumns, type UniqueKey, uniqueKeys } from './unique-keys';

export const conflictTarget: Rule = {
  id: 'conflict-target',
  title: 'ON CONFLICT names what no unique index covers',
  severity: 'error',
  engines: ['postgres'],
  explanation: `\`ON CONFLICT (columns)\` needs a unique index or constraint over exactly these columns, whatever their order. Without one the server refuses the
statement (42P10) before it looks at a single row. A partial index only counts when ON CONFLICT repeats its WHERE, a deferrable constraint never does.

Name the columns of a unique index that is there, or create one first.

Silent when the table's creation was not seen, for targets with expressions where the table has a unique index on any, and for ON CONFLICT DO NOTHING without a target.`,
  bad: [
    {
      title: 'No unique index over the column',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE plans (id bigint PRIMARY KEY, name text);\nCREATE INDEX ON plans (name);\n' },
        { path: 'V2__r.sql', text: "INSERT INTO plans VALUES (1, 'free') ON CONFLICT (name) DO NOTHING;\n" },
      ],
      findings: [{ at: "INSERT INTO plans VALUES (1, 'free') ON CONFLICT (name) DO NOTHING", says: '42P10' }],
    },
    {
      title: 'In the migration that makes the table',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE plans (id bigint PRIMARY KEY, name text NOT NULL);\nINSERT INTO plans VALUES (1, 'free') ON CONFLICT (name) DO UPDATE SET id = excluded.id;\n",
        },
      ],
      findings: [{ at: "INSERT INTO plans VALUES (1, 'free') ON CONFLICT (name) DO UPDATE SET id = excluded.id", says: 'name' }],
      fixed: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE plans (id bigint PRIMARY KEY, name text NOT NULL);\nCREATE UNIQUE INDEX plans_name_key ON plans (name);\nINSERT INTO plans VALUES (1, 'free') ON CONFLICT (name) DO UPDATE SET id = excluded.id;\n",
        },
      ],
    },
    {
      title: 'A partial index, and a constraint that is not there',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, gone boolean);\nCREATE UNIQUE INDEX live ON users (email) WHERE NOT gone;\n',
        },
        {
          path: 'V2__r.sql',
          text: "INSERT INTO users (id, email) VALUES (1, 'a') ON CONFLICT (email) DO NOTHING;\nINSERT INTO users (id, email) VALUES (2, 'b') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING;\n",
        },
      ],
      findings: [
        { at: "INSERT INTO users (id, email) VALUES (1, 'a') ON CONFLICT (email) DO NOTHING", says: 'repeats its WHERE' },
        { at: "INSERT INTO users (id, email) VALUES (2, 'b') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING", says: '42704' },
      ],
    },
    {
      title: 'A deferrable key, named or not',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE DEFERRABLE);\n' },
        {
          path: 'V2__r.sql',
          text: 'INSERT INTO t VALUES (1, 2) ON CONFLICT (a) DO NOTHING;\nINSERT INTO t VALUES (1, 2) ON CONFLICT ON CONSTRAINT t_a_key DO NOTHING;\nINSERT INTO t VALUES (1, 2) ON CONFLICT DO NOTHING;\n',
        },
      ],
      findings: [
        { at: 'INSERT INTO t VALUES (1, 2) ON CONFLICT (a) DO NOTHING', says: 't_a_key is deferrable' },
        { at: 'INSERT INTO t VALUES (1, 2) ON CONFLICT ON CONSTRAINT t_a_key DO NOTHING', says: '55000' },
        { at: 'INSERT INTO t VALUES (1, 2) ON CONFLICT DO NOTHING', says: '55000' },
      ],
    },
    {
      title: 'An expression that no unique index is on',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE);\nCREATE INDEX ON users (lower(email));\n',
        },
        { path: 'V2__r.sql', text: "INSERT INTO users VALUES (1, 'a') ON CONFLICT (lower(email)) DO NOTHING;\n" },
      ],
      findings: [{ at: "INSERT INTO users VALUES (1, 'a') ON CONFLICT (lower(email)) DO NOTHING", says: '42P10' }],
    },
  ],
  good: [
    {
      title: 'The expression of a unique index, and a column in brackets',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE UNIQUE INDEX ON users (lower(email));\n',
        },
        {
          path: 'V2__r.sql',
          text: "INSERT INTO users VALUES (1, 'a') ON CONFLICT (lower(email)) DO NOTHING;\nINSERT INTO users VALUES (1, 'b') ON CONFLICT ((id)) DO NOTHING;\n",
        },
      ],
    },
    {
      title: 'A key, a unique index in another order, a partial one with its WHERE, no target',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (a int, b int, c int CONSTRAINT k UNIQUE, PRIMARY KEY (a, b));\nCREATE UNIQUE INDEX ON t (b) WHERE c > 0;\n',
        },
        {
          path: 'V2__r.sql',
          text: 'INSERT INTO t VALUES (1, 2, 3) ON CONFLICT (b, a) DO NOTHING;\nINSERT INTO t VALUES (1, 2, 3) ON CONFLICT (b) WHERE c > 0 DO NOTHING;\nINSERT INTO t VALUES (1, 2, 3) ON CONFLICT ON CONSTRAINT k DO NOTHING;\nINSERT INTO t VALUES (1, 2, 3) ON CONFLICT DO NOTHING;\n',
        },
      ],
    },
    {
      title: 'A table that was never seen',
      framework: 'flyway',
      files: [{ path: 'V2__r.sql', text: 'INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING;\n' }],
    },
  ],
  operations: { insert: check },
};

function check(context: RuleContext, step: Step, operation: OperationOf<'insert'>): Violation[] {
  const target = operation.conflictTarget;
  const table = findTable(step.before, operation.table);
  // A partition has the unique indexes of its parent, which the virtual schema does not copy.
  if (table === undefined || table.complete === false || table.partitionOf !== undefined) return [];
  const shown = shownName(operation.table);
  const range = operationRange(context, step.statement, operation);
  if (target === undefined) return unknownExpression(step, operation, table, range) ?? anyKey(step, operation, table, range);
  if ('constraint' in target) {
    const named = uniqueKeys(table).find(({ name, isDeferrable }) => isDeferrable && name === target.constraint);
    if (named !== undefined) return [deferrableKey(named, range)];
    if (table.constraints.some(({ name }) => name === target.constraint)) return [];
    const isIndex = table.indexes.some(({ name }) => name === target.constraint);
    return [
      {
        range,
        message: `${shown} has no constraint ${target.constraint}: the server refuses this statement (42704).`,
        help: isIndex
          ? `${target.constraint} is an index and no constraint: name its columns instead, ON CONFLICT (...).`
          : 'Name the columns of a unique index instead, ON CONFLICT (...).',
        fixes: [],
      },
    ];
  }
  const { columns, hasPredicate } = target;
  // A column that is not known would make another error of it.
  if (columns.some((column) => findColumn(table, column) === undefined)) return [];
  const over = uniqueKeys(table).filter((key) => key.columns !== undefined && sameColumns(key.columns, columns));
  if (over.some((key) => !key.isDeferrable && (!key.isPartial || hasPredicate))) return [];
  const deferrable = over.find(({ isDeferrable }) => isDeferrable);
  if (deferrable !== undefined && over.every((key) => key.isDeferrable || key.isPartial)) return [deferrableKey(deferrable, range)];
  const fix = indexFix(context, step, operation, columns, over);
  return [
    {
      range,
      message: `No unique index of ${shown} is over ${columns.join(', ')}: the server refuses this statement (42P10).`,
      help: helpFor(over, columns),
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

/** ON CONFLICT (lower(email)) of a table without a unique index on any expression. */
function unknownExpression(
  step: Step,
  { onConflict }: OperationOf<'insert'>,
  table: Table,
  range: Violation['range'],
): Violation[] | undefined {
  if (onConflict === 'none' || !/\bon\s+conflict\s*\(/i.test(step.statement.sent)) return undefined;
  const infer = as(statementTree(step.statement.sent), 'InsertStmt')?.onConflictClause?.infer;
  const isExpression = all(infer?.indexElems, 'IndexElem').some(({ expr }) => expr !== undefined && as(expr, 'ColumnRef') === undefined);
  if (!isExpression || uniqueKeys(table).some(({ columns }) => columns === undefined)) return undefined;
  return [
    {
      range,
      message: `ON CONFLICT names an expression, and no unique index of ${table.name} is on one: the server refuses this statement (42P10).`,
      help: 'Create a unique index on the same expression in an earlier migration, or name the columns of one that is there.',
      fixes: [],
    },
  ];
}

/** Without a target every unique key counts, so every one of them has to be of use. */
function anyKey(step: Step, { onConflict, table }: OperationOf<'insert'>, known: Table, range: Violation['range']): Violation[] {
  const deferrable = uniqueKeys(known).find(({ isDeferrable }) => isDeferrable);
  if (onConflict !== 'nothing' || deferrable === undefined || !/\bon\s+conflict\s+do\b/i.test(step.statement.text)) return [];
  return [
    {
      range,
      message: `ON CONFLICT without columns goes by all unique keys of ${shownName(table)}, and ${deferrable.name} is deferrable: the server refuses this statement (55000).`,
      help: 'Name the columns of another unique key, or make the constraint one that is not deferrable.',
      fixes: [],
    },
  ];
}

function deferrableKey({ name }: UniqueKey, range: Violation['range']): Violation {
  return {
    range,
    message: `${name} is deferrable, and ON CONFLICT can't go by a key that is checked later: the server refuses this statement (55000).`,
    help: 'Make a unique index or constraint over these columns that is not deferrable.',
    fixes: [],
  };
}

function helpFor(over: readonly UniqueKey[], columns: readonly string[]): string {
  const partial = over.find(({ isPartial }) => isPartial);
  if (partial !== undefined)
    return `${partial.name} is partial: it counts when ON CONFLICT repeats its WHERE, ON CONFLICT (${columns.join(', ')}) WHERE ....`;
  return `Name the columns of a unique index, or create one over ${columns.join(', ')} in an earlier migration.`;
}

/** Only for a table of this migration: on one in use the index is built concurrently, in a migration before this one. */
function indexFix(
  context: RuleContext,
  step: Step,
  { table }: OperationOf<'insert'>,
  columns: readonly string[],
  over: readonly UniqueKey[],
): Fix | undefined {
  const known = findTable(step.before, table);
  if (known === undefined || over.length > 0 || !context.created.has(known.identity) || step.within !== undefined) return undefined;
  const name = makeObjectName(known.name, columns.join('_'), 'key');
  if (known.indexes.some((index) => index.name === name)) return undefined;
  const target = `${quoteQualified(table.schema, table.name)} (${columns.map(quoteIdentifier).join(', ')})`;
  const text = asFrameworkStatement(context, `CREATE UNIQUE INDEX ${quoteIdentifier(name)} ON ${target}`);
  return { title: `Create the unique index first`, safe: false, edits: [insertAt(context, step.statement.span.start, `${text}\n`)] };
}
