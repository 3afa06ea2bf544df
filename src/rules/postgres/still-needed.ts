import type { ObjectName, Operation } from '../../model/operation';
import { findNamed, findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, perOperation, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';
import { columnExamples, keyColumn, neededColumn, renamedColumn, retypedColumn } from './still-needed/columns';
import { extensionExamples, extensionUser } from './still-needed/extensions';
import { calledFunction, canBeOfTrigger, functionExamples, triggeredFunction } from './still-needed/functions';
import { keyOfIndex, neededKey } from './still-needed/keys';
import type { Need } from './still-needed/need';
import { emptiedTable, inheritingTable, readingView, referringKey, relationExamples } from './still-needed/relations';
import { roleUser } from './still-needed/roles';
import { schemaContent } from './still-needed/schemas';
import { numberedColumn, sequenceExamples } from './still-needed/sequences';
import { neededRowType, neededType } from './still-needed/types';

const parts = [columnExamples, extensionExamples, relationExamples, functionExamples, sequenceExamples];

export const stillNeeded: Rule = {
  id: 'still-needed',
  title: 'Drop or change of something that others need',
  severity: 'error',
  engines: ['postgres'],
  explanation: `The server refuses to drop what something else depends on, unless CASCADE is said, which drops that too: a table or a key that a foreign key refers to, a table from which another one inherits, a table,
view or column that a view reads, a type that a column, another type, a view's cast or a function's signature has, also the row type of a table, a schema that is not empty, an extension whose types, functions or operator classes are in use, a role that owns something or has privileges, the function of a trigger, a default, a view, a CHECK, an index or a policy, the sequence of a default. An index that belongs to a constraint can't be dropped by itself at all. A
column that a view, a rule, a policy, the WHEN or UPDATE OF of a trigger, a publication's columns or rows, an SQL-standard function body, or a generated column reads can neither be
dropped nor change its type, not even to the type that it has; one of a partition key or of a parent table can't either; and a column of the primary key can't lose its NOT NULL. TRUNCATE
wants every table named that refers to one of its tables.

Drop or change first what needs it: the fix of a type change drops views, policies and triggers before, and creates them again behind, with their comments and privileges, in the same
transaction.

Silent where CASCADE is said (destructive-change speaks of that), and about what the migrations of the folder don't show.`,
  bad: [
    {
      title: 'Types of types, of signatures, of casts, and of rows; a role that owns something or may read it',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN small AS positive CHECK (value < 100);
CREATE FUNCTION f(a small) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE t (id text);
CREATE VIEW v AS SELECT id::mood FROM t;
CREATE TABLE u (id bigint);
CREATE FUNCTION g() RETURNS SETOF u LANGUAGE sql AS 'SELECT * FROM u';
DO $$ BEGIN CREATE ROLE owner_of_example; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE reader_of_example; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT ON t TO reader_of_example;
CREATE TABLE o (id bigint);
ALTER TABLE o OWNER TO owner_of_example;
`,
        },
        {
          path: 'V2__d.sql',
          text: 'DROP DOMAIN positive;\nDROP DOMAIN small;\nDROP TYPE mood;\nDROP TABLE u;\nDROP ROLE reader_of_example;\nDROP ROLE owner_of_example;\n',
        },
      ],
      findings: [
        { at: 'DROP DOMAIN positive', says: 'The domain small needs type positive' },
        { at: 'DROP DOMAIN small', says: 'The function f needs type small' },
        { at: 'DROP TYPE mood', says: 'The view v' },
        { at: 'DROP TABLE u', says: 'The function g needs u' },
        { at: 'DROP ROLE reader_of_example', says: 'A privilege on the table t' },
        { at: 'DROP ROLE owner_of_example', says: 'The table o, which it owns, needs role owner_of_example' },
      ],
    },
    {
      title: 'A table that is referred to, a column that a view reads',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);\nCREATE VIEW names AS SELECT name FROM users;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(10);\nALTER TABLE users DROP COLUMN name;\nDROP INDEX users_pkey;\nALTER TABLE users DROP CONSTRAINT users_pkey;\nDROP TABLE users;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(10)', says: '0A000' },
        { at: 'ALTER TABLE users DROP COLUMN name', says: 'view names' },
        { at: 'DROP INDEX users_pkey', says: 'constraint users_pkey' },
        { at: 'ALTER TABLE users DROP CONSTRAINT users_pkey', says: 'foreign key orders_user_id_fkey of orders' },
        { at: 'DROP TABLE users', says: '2BP01' },
      ],
    },
    {
      title: 'A type, a sequence, a view, NOT NULL of a key',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good');\nCREATE TABLE a (id serial PRIMARY KEY, m mood[], n int, d int GENERATED ALWAYS AS (n * 2) STORED);\nCREATE VIEW v AS SELECT id FROM a;\nCREATE VIEW w AS SELECT id FROM v;\n",
        },
        {
          path: 'V2__d.sql',
          text: 'DROP TYPE mood;\nDROP SEQUENCE a_id_seq;\nDROP VIEW v;\nALTER TABLE a ALTER COLUMN id DROP NOT NULL;\nALTER TABLE a DROP COLUMN n;\n',
        },
      ],
      findings: [
        { at: 'DROP TYPE mood', says: 'column m of a' },
        { at: 'DROP SEQUENCE a_id_seq', says: 'default of id of a' },
        { at: 'DROP VIEW v', says: 'view w' },
        { at: 'ALTER TABLE a ALTER COLUMN id DROP NOT NULL', says: '42P16' },
        { at: 'ALTER TABLE a DROP COLUMN n', says: 'generated column d' },
      ],
    },
    {
      title: 'A sequence by its new name, the index of a key',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE);\nALTER SEQUENCE t_id_seq RENAME TO numbers;\n' },
        { path: 'V2__d.sql', text: 'DROP SEQUENCE numbers;\nDROP INDEX IF EXISTS t_a_key CASCADE;\n' },
      ],
      findings: [
        { at: 'DROP SEQUENCE numbers', says: 'The default of id of t' },
        { at: 'DROP INDEX IF EXISTS t_a_key CASCADE', says: '2BP01' },
      ],
    },
    ...parts.flatMap(({ bad }) => bad),
  ],
  good: [
    {
      title: 'A schema that is empty, an extension that nothing uses, types that nothing has any more',
      framework: 'flyway',
      majors: [13, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE SCHEMA app;
CREATE TABLE app.t (id bigint PRIMARY KEY);
CREATE EXTENSION "uuid-ossp";
CREATE EXTENSION pgcrypto;
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN small AS positive CHECK (value < 100);
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE u (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), other uuid DEFAULT gen_random_uuid(), n small);
CREATE FUNCTION f(a small) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW v AS SELECT id AS mood, '::mood' AS shown FROM u;
`,
        },
        {
          path: 'V2__d.sql',
          text: `SET LOCAL lock_timeout = '2s';
ALTER TABLE app.t SET SCHEMA public;
DROP SCHEMA app;
ALTER TABLE u ALTER COLUMN id SET DEFAULT gen_random_uuid();
DROP EXTENSION "uuid-ossp", pgcrypto;
ALTER TABLE u DROP COLUMN n;
DROP FUNCTION f(small);
DROP DOMAIN positive, small;
DROP TYPE mood;
`,
        },
      ],
    },
    {
      title: 'What has the name now is not what the view and the trigger use',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE users (id bigint PRIMARY KEY, age int);\nCREATE VIEW ages AS SELECT age FROM users;\nALTER TABLE users RENAME COLUMN age TO years;\nALTER TABLE users ADD COLUMN age text;\nCREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';\nCREATE TRIGGER changed BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION changed();\nALTER FUNCTION changed() RENAME TO changed_before;\nCREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'begin return old; end';\n",
        },
        { path: 'V2__u.sql', text: 'ALTER TABLE users DROP COLUMN age;\nDROP FUNCTION changed();\n' },
      ],
    },
    {
      title: 'Namesakes in another schema',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE SCHEMA app;\nCREATE TYPE status AS ENUM ('x');\nCREATE TYPE app.status AS ENUM ('y');\nCREATE SEQUENCE num;\nCREATE SEQUENCE app.num;\nCREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';\nCREATE FUNCTION app.changed() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';\nCREATE TABLE users (id bigint PRIMARY KEY DEFAULT nextval('num'), state status);\nCREATE TRIGGER changed BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION changed();\n",
        },
        { path: 'V2__u.sql', text: 'DROP TYPE app.status;\nDROP SEQUENCE app.num;\nDROP FUNCTION app.changed();\n' },
      ],
    },
    {
      title: 'What needs it goes first, or with it',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, rival bigint REFERENCES orders);\nCREATE VIEW names AS SELECT name FROM users;\nCREATE VIEW more AS SELECT name FROM names;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE users DROP COLUMN age;\nDROP VIEW more, names;\nALTER TABLE users DROP COLUMN name;\nDROP TABLE orders, users;\n',
        },
      ],
    },
    {
      title: 'CASCADE says so',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);\n',
        },
        { path: 'V2__d.sql', text: 'DROP TABLE users CASCADE;\n' },
      ],
    },
    ...parts.flatMap(({ good }) => good),
  ],
  check: (context) =>
    perOperation(context, (step, operation) => {
      const needed = needOf(context, step, operation);
      return needed === undefined ? undefined : violation(context, step, operation, needed);
    }),
};

