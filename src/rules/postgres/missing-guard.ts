import type { Fix } from '../../model/finding';
import type { Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { findIndex, findNamed, findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import { insertAt, statementTokens } from '../edits';
import { asFrameworkStatement } from '../fixes/statement';
import type { Rule, Violation } from '../rule';
import { builtName, dropLeftover, newIndexName } from './concurrent-index';
import { canBeMetAgain, isRepeatableOperation, needsNoTransaction } from './repeatable';

export const missingGuard: Rule = {
  id: 'missing-guard',
  title: 'No IF [NOT] EXISTS where a retry may meet what is there already',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `Outside a transaction each statement stays when a later one fails. The next attempt begins at the top, and fails at the first CREATE, ADD or
DROP whose work is done already: the migration is stuck until someone repairs it by hand.

Guard such statements: IF NOT EXISTS, IF EXISTS, OR REPLACE, or where there is no guard a DROP ... IF EXISTS before the CREATE. A concurrent index build is the exception: IF NOT EXISTS
keeps the invalid index of a failed build, so drop it first.

Silent when the whole migration is one transaction, for the last transaction of a program, since nothing comes behind it that could fail, and for temporary tables, which go with the session.`,
  bad: [
    {
      title: 'Statements that commit one by one',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE a (id int);\nALTER TABLE a ADD COLUMN b int;\nCREATE INDEX CONCURRENTLY i ON a (b);\n\n-- +goose Down\nDROP TABLE IF EXISTS a;\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE a (id int)', says: 'CREATE TABLE a' },
        { at: 'ALTER TABLE a ADD COLUMN b int', says: 'column b' },
      ],
      fixed: [
        {
          path: '00001_t.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE IF NOT EXISTS a (id int);\nALTER TABLE a ADD COLUMN b int;\nCREATE INDEX CONCURRENTLY i ON a (b);\n\n-- +goose Down\nDROP TABLE IF EXISTS a;\n',
        },
      ],
    },
    {
      title: 'What could be one transaction is said once; where there is no guard, drop first',
      framework: 'sql',
      files: [
        { path: '0001_a.sql', text: 'CREATE TABLE a (id int);\nCREATE VIEW v AS SELECT 2;\n' },
        {
          path: '0002_t.sql',
          text: "ALTER TABLE a ADD CONSTRAINT c CHECK (id > 0) NOT VALID;\nDROP VIEW v;\nCREATE TYPE mood AS ENUM ('a');\nCREATE VIEW w AS SELECT 1;\nCREATE INDEX ON a (id);\nCREATE TABLE z (id int);\n",
        },
      ],
      findings: [{ at: 'ALTER TABLE a ADD CONSTRAINT c CHECK (id > 0) NOT VALID', says: '4 more' }],
      fixed: [
        {
          path: '0002_t.sql',
          text: "ALTER TABLE a DROP CONSTRAINT IF EXISTS c;\nALTER TABLE a ADD CONSTRAINT c CHECK (id > 0) NOT VALID;\nDROP VIEW IF EXISTS v;\nDROP TYPE IF EXISTS mood;\nCREATE TYPE mood AS ENUM ('a');\nCREATE OR REPLACE VIEW w AS SELECT 1;\nCREATE INDEX IF NOT EXISTS a_id_idx ON a (id);\nCREATE TABLE z (id int);\n",
        },
      ],
    },
    {
      title: 'A concurrent build is dropped first, not guarded',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE INDEX CONCURRENTLY i ON a (b);\nCREATE INDEX CONCURRENTLY j ON a (c);\n' }],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY i ON a (b)', says: 'index i' }],
      fixed: [
        {
          path: '0001_t.sql',
          text: 'DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON a (b);\nCREATE INDEX CONCURRENTLY j ON a (c);\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'One transaction: all or nothing',
      framework: 'dbmate',
      files: [
        {
          path: '1_t.sql',
          text: '-- migrate:up\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\n\n-- migrate:down\nDROP TABLE b;\nDROP TABLE a;\n',
        },
      ],
    },
    {
      title: 'Guarded',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE IF NOT EXISTS a (id int);\nDROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON a (id);\nALTER TABLE a DROP CONSTRAINT IF EXISTS c, ADD CONSTRAINT c CHECK (id > 0);\nCREATE TABLE b (id int);\n',
        },
      ],
    },
    {
      title: 'Temporary tables',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id int);\n' },
        {
          path: '0002_t.sql',
          text: 'CREATE TEMP TABLE staging (id int);\nCREATE INDEX staged ON staging (id);\nDROP TABLE staging;\nINSERT INTO t VALUES (1);\n',
        },
      ],
    },
    { title: 'Alone', framework: 'sql', files: [{ path: '0001_t.sql', text: 'CREATE TABLE a (id int);\n' }] },
  ],
  check: (context) => {
    const unguarded = context.steps
      .filter((step) => canBeMetAgain(context, step))
      .flatMap((step) =>
        step.statement.operations.flatMap((operation): Unguarded[] => {
          const guard = isRepeatableOperation(context, step, operation) ? undefined : guardFor(context, step, operation);
          return guard === undefined ? [] : [{ step, operation, guard }];
        }),
      );
    const [first, ...others] = unguarded;
    if (first === undefined) return [];
    // What could all be one transaction wants that first, so it is said once; what can't has to be guarded statement by statement.
    if (others.length > 0 && !context.steps.some(needsNoTransaction))
      return [violation(context, first, together(unguarded), others.length)];
    return unguarded.map((one) => violation(context, one, one.guard.fix, 0));
  },
};

