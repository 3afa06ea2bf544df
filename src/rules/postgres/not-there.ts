import type { Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { findColumn, findTable } from '../../schema/lookup';
import { operationRange, perOperation, type RuleContext, type Step, shownName } from '../context';
import { onceForFolder } from '../once';
import type { Rule, Violation } from '../rule';

export const notThere: Rule = {
  id: 'not-there',
  title: 'Name of something that is not there',
  severity: 'error',
  engines: ['postgres'],
  explanation: `The server refuses to change what it does not have: a column (42703) or a constraint (42704) that the table never had or has lost, a table (42P01) that an earlier statement of
the migration dropped or renamed. The migration fails each time it is run, and one that commits statement by statement leaves its first half.

Check the name; where it may or may not be there, say IF EXISTS.

Silent for tables whose creation was not seen, for folders of migrations in code, and where another migration speaks of the name, unless it drops or renames it.`,
  bad: [
    {
      title: 'Columns and constraints that the table does not have',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, age int CHECK (age > 0));\n',
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE users DROP COLUMN emial;\nALTER TABLE users ALTER COLUMN mail SET NOT NULL;\nCREATE INDEX ON users (agee);\nALTER TABLE users RENAME COLUMN nick TO name;\nALTER TABLE users DROP CONSTRAINT users_age_chk;\nINSERT INTO users (id, phone) VALUES (1, '2');\nUPDATE users SET phone = '3' WHERE id = 1;\n",
        },
      ],
      findings: [
        { at: 'ALTER TABLE users DROP COLUMN emial', says: '42703' },
        { at: 'ALTER TABLE users ALTER COLUMN mail SET NOT NULL', says: 'id, email, age' },
        { at: 'CREATE INDEX ON users (agee)', says: 'no column agee' },
        { at: 'ALTER TABLE users RENAME COLUMN nick TO name', says: '42703' },
        { at: 'ALTER TABLE users DROP CONSTRAINT users_age_chk', says: 'users_age_check' },
        { at: "INSERT INTO users (id, phone) VALUES (1, '2')", says: 'no column phone' },
        { at: "UPDATE users SET phone = '3' WHERE id = 1", says: '42703' },
      ],
    },
    {
      title: 'What an earlier migration, or an earlier statement, dropped or renamed',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);\nALTER TABLE users RENAME COLUMN name TO nick;\nALTER TABLE users DROP COLUMN age;\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE INDEX ON users (name);\nALTER TABLE users ALTER COLUMN age TYPE bigint;\nALTER TABLE users RENAME TO people;\nCREATE INDEX ON users (id);\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX ON users (name)', says: '42703' },
        { at: 'ALTER TABLE users ALTER COLUMN age TYPE bigint', says: '42703' },
        { at: 'CREATE INDEX ON users (id)', says: '42P01' },
      ],
    },
  ],
  good: [
    {
      title: 'What is there, what comes in the same statement, IF EXISTS, expressions',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, "Name" text, CHECK (email <> \'\'));\nCREATE TABLE child (a int) INHERITS (users);\n',
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE users ADD COLUMN age int, ALTER COLUMN age SET DEFAULT 1, ADD CONSTRAINT c CHECK (age > 0);\nALTER TABLE users DROP COLUMN IF EXISTS phone;\nALTER TABLE users DROP CONSTRAINT IF EXISTS nothing;\nCREATE INDEX ON users (lower(email), \"Name\" DESC NULLS LAST);\nALTER TABLE users DROP CONSTRAINT users_email_check;\nALTER TABLE child ALTER COLUMN email SET DEFAULT 'a';\nINSERT INTO child (id, email, a) VALUES (1, 'b', 2);\n",
        },
      ],
    },
    {
      title: 'Made by other means: a function of the project',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE users (id bigint PRIMARY KEY);\nDO $$ BEGIN EXECUTE 'ALTER TABLE users ADD COLUMN ' || 'tenant' || ' int'; END $$;\n",
        },
        { path: 'V2__u.sql', text: 'CREATE INDEX ON users (tenant);\n' },
      ],
    },
  ],
  check: (context) => {
    if (context.source !== undefined || isWithCode(context)) return [];
    return perOperation(context, (step, operation) => {
      const missing = missingOf(context, step, operation);
      return missing === undefined ? undefined : violation(context, step, operation, missing);
    });
  },
};

const isWithCode = onceForFolder((files) => files.some(({ path }) => /\.[cm]?[jt]s$/i.test(path)));

