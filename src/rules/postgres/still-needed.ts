import { relationKey, type Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { findIndex, findNamed, findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, perOperation, type RuleContext, type Step } from '../context';
import { replaceSpan } from '../edits';
import type { Rule, Violation } from '../rule';
import { callerOf } from './called-functions';
import { keyColumn, type Need, neededColumn, neededKey, renamedColumn, retypedColumn } from './needed-columns';
import { extensionUser, neededRowType, neededType, roleUser, schemaContent } from './needed-objects';

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
      title: 'A table from which another one inherits',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE base (id int);\nCREATE TABLE child (a int) INHERITS (base);\nCREATE TABLE kept (id int);\nALTER TABLE kept INHERIT base;\n',
        },
        { path: 'V2__d.sql', text: 'DROP TABLE base, child;\n' },
      ],
      findings: [{ at: 'DROP TABLE base, child', says: 'The table kept, which inherits from it, needs base' }],
    },
    {
      title: 'A function that a default, an index and a view call',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE FUNCTION code() RETURNS text LANGUAGE sql AS 'SELECT md5(random()::text)';\nCREATE FUNCTION fold(a text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(a)';\nCREATE FUNCTION shown(a text) RETURNS text LANGUAGE sql AS 'SELECT a';\nCREATE TABLE t (id bigint PRIMARY KEY, a text DEFAULT code());\nCREATE INDEX i ON t (fold(a));\nCREATE VIEW v AS SELECT shown(a) AS a FROM t;\n",
        },
        { path: 'V2__d.sql', text: 'DROP FUNCTION code();\nDROP FUNCTION fold(text);\nDROP FUNCTION shown;\n' },
      ],
      findings: [
        { at: 'DROP FUNCTION code()', says: 'The default of a of t' },
        { at: 'DROP FUNCTION fold(text)', says: 'The index i of t' },
        { at: 'DROP FUNCTION shown', says: 'The view v' },
      ],
    },
    {
      title: 'A schema that is not empty, extensions whose types and classes are in use',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE SCHEMA app;\nCREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\nCREATE EXTENSION citext;\nCREATE EXTENSION pg_trgm;\nCREATE EXTENSION "uuid-ossp";\nCREATE TABLE u (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), mail citext, t text);\nCREATE INDEX u_t ON u USING gin (t gin_trgm_ops);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'DROP SCHEMA app RESTRICT;\nDROP EXTENSION citext;\nDROP EXTENSION IF EXISTS pg_trgm;\nDROP EXTENSION "uuid-ossp";\n',
        },
      ],
      findings: [
        { at: 'DROP SCHEMA app RESTRICT', says: 'The function app.f needs schema app' },
        { at: 'DROP EXTENSION citext', says: 'The column mail of u needs extension citext' },
        { at: 'DROP EXTENSION IF EXISTS pg_trgm', says: 'The index u_t of u' },
        { at: 'DROP EXTENSION "uuid-ossp"', says: 'The default of id of u' },
      ],
    },
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
      title: 'The function of a trigger, beside another of its name',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id int);\nCREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE FUNCTION touch(n int) RETURNS int LANGUAGE sql AS $$ SELECT n $$;\nCREATE TRIGGER touched BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();\n',
        },
        { path: 'V2__d.sql', text: 'DROP FUNCTION touch();\n' },
      ],
      findings: [{ at: 'DROP FUNCTION touch()', says: 'trigger touched of a' }],
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
      title: 'A column of views, a policy, a trigger, a rule',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int, d int, e int);
CREATE TABLE o (id bigint PRIMARY KEY, t_id bigint, f int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE VIEW v AS SELECT * FROM t;
CREATE VIEW w AS SELECT t.id, f FROM t JOIN o ON o.t_id = t.id;
CREATE POLICY p ON o USING (EXISTS (SELECT 1 FROM t WHERE t.id = o.t_id AND b > 0));
ALTER TABLE t ADD COLUMN g int, ADD COLUMN h int, ADD COLUMN i int;
CREATE TRIGGER touched BEFORE UPDATE OF g ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER checked BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.h > OLD.h) EXECUTE FUNCTION touch();
CREATE RULE r AS ON UPDATE TO t WHERE NEW.i > 1 DO ALSO INSERT INTO o VALUES (1, 1, 1);
`,
        },
        {
          path: 'V2__d.sql',
          text: `ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE o ALTER COLUMN f TYPE int;