function violation(context: RuleContext, step: Step, operation: Operation, { what, by, code, help, fix }: Need): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${by} needs ${what}: the server refuses this (${code}).`.replace(/^./, (first) => first.toUpperCase()),
    help: help ?? 'Drop or change that first. CASCADE would drop it too, unnamed.',
    fixes: fix === undefined ? [] : [fix],
  };
}

/** The first thing that stands in the way. */
function needOf(context: RuleContext, step: Step, operation: Operation): Need | undefined {
  switch (operation.kind) {
    case 'drop object':
      return operation.cascade && operation.objectKind !== 'index' ? undefined : neededObject(context, step, operation);
    case 'drop column':
      return operation.cascade ? undefined : neededColumn(context, step, operation);
    case 'drop constraint':
      return operation.cascade ? undefined : neededKey(step, operation);
    case 'alter column type':
      return retypedColumn(context, step, operation);
    case 'drop not null':
      return keyColumn(step, operation);
    case 'rename column':
      return renamedColumn(step, operation);
    case 'truncate':
      return operation.cascade ? undefined : emptiedTable(step, operation);
    default:
      return undefined;
  }
}

function neededObject(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Need | undefined {
  for (const [position, name] of operation.objects.entries()) {
    const need = neededOne(context, step, operation, name, operation.signatures?.[position]);
    if (need !== undefined) return need;
  }
  return undefined;
}

function neededOne(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'drop object'>,
  name: ObjectName,
  signature: string | undefined,
): Need | undefined {
  switch (operation.objectKind) {
    case 'table':
    case 'foreign table': {
      const table = findTable(step.before, name);
      return table === undefined
        ? undefined
        : (referringKey(step, table, operation.objects) ??
            readingView(step, table, operation.objects) ??
            inheritingTable(step, table, operation.objects) ??
            neededRowType(step, table, operation.objects));
    }
    case 'view':
    case 'materialized view': {
      const view = findNamed(step.before.definitions, name, step.before.searchPath);
      return view === undefined ? undefined : readingView(step, view, operation.objects);
    }
    case 'index': {
      return keyOfIndex(context, step, operation, name);
    }
    case 'type':
    case 'domain':
      return neededType(step, name, operation.objects);
    case 'schema':
      return schemaContent(step, name);
    case 'extension':
      return extensionUser(context, step, name);
    case 'role':
      return roleUser(context, step, name);
    case 'sequence':
      return numberedColumn(step, name);
    case 'function':
      return (canBeOfTrigger(step, name, signature) ? triggeredFunction(step, name) : undefined) ?? calledFunction(context, step, name);
    default:
      return undefined;
  }
}