interface Unguarded {
  readonly step: Step;
  readonly operation: Operation;
  readonly guard: Guard;
}

/** One fix with the guards of all of them. */
function together(unguarded: readonly Unguarded[]): Fix | undefined {
  const fixes = unguarded.flatMap(({ guard }) => guard.fix ?? []);
  if (fixes.length === 0) return undefined;
  return { title: `Guard ${fixes.length} statements`, safe: fixes.every((fix) => fix.safe), edits: fixes.flatMap((fix) => fix.edits) };
}

interface Guard {
  /** `CREATE TABLE a`. */
  readonly what: string;
  readonly help: string;
  readonly fix?: Fix;
}

function violation(context: RuleContext, { step, operation, guard }: Unguarded, fix: Fix | undefined, others: number): Violation {
  const fails = 'ifExists' in operation ? 'is gone already' : 'is there already';
  const more = others === 0 ? '' : ` The same goes for ${others} more ${others === 1 ? 'statement' : 'statements'}.`;
  return {
    range: operationRange(context, step.statement, operation),
    message: `When a later statement fails, this one stays, and the next attempt fails here because it ${fails}: ${guard.what} has no guard, and the migration is not one transaction.${more}`,
    help: guard.help,
    fixes: fix === undefined ? [] : [fix],
  };
}

/** The guard that fits; undefined for operations that this rule is not about. */
function guardFor(context: RuleContext, step: Step, operation: Operation): Guard | undefined {
  switch (operation.kind) {
    case 'create table':
      return ifNotExists(
        context,
        operation,
        `CREATE TABLE ${shownName(operation.table)}`,
        findTable(step.before, operation.table) !== undefined,
      );
    case 'add column': {
      const exists = findTable(step.before, operation.table)?.columns.some((column) => column.name === operation.column.name) === true;
      return ifNotExists(context, operation, `adding column ${operation.column.name}`, exists);
    }
    case 'add enum value':
      return ifNotExists(context, operation, `adding value ${operation.value}`, false);
    case 'create index':
      return indexGuard(context, step, operation);
    case 'create object':
      return objectGuard(context, step, operation);
    case 'add constraint':
      return constraintGuard(context, step, operation);
    case 'drop object':
      return ifExists(context, operation, `DROP ${operation.objectKind.toUpperCase()} ${operation.objects.map(shownName).join(', ')}`);
    case 'drop column':
      return ifExists(context, operation, `dropping column ${operation.column}`);
    case 'drop constraint':
      return ifExists(context, operation, `dropping constraint ${operation.constraint}`);
    default:
      return undefined;
  }
}

/** A run that succeeds does the same with the guard as without: so it is safe, unless something of that name is known to be there. */
function ifNotExists(context: RuleContext, operation: Operation, what: string, exists: boolean): Guard {
  const offset = operation.insertAt?.ifNotExists;
  const fix =
    offset === undefined || exists
      ? {}
      : { fix: { title: 'Add IF NOT EXISTS', safe: true, edits: [insertAt(context, offset, 'IF NOT EXISTS ')] } };
  return { what, help: 'Add IF NOT EXISTS.', ...fix };
}

function ifExists(context: RuleContext, operation: Operation, what: string): Guard {
  const offset = operation.insertAt?.ifExists;
  const fix = offset === undefined ? {} : { fix: { title: 'Add IF EXISTS', safe: true, edits: [insertAt(context, offset, 'IF EXISTS ')] } };
  return { what, help: 'Add IF EXISTS.', ...fix };
}