interface Missing {
  readonly message: string;
  readonly code: string;
  readonly help: string;
}

function violation(context: RuleContext, step: Step, operation: Operation, { message, code, help }: Missing): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${message}: the server refuses this (${code}).`,
    help,
    fixes: [],
  };
}

function missingOf(context: RuleContext, step: Step, operation: Operation): Missing | undefined {
  const named = namedParts(operation);
  if (named === undefined || /^\s*alter\s+(?:foreign\s+)?table\s+if\s+exists\b/i.test(step.statement.sent)) return undefined;
  const table = findTable(step.before, named.table);
  if (table === undefined) return lostTable(context, step, named.table);
  if (table.complete === false || table.columns.length === 0) return undefined;
  const column = named.columns?.find((name) => findColumn(table, name) === undefined && !isAddedHere(step, name));
  if (column !== undefined && !isSpokenOf(context, column)) return missingColumn(table, column);
  const { constraint } = named;
  if (constraint === undefined || table.partitionOf !== undefined || table.inherits !== undefined) return undefined;
  // Version 18 gives NOT NULL a name too.
  const isThere = constraint.endsWith('_not_null') || table.constraints.some(({ name }) => name === constraint);
  return isThere || isSpokenOf(context, constraint) ? undefined : missingConstraint(table, constraint);
}

interface NamedParts {
  readonly table: ObjectName;
  readonly columns?: readonly string[];
  readonly constraint?: string;
}

function namedParts(operation: Operation): NamedParts | undefined {
  switch (operation.kind) {
    case 'drop column':
      return operation.ifExists ? undefined : { table: operation.table, columns: [operation.column] };
    case 'alter column type':
    case 'set default':
    case 'drop default':
    case 'set not null':
    case 'drop not null':
    case 'rename column':
      return { table: operation.table, columns: [operation.column] };
    case 'create index':
      return { table: operation.index.table, columns: operation.index.keys.filter((key) => /^[a-z_][a-z0-9_]*$/.test(key)) };
    case 'insert':
    case 'update':
      return { table: operation.table, columns: operation.columns };
    case 'drop constraint':
      return operation.ifExists ? undefined : { table: operation.table, constraint: operation.constraint };
    case 'validate constraint':
    case 'rename constraint':
      return { table: operation.table, constraint: operation.constraint };
    case 'add column':
      return { table: operation.table };
    default:
      return undefined;
  }
}

function isAddedHere({ statement }: Step, name: string): boolean {
  return statement.operations.some((operation) => operation.kind === 'add column' && operation.column.name === name);
}

/** Other files may make it in ways that are not read. What one of them drops or renames is gone. */
function isSpokenOf({ files, program }: RuleContext, name: string): boolean {
  const quoted = name.replaceAll(/[^\w]/g, '\\$&');
  const word = new RegExp(`(?<![\\w$])${quoted}(?![\\w$])`, 'i');
  const gone = new RegExp(`\\b(?:drop|rename)\\s+(?:column\\s+|constraint\\s+)?(?:if\\s+exists\\s+)?"?${quoted}(?![\\w$])`, 'i');
  return files.some(({ path, text }) => path !== program.path && word.test(text) && !gone.test(text));
}

function lostTable({ steps }: RuleContext, step: Step, name: ObjectName): Missing | undefined {
  const lost = steps.find(
    (earlier) =>
      earlier.statement.index < step.statement.index &&
      findTable(earlier.before, name) !== undefined &&
      findTable(earlier.after, name) === undefined,
  );
  if (lost === undefined) return undefined;
  return {
    message: `Statement ${lost.statement.index + 1} of this migration takes the table ${shownName(name)} away, by that name`,
    code: '42P01',
    help: 'Use its new name, or put this statement before.',
  };
}

function missingColumn(table: Table, column: string): Missing {
  return {
    message: `${table.name} has no column ${column}`,
    code: '42703',
    help: `Check the name. The migrations so far give ${table.name} these columns: ${table.columns.map(({ name }) => name).join(', ')}.`,
  };
}

function missingConstraint(table: Table, constraint: string): Missing {
  const names = table.constraints.map(({ name }) => name).join(', ');
  return {
    message: `${table.name} has no constraint ${constraint}`,
    code: '42704',
    help: `Check the name${names === '' ? '' : `: ${table.name} has ${names}`}. Where it may be there or not, say IF EXISTS.`,
  };
}