DROP VIEW v;
ALTER TABLE t DROP COLUMN b;
ALTER TABLE t ALTER COLUMN g TYPE bigint;
ALTER TABLE t DROP COLUMN h;
ALTER TABLE t DROP COLUMN i;
`,
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', says: 'The view v needs t.a as it is: the server refuses this (0A000)' },
        { at: 'ALTER TABLE o ALTER COLUMN f TYPE int', says: 'view w' },
        { at: 'ALTER TABLE t DROP COLUMN b', says: 'policy p of o' },
        { at: 'ALTER TABLE t ALTER COLUMN g TYPE bigint', says: 'trigger touched of t' },
        { at: 'ALTER TABLE t DROP COLUMN h', says: 'trigger checked of t' },
        { at: 'ALTER TABLE t DROP COLUMN i', says: 'rule r' },
      ],
    },
    {
      title: 'The columns and rows of a publication, and a function whose body the server reads',
      framework: 'flyway',
      majors: [15, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int);\nCREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 10);\nCREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT sum(c) FROM t; END;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE t ALTER COLUMN a TYPE bigint;\nALTER TABLE t ALTER COLUMN id TYPE numeric;\nALTER TABLE t DROP COLUMN c;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', says: 'publication p' },
        { at: 'ALTER TABLE t ALTER COLUMN id TYPE numeric', says: '0A000' },
        { at: 'ALTER TABLE t DROP COLUMN c', says: 'function total' },
      ],
    },
    {
      title: 'A partition key, a column of the parent, a table that another refers to',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (a int, b int, c int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);\nCREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE p ALTER COLUMN a TYPE bigint;\nALTER TABLE p DROP COLUMN a;\nALTER TABLE p1 ALTER COLUMN b TYPE bigint;\nALTER TABLE p1 DROP COLUMN b;\nALTER TABLE p1 RENAME COLUMN c TO d;\nTRUNCATE users;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE p ALTER COLUMN a TYPE bigint', says: '42P16' },
        { at: 'ALTER TABLE p DROP COLUMN a', says: 'partition key' },
        { at: 'ALTER TABLE p1 ALTER COLUMN b TYPE bigint', says: 'parent public.p' },
        { at: 'ALTER TABLE p1 DROP COLUMN b', says: '42P16' },
        { at: 'ALTER TABLE p1 RENAME COLUMN c TO d', says: '42P16' },
        { at: 'TRUNCATE users', says: 'foreign key orders_user_id_fkey of orders' },
      ],
    },
    {
      title: 'A view that others read, dropped and created again with what they have',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE VIEW v AS SELECT id, a FROM t;\nCREATE MATERIALIZED VIEW m AS SELECT id FROM v;\nCREATE UNIQUE INDEX m_id ON m (id);\nCOMMENT ON VIEW v IS 'All';\nGRANT SELECT ON v TO PUBLIC;\n",
        },
        { path: 'V2__d.sql', text: 'ALTER TABLE t ALTER COLUMN a TYPE bigint;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', says: 'same transaction' }],
      fixed: [
        {
          path: 'V2__d.sql',
          text: "DROP MATERIALIZED VIEW m;\nDROP VIEW v;\nALTER TABLE t ALTER COLUMN a TYPE bigint;\nCREATE VIEW v AS SELECT id, a FROM t;\nCREATE MATERIALIZED VIEW m AS SELECT id FROM v;\nCREATE UNIQUE INDEX m_id ON m (id);\nCOMMENT ON VIEW v IS 'All';\nGRANT SELECT ON TABLE v TO PUBLIC;\n",
        },
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
  ],
  good: [
    {
      title: 'A table with its children, one that they have left, a partitioned table',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE base (id int);\nCREATE TABLE child (a int) INHERITS (base);\nCREATE TABLE other (id int);\nCREATE TABLE left_it () INHERITS (other);\nCREATE TABLE p (a int) PARTITION BY LIST (a);\nCREATE TABLE p1 PARTITION OF p DEFAULT;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'DROP TABLE child, base;\nALTER TABLE left_it NO INHERIT other;\nDROP TABLE other;\nDROP TABLE p;\n',
        },
      ],
    },
    {
      title: 'A sequence that has the name which another one had',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id serial PRIMARY KEY);\nALTER SEQUENCE t_id_seq RENAME TO numbers;\nCREATE SEQUENCE t_id_seq;\n',
        },
        { path: 'V2__d.sql', text: 'DROP SEQUENCE t_id_seq;\n' },
      ],
    },
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
      title: 'Columns that came after the view, of another table, and those that nothing reads',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int);
CREATE TABLE o (id bigint PRIMARY KEY, a int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.c := 1; RETURN NEW; END $$;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(c) FROM t';
CREATE VIEW v AS SELECT t.id, o.a, count(*) FROM t JOIN o USING (id) GROUP BY t.id, o.a;
CREATE VIEW w AS SELECT * FROM o;
CREATE POLICY p ON o USING (EXISTS (SELECT 1 FROM t WHERE t.id = o.id AND o.a > 0));
CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
CREATE PUBLICATION cdc FOR TABLE t;
ALTER TABLE o ADD COLUMN z int;
`,
        },
        {
          path: 'V2__d.sql',
          text: `ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE t DROP COLUMN b;
ALTER TABLE t ALTER COLUMN c TYPE bigint;
ALTER TABLE o ALTER COLUMN z TYPE bigint;
ALTER TABLE o DROP COLUMN z;
TRUNCATE t, o;
`,
        },
      ],
    },
    {
      title: 'A function that another one calls, one that is called no more, one of two of its name',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT one()';\nCREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE TABLE t (id bigint PRIMARY KEY, a int DEFAULT two(), one int DEFAULT f(1), b text DEFAULT 'one()');\n",
        },
        {
          path: 'V2__d.sql',
          text: "SET LOCAL lock_timeout = '2s';\nDROP FUNCTION one();\nALTER TABLE t ALTER COLUMN a DROP DEFAULT;\nDROP FUNCTION two();\nDROP FUNCTION f(text);\n",
        },
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
      title: 'Another function of the name',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id int);\nCREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE FUNCTION touch(n int) RETURNS int LANGUAGE sql AS $$ SELECT n $$;\nCREATE TRIGGER touched BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();\n',
        },
        { path: 'V2__d.sql', text: 'DROP FUNCTION touch(int);\n' },
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