function before(context: RuleContext, step: Step, title: string, statement: string): { readonly fix: Fix } {
  const text = `${asFrameworkStatement(context, statement)}\n`;
  return { fix: { title, safe: false, edits: [insertAt(context, step.statement.span.start, text)] } };
}

function indexGuard(context: RuleContext, step: Step, operation: OperationOf<'create index'>): Guard {
  const { index } = operation;
  const name = index.name ?? newIndexName(step, index.table);
  const what = `creating index ${name ?? `on ${shownName(index.table)}`}`;
  const exists = name !== undefined && findIndex(step.before, { ...index.table, name }) !== undefined;
  // IF NOT EXISTS needs a name (manual, CREATE INDEX).
  if (!index.concurrently && index.name !== undefined) return ifNotExists(context, operation, what, exists);
  const on = statementTokens(context, step.statement.span).find((token) => token.word === 'on');
  if (!index.concurrently && name !== undefined && on !== undefined && !exists) {
    const edits = [insertAt(context, on.start, `IF NOT EXISTS ${quoteIdentifier(name)} `)];
    return {
      what,
      help: 'Name the index and add IF NOT EXISTS.',
      fix: { title: 'Name the index and add IF NOT EXISTS', safe: true, edits },
    };
  }
  const help = index.concurrently
    ? 'Drop what a failed build leaves first: DROP INDEX CONCURRENTLY IF EXISTS. IF NOT EXISTS would keep an invalid index.'
    : 'Name the index and add IF NOT EXISTS.';
  if (name === undefined || index.name === undefined) return { what, help };
  return { what, help, ...before(context, step, 'Drop a leftover of an earlier attempt first', dropLeftover(index.table, name)) };
}

const withOrReplace = new Set(['view', 'function', 'procedure']);

function objectGuard(context: RuleContext, step: Step, operation: OperationOf<'create object'>): Guard | undefined {
  const { objectKind, object, on } = operation;
  const what = `CREATE ${objectKind.toUpperCase()} ${shownName(object)}`;
  const exists = findNamed([...step.before.definitions, ...step.before.types, ...step.before.sequences], object) !== undefined;
  if (operation.insertAt?.ifNotExists !== undefined) return ifNotExists(context, operation, what, exists);
  const create = statementTokens(context, step.statement.span).find((token) => token.word === 'create');
  if ((withOrReplace.has(objectKind) || (objectKind === 'trigger' && context.engine.major >= 14)) && create !== undefined) {
    const edits = [insertAt(context, create.end, ' OR REPLACE')];
    return { what, help: 'Use CREATE OR REPLACE.', ...(exists ? {} : { fix: { title: 'Add OR REPLACE', safe: true, edits } }) };
  }
  if ((objectKind === 'trigger' || objectKind === 'policy' || objectKind === 'rule') && on !== undefined) {
    const drop = `DROP ${objectKind.toUpperCase()} IF EXISTS ${quoteIdentifier(object.name)} ON ${quoteQualified(on.schema, on.name)}`;
    return { what, help: 'Drop it first, IF EXISTS.', ...before(context, step, 'Drop it first, if it exists', drop) };
  }
  if (objectKind === 'type' || objectKind === 'domain') {
    const drop = `DROP ${objectKind.toUpperCase()} IF EXISTS ${quoteQualified(object.schema, object.name)}`;
    return {
      what,
      help: 'Drop it first, IF EXISTS: there is no other guard.',
      ...(exists ? {} : before(context, step, 'Drop it first, if it exists', drop)),
    };
  }
  return undefined;
}

function constraintGuard(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Guard {
  const { constraint, table } = operation;
  const name = constraint.name ?? builtName(step, table, constraint.kind);
  const what = `adding constraint ${name ?? `on ${shownName(table)}`}`;
  const help = 'Drop it first: ALTER TABLE ... DROP CONSTRAINT IF EXISTS.';
  const usesIndex = 'usingIndex' in constraint && constraint.usingIndex !== undefined;
  const exists = findTable(step.before, table)?.constraints.some((candidate) => candidate.name === name) === true;
  // Dropping a constraint on an index drops the index that the next statement wants to use.
  if (name === undefined || usesIndex || exists) return { what, help };
  const drop = `ALTER TABLE ${quoteQualified(table.schema, table.name)} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(name)}`;
  return { what, help, ...before(context, step, 'Drop it first, if it exists', drop) };
}
