import type { Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { findColumn, findNamed, findTable } from '../../schema/lookup';
import { perOperation, type RuleContext, type Step, shownName } from '../context';
import { escapedName, isWithCode, type Missing, missingViolation } from '../names';
import { onceForFolder } from '../once';
import type { Rule } from '../rule';
import { missingName, namesExamples } from './not-there/names';
import { missingObject, objectExamples } from './not-there/objects';

export const notThere: Rule = {
  id: 'not-there',
  title: 'Name of something that is not there',
  severity: 'error',
  engines: ['postgres'],
  explanation: `The server refuses what names something that is not there: a column (42703) or a constraint (42704) that the table never had or has lost, a table, view or sequence
(42P01) that no migration makes, or that an earlier one dropped or renamed. Names are looked up as the server does it, in queries of views, conditions of policies, checks and
indexes, keys, comments, privileges, and in functions in SQL, which are read as they are made. The migration fails each time it is run, and one that commits statement by statement
leaves its first half.

Check the name; where it may or may not be there, say IF EXISTS.

Silent for tables whose creation was not seen, for folders of migrations in code or with EXECUTE of statements that change tables, and where another migration adds the
column, or a text in quotes speaks of it. That no migration makes a table is said only where the folder makes all other tables that it uses, and no extension, foreign schema or file
included by psql may bring it along.`,
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
        { at: 'CREATE INDEX ON users (id)', says: 'Statement 3' },
      ],
    },
    ...namesExamples.bad,
    ...objectExamples.bad,
    {
      title: 'What a ROLLBACK took back',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        {
          path: '02.sql',
          text: 'BEGIN;\nALTER TABLE users ADD COLUMN name text;\nROLLBACK;\nCREATE INDEX users_name ON users (name);\n',
        },
      ],
      findings: [{ at: 'CREATE INDEX users_name ON users (name)', says: 'no column name' }],
    },
  ],
  good: [
    ...namesExamples.good,
    ...objectExamples.good,
    {
      title: 'A constraint that the same statement adds, also by a name that the server makes up',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, age int);\n' },
        {
          path: '02.sql',
          text: 'ALTER TABLE users ADD CONSTRAINT old CHECK (age > 17) NOT VALID, VALIDATE CONSTRAINT old;\nALTER TABLE users VALIDATE CONSTRAINT users_age_check, ADD CHECK (age < 200) NOT VALID;\n',
        },
      ],
    },
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
    {
      title: 'Something else has the name now: a view, or a table in another schema of the search path',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\nCREATE TABLE jobs (id bigint PRIMARY KEY);\nCREATE SCHEMA tenant;\nCREATE VIEW tenant.jobs AS SELECT id AS job FROM public.jobs;\n',
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE users RENAME TO people;\nCREATE VIEW users AS SELECT id, name FROM people;\nINSERT INTO users (id, name) VALUES (1, 'a');\nSET search_path = tenant;\nINSERT INTO jobs (job) VALUES (1);\n",
        },
      ],
    },
    {
      title: 'What a parent gave, to a child that has left it too',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE events (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);\nCREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\nALTER TABLE b INHERIT a;\nALTER TABLE a ADD COLUMN note text;\nALTER TABLE events ADD COLUMN kind text;\n",
        },
        {
          path: 'V2__u.sql',
          text: "INSERT INTO events_1 (id, at, kind) VALUES (1, '2024-02-02', 'x');\nUPDATE b SET note = 'y';\nALTER TABLE events DETACH PARTITION events_1;\nALTER TABLE events_1 ALTER COLUMN kind SET DEFAULT 'x';\nALTER TABLE events_1 DROP CONSTRAINT events_1_pkey;\n",
        },
      ],
    },
    {
      title: 'Columns that a text in quotes makes, in the same file',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE places (id bigint PRIMARY KEY);\nDO $$ DECLARE name text; BEGIN FOREACH name IN ARRAY ARRAY['a', 'b'] LOOP EXECUTE format('ALTER TABLE places ADD COLUMN %I_at date', name); END LOOP; END $$;\nUPDATE places SET a_at = now(), b_at = now();\n",
        },
      ],
    },
    {
      title: 'A function of an extension that adds a column',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE places (id bigint PRIMARY KEY);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE places ADD COLUMN name text;\n' },
        {
          path: 'V3__v.sql',
          text: "SELECT AddGeometryColumn('places', 'geom', 4326, 'POINT', 2);\nCREATE INDEX ON places USING gist (geom);\n",
        },
      ],
    },
    {
      title: 'What was undone is there again',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n' },
        {
          path: '02.sql',
          text: 'BEGIN;\nDROP TABLE users;\nROLLBACK;\nBEGIN;\nSAVEPOINT before;\nALTER TABLE users RENAME COLUMN name TO nick;\nROLLBACK TO before;\nUPDATE users SET name = lower(name);\nCOMMIT;\n',
        },
      ],
    },
  ],
  check: (context) => {
    if (context.source !== undefined || isWithCode(context) || isWrittenByCode(context)) return [];
    const parts = perOperation(context, (step, operation) => {
      const missing = missingOf(context, step, operation) ?? missingPart(context, step, operation);
      return missing === undefined ? undefined : { step, violation: missingViolation(context, step, operation, missing) };
    });
    const told = new Set(parts.map(({ step }) => step));
    const names = context.steps.flatMap((step) => {
      const [operation] = step.statement.operations;
      const missing = told.has(step) || operation === undefined ? undefined : missingName(context, step);
      return missing === undefined || operation === undefined ? [] : missingViolation(context, step, operation, missing);
    });
    return [...parts.map(({ violation }) => violation), ...names];
  },
};