/** With CASCADE too: the index is part of the constraint. */
function keyOfIndex(context: RuleContext, step: Step, operation: OperationOf<'drop object'>, name: ObjectName): Need | undefined {
  const found = findIndex(step.before, name);
  const constraint = found?.index.constraint;
  if (found === undefined || constraint === undefined) return undefined;
  const { schema, name: table } = found.owner;
  const words = `DROP CONSTRAINT ${operation.ifExists ? 'IF EXISTS ' : ''}${quoteIdentifier(constraint)}${operation.cascade ? ' CASCADE' : ''}`;
  const text = `ALTER TABLE ${quoteQualified(name.schema === undefined ? undefined : schema, table)} ${words}`;
  const edits = [replaceSpan(context, step.statement.span, text)];
  return {
    what: `index ${name.name}`,
    by: `the constraint ${constraint}`,
    code: '2BP01',
    help: 'Drop the constraint: its index goes with it.',
    ...(operation.objects.length === 1 &&
      found.index.inherited !== true && { fix: { title: `Drop the constraint ${constraint}`, safe: false, edits } }),
  };
}

/** A foreign key of a table that stays. */
function referringKey(step: Step, target: Table, going: readonly ObjectName[]): Need | undefined {
  const key = relationKey(target);
  for (const table of step.before.tables) {
    const found = table.constraints.find((constraint) => constraint.kind === 'foreign key' && constraint.references === key);
    if (found === undefined || table.identity === target.identity) continue;
    if (!going.some((name) => findTable(step.before, name)?.identity === table.identity))
      return { what: target.name, by: `the foreign key ${found.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The server doesn't look whether the other table has rows (manual, TRUNCATE). */
function emptiedTable(step: Step, { tables }: OperationOf<'truncate'>): Need | undefined {
  for (const name of tables) {
    const table = findTable(step.before, name);
    const need = table === undefined ? undefined : referringKey(step, table, tables);
    if (need !== undefined) {
      return { ...need, code: '0A000', help: 'Empty that table in the same TRUNCATE, or use DELETE. CASCADE would empty it too, unnamed.' };
    }
  }
  return undefined;
}

/** A child that stays. Partitions go with their table. */
function inheritingTable(step: Step, target: Table, going: readonly ObjectName[]): Need | undefined {
  const key = relationKey(target);
  const child = step.before.tables.find(
    (table) =>
      table.partitionOf === undefined &&
      table.inherits?.includes(key) === true &&
      !going.some((name) => findTable(step.before, name)?.identity === table.identity),
  );
  if (child === undefined) return undefined;
  const help = `Drop ${child.name} with it, or let it go first: ALTER TABLE ${child.name} NO INHERIT ${target.name}.`;
  return { what: target.name, by: `the table ${child.name}, which inherits from it,`, code: '2BP01', help };
}

function readingView(
  step: Step,
  target: { readonly schema: string; readonly name: string },
  going: readonly ObjectName[],
): Need | undefined {
  const key = relationKey(target);
  const found = step.before.definitions.find(
    (object) => isView(object) && object.dependsOn.includes(key) && !going.some((name) => name.name === object.name),
  );
  return found === undefined ? undefined : { what: target.name, by: `the ${found.kind} ${found.name}`, code: '2BP01' };
}

function isView({ kind }: { readonly kind: string }): boolean {
  return kind === 'view' || kind === 'materialized view';
}

/** Of several in different schemas, a name without its schema may mean another one. */
function isOnly(all: readonly { readonly name: string }[], { name }: { readonly name: string }): boolean {
  return all.filter((other) => other.name === name).length === 1;
}

/** The default of a serial column. An identity column's sequence can't be dropped either. */
function numberedColumn(step: Step, name: ObjectName): Need | undefined {
  const sequence = findNamed(step.before.sequences, name, step.before.searchPath);
  if (sequence === undefined) return undefined;
  const called = new RegExp(`nextval\\s*\\(\\s*'(?:"?([^'".]+)"?\\.)?"?${sequence.name.replaceAll(/\W/g, '\\$&')}"?'`, 'i');
  const isMeant = (text: string) => {
    const found = called.exec(text);
    return found !== null && (found[1] === undefined ? isOnly(step.before.sequences, sequence) : found[1] === sequence.schema);
  };
  for (const table of step.before.tables) {
    const column = table.columns.find((candidate) => candidate.default !== undefined && isMeant(candidate.default));
    if (column !== undefined)
      return { what: `sequence ${sequence.name}`, by: `the default of ${column.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The function of a trigger is declared without arguments. Without the parentheses it has to be the only one of its name. */
function canBeOfTrigger(step: Step, name: ObjectName, signature: string | undefined): boolean {
  if (signature !== undefined) return signature === '()';
  const called = step.before.definitions.filter((object) => object.kind === 'function' && object.name === name.name);
  return called.length < 2 && called.every((object) => object.signature === undefined || object.signature === '()');
}

function triggeredFunction(step: Step, name: ObjectName): Need | undefined {
  const called = new RegExp(
    `\\bexecute\\s+(?:function|procedure)\\s+(?:"?([\\w$]+)"?\\s*\\.\\s*)?"?${name.name.replaceAll(/\W/g, '\\$&')}"?\\s*\\(`,
    'i',
  );
  const functions = step.before.definitions.filter((object) => object.kind === 'function' && object.name === name.name);
  const schemas = new Set(functions.map(({ schema }) => schema));
  const dropped = findNamed(functions, name, step.before.searchPath);
  const own = name.schema ?? dropped?.schema;
  const isMeant = (definition: string) => {
    const found = called.exec(definition);
    return found !== null && (found[1] === undefined ? schemas.size < 2 : own === undefined || found[1] === own);
  };
  for (const table of step.before.tables) {
    const trigger = table.triggers.find(
      // A trigger made before the function calls another one, which had its name then.
      ({ identity, definition }) => isMeant(definition) && !(Number(dropped?.identity) > Number(identity)),
    );
    if (trigger !== undefined) return { what: `function ${name.name}`, by: `the trigger ${trigger.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

function calledFunction({ engine }: RuleContext, step: Step, name: ObjectName): Need | undefined {
  const caller = callerOf(step.before, name, engine.major);
  return caller === undefined ? undefined : { what: `function ${name.name}`, by: caller, code: '2BP01' };
}
