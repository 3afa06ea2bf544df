import { defaultVolatility } from '../../../plan/default-volatility';
import { columnConstraints } from '../../../schema/definitions';
import { findTable } from '../../../schema/lookup';
import { isInUse, type OperationOf, operationsOf, type RuleContext, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

type MakesKey = OperationOf<'add column'> | OperationOf<'add constraint'> | OperationOf<'create index'>;

/** A unique key of columns that this migration adds: all rows have the default in them, which is one value unless it is volatile. */
export function sameInAllRows(context: RuleContext, step: Step, operation: MakesKey): Refusal | undefined {
  const { columns, table: name } = keyOf(operation);
  if (columns.length === 0 || !isInUse(context, step, name)) return undefined;
  const identity = findTable(step.after, name)?.identity;
  if (identity === undefined || !columns.every((column) => isSame(context, step, identity, column))) return undefined;
  if (isWritten(context, step, identity)) return undefined;
  return {
    why: `All rows of ${shownName(name)} have the default of ${columns.join(', ')}, which is new, so a table with two rows holds duplicates`,
    code: '23505',
    help: 'Add the column without a default, fill it with values that differ, and make the key then; NULLs are no duplicates.',
  };
}

function keyOf(operation: MakesKey) {
  switch (operation.kind) {
    case 'add column': {
      const isKey = columnConstraints(operation.column).some(({ kind }) => kind === 'unique' || kind === 'primary key');
      return { table: operation.table, columns: isKey ? [operation.column.name] : [] };
    }
    case 'add constraint': {
      const { constraint } = operation;
      const isKey = (constraint.kind === 'unique' || constraint.kind === 'primary key') && constraint.usingIndex === undefined;
      return { table: operation.table, columns: isKey ? constraint.columns : [] };
    }
    case 'create index': {
      const { index } = operation;
      return { table: index.table, columns: index.unique && index.predicate === undefined ? index.keys : [] };
    }
  }
}

/** Added by this program before the key, or with it, with a default that is not NULL and the same for all rows. */
function isSame(context: RuleContext, step: Step, identity: string, name: string): boolean {
  return operationsOf(context, 'add column').some(({ step: earlier, operation: { column, table, ifNotExists } }) => {
    if (column.name !== name || ifNotExists || earlier.statement.index > step.statement.index) return false;
    if (findTable(earlier.after, table)?.identity !== identity || column.default === undefined) return false;
    if (column.serial || column.identity !== undefined || column.generated !== undefined) return false;
    const volatility = defaultVolatility(column, earlier.before);
    return (volatility === 'constant' || volatility === 'stable') && !/^null\b/i.test(column.default.text);
  });
}

/** May rows have got other values, or have gone? */
function isWritten(context: RuleContext, step: Step, identity: string): boolean {
  return context.steps.some(
    ({ statement, before }) =>
      statement.index < step.statement.index &&
      statement.operations.some((operation) => {
        switch (operation.kind) {
          case 'update':
          case 'delete':
          case 'merge':
            return findTable(before, operation.table)?.identity === identity;
          case 'truncate':
            return true;
          case 'do block':
          case 'call':
            return true;
          case 'select':
            return operation.functions.length > 0;
          default:
            return false;
        }
      }),
  );
}

export const sameValueExamples: Examples = {
  bad: [
    {
      title: 'A unique key of a new column that has one value in all rows',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE tags (id bigint PRIMARY KEY);\nINSERT INTO users VALUES (1), (2);\nINSERT INTO tags VALUES (1), (2);\n',
        },
        {
          path: 'V2__u.sql',
          text: `ALTER TABLE users ADD COLUMN slug text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX users_slug ON users (slug);
ALTER TABLE tags ADD COLUMN code text NOT NULL DEFAULT 'none' UNIQUE;
ALTER TABLE tags ADD COLUMN at timestamptz DEFAULT now(), ADD CONSTRAINT tags_at UNIQUE (at);
`,
        },
      ],
      findings: [
        { at: 'CREATE UNIQUE INDEX users_slug ON users (slug)', says: '23505' },
        { at: "ALTER TABLE tags ADD COLUMN code text NOT NULL DEFAULT 'none' UNIQUE", says: 'default of code' },
        { at: 'ADD CONSTRAINT tags_at UNIQUE (at)', says: 'default of at' },
      ],
    },
  ],
  good: [
    {
      title: 'A unique key of a new column with values that differ, with NULLs, with one that was there, or of some rows',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE users (id bigint PRIMARY KEY, team bigint, email text UNIQUE);\nINSERT INTO users VALUES (1, 1, 'a'), (2, 1, 'b');\n",
        },
        {
          path: 'V2__u.sql',
          text: `ALTER TABLE users ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
ALTER TABLE users ADD COLUMN code text UNIQUE;
ALTER TABLE users ADD COLUMN place int NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX users_place ON users (email, place);
CREATE UNIQUE INDEX users_used_place ON users (place) WHERE place <> 0;
ALTER TABLE users ADD COLUMN slug text NOT NULL DEFAULT '';
UPDATE users SET slug = email;
CREATE UNIQUE INDEX users_slug ON users (slug);
`,
        },
      ],
    },
  ],
};