/** Statements that are put together while they run: nobody knows which columns they leave. */
const isWrittenByCode = onceForFolder((files) =>
  files.some(
    ({ text }) => /\bexecute\b/i.test(text) && (changingText.test(text) || (executedVariable.test(text) && /\balter\b/i.test(text))),
  ),
);

const changingText = /\bexecute\b(?!\s+(?:function|procedure|on)\b)[^;]*?\b(?:alter|create\s+(?:table|view))\b/i;
const executedVariable = /\bexecute\s+[a-z_]\w*\s*(?:;|\b(?:using|into)\b)/i;

function missingOf(context: RuleContext, step: Step, operation: Operation): Missing | undefined {
  const named = namedParts(operation);
  if (named === undefined || /^\s*alter\s+(?:foreign\s+)?table\s+if\s+exists\b/i.test(step.statement.sent)) return undefined;
  const table = findTable(step.before, named.table);
  if (table === undefined) return lostTable(context, step, named.table);
  if (table.complete === false || table.columns.length === 0) return undefined;
  const column = named.columns?.find((name) => findColumn(table, name) === undefined && !isAddedHere(step, name));
  if (column !== undefined && !isSpokenOf(context, column)) return missingColumn(table, column);
  const { constraint } = named;
  if (constraint === undefined) return undefined;
  // Version 18 gives NOT NULL a name too.
  const isThere =
    constraint.endsWith('_not_null') ||
    table.constraints.some(({ name }) => name === constraint) ||
    (operation.kind === 'validate constraint' && comesInStatement(step, named.table, constraint));
  return isThere || isSpokenOf(context, constraint) ? undefined : missingConstraint(table, constraint);
}

function missingPart(context: RuleContext, step: Step, operation: Operation): Missing | undefined {
  const isMeant = operation.kind === 'drop object' || operation.kind === 'add constraint';
  return isMeant ? missingObject(context, step, operation) : undefined;
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

/** VALIDATE is the last that an ALTER TABLE does, wherever it stands in it: it finds what ADD CONSTRAINT beside it makes. */
function comesInStatement({ statement, after }: Step, table: ObjectName, constraint: string): boolean {
  const isAdded = statement.operations.some(({ kind }) => kind === 'add constraint');
  return isAdded && findTable(after, table)?.constraints.some(({ name }) => name === constraint) === true;
}

/** Other files, and functions that are told its name, may make it in ways that are not read. What one of them drops or renames is gone. */
function isSpokenOf({ files, program, text: own }: RuleContext, name: string): boolean {
  const quoted = escapedName(name);
  const word = new RegExp(`(?<![\\w$])${quoted}(?![\\w$])`, 'i');
  const gone = new RegExp(`\\b(?:drop|rename)\\s+(?:column\\s+|constraint\\s+)?(?:if\\s+exists\\s+)?"?${quoted}(?![\\w$])`, 'i');
  if (new RegExp(`'"?${quoted}"?'`, 'i').test(own)) return true;
  return files.some(({ path, text }) => path !== program.path && word.test(text) && !gone.test(text));
}

function lostTable({ steps }: RuleContext, step: Step, name: ObjectName): Missing | undefined {
  const { definitions, searchPath } = step.before;
  if (findNamed(definitions, name, searchPath) !== undefined) return undefined;
  const lost = steps.find(
    (earlier) =>
      earlier.statement.index < step.statement.index &&
      earlier.statement.operations.some(({ kind }) => kind === 'drop object' || kind === 'rename object' || kind === 'set schema') &&
      (name.schema !== undefined || earlier.after.searchPath?.join() === searchPath?.join()) &&
      findTable(earlier.before, name) !== undefined &&
      findTable(earlier.after, name) === undefined,
  );
  if (lost === undefined) return undefined;
  return {
    message: `Statement ${lost.statement.index} of this migration takes the table ${shownName(name)} away, by that name`,
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
