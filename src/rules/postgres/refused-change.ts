import type { DefinedObject } from '../../model/catalog';
import type { Operation } from '../../model/operation';
import { findNamed, findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, perOperation, type RuleContext, type Step, shownName } from '../context';
import type { Rule, Violation } from '../rule';
import { refusedConcurrently } from './refusals/concurrently';
import { refusedForeignKey } from './refusals/foreign-keys';
import { refusedValue } from './refusals/generated';
import { refusedExpression } from './refusals/immutable';
import { refusedInherited } from './refusals/inherited';
import { refusedKey } from './refusals/keys';
import type { Refusal } from './refusals/refusal';
import { refusedType } from './refusals/types';
import { routineShape, viewColumns } from './routine-shape';

export const refusedChange: Rule = {
  id: 'refused-change',
  title: 'Change that the server refuses',
  severity: 'error',
  engines: ['postgres'],
  explanation: `Some things that are there can't be changed in place. CREATE OR REPLACE VIEW keeps the columns: it may add some at the end, and neither drop, rename nor reorder the others (42P16). CREATE OR REPLACE
FUNCTION keeps the result, the names of the arguments, and their defaults (42P13). A table has one primary key at most (42P16). The migration fails each time it is run.

Others can't be made: a foreign key to what is not unique (42830) or to a type that can't be compared (42804); a unique key of a partitioned table without its partition key (0A000); a
constraint of a partial index, one on expressions, or one that is not unique (42809); CONCURRENTLY for the index of a partitioned table (0A000), beside a DEFAULT partition, and for a
materialized view without a unique index (55000); an index or a generated column of an expression that the clock or the session's settings change (42P17).

What a child or a partition has from its parent is changed there (42P16); an index of a partition goes with that of its parent (2BP01); a partition gets no column of its own (42809), and since version 17
no identity (55000).

Values don't change by themselves: a type to which the old one, or the default, is not cast without USING (42804), and columns that only the server fills (428C9).

Drop the view or function first and create it again, in the same transaction, with its grants and what depends on it; drop the old key before the new one.

Silent about views and functions that the migrations of the folder don't show, and about columns whose names only the server knows.`,
  bad: [
    {
      title: 'A view without a column that it had, with another name, with columns in another order',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);\nCREATE VIEW v AS SELECT id, name, email FROM users;\nCREATE VIEW w AS SELECT id, name FROM users;\nCREATE VIEW x (a, b) AS SELECT id, lower(name) FROM users;\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE OR REPLACE VIEW v AS SELECT id, name FROM users;\nCREATE OR REPLACE VIEW w AS SELECT id, email, name FROM users;\nCREATE OR REPLACE VIEW x AS SELECT id AS a, lower(name) FROM users;\n',
        },
      ],
      findings: [
        { at: 'CREATE OR REPLACE VIEW v AS SELECT id, name FROM users', says: 'email' },
        { at: 'CREATE OR REPLACE VIEW w AS SELECT id, email, name FROM users', says: '42P16' },
        { at: 'CREATE OR REPLACE VIEW x AS SELECT id AS a, lower(name) FROM users', says: 'column b' },
      ],
    },
    {
      title: 'A function with another result, other names, fewer defaults',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__f.sql',
          text: "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION g(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION k(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION h(a int DEFAULT 1) RETURNS TABLE (x int, z int) LANGUAGE sql AS 'SELECT 1, 2';\n",
        },
        {
          path: 'V2__f.sql',
          text: "CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';\nCREATE OR REPLACE FUNCTION g(z int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE OR REPLACE FUNCTION k(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE OR REPLACE FUNCTION h(a int DEFAULT 1) RETURNS TABLE (y int, z int) LANGUAGE sql AS 'SELECT 1, 2';\n",
        },
      ],
      findings: [
        { at: "CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'", says: '42P13' },
        { at: "CREATE OR REPLACE FUNCTION g(z int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'", says: 'argument a' },
        { at: "CREATE OR REPLACE FUNCTION k(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT 1'", says: 'defaults' },
        {
          at: "CREATE OR REPLACE FUNCTION h(a int DEFAULT 1) RETURNS TABLE (y int, z int) LANGUAGE sql AS 'SELECT 1, 2'",
          says: 'SETOF (x integer, z integer)',
        },
      ],
    },
    {
      title: 'A second primary key',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE users ADD PRIMARY KEY (no);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD PRIMARY KEY (no)', says: 'users_pkey' }],
    },
    {
      title: 'Types without a cast of their own, for the rows and for the default',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id bigint PRIMARY KEY, a text, b boolean, m text DEFAULT 'ok', u text[], s varchar(20));\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE t ALTER COLUMN a TYPE integer;\nALTER TABLE t ALTER COLUMN b TYPE integer;\nALTER TABLE t ALTER COLUMN m TYPE mood USING m::mood;\nALTER TABLE t ALTER COLUMN u TYPE uuid[];\nALTER TABLE t ALTER COLUMN s TYPE mood;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER COLUMN a TYPE integer', says: 'a is text, which does not turn into integer' },
        { at: 'ALTER TABLE t ALTER COLUMN b TYPE integer', says: 'b::integer' },
        { at: 'ALTER TABLE t ALTER COLUMN m TYPE mood USING m::mood', says: 'The default of m' },
        { at: 'ALTER TABLE t ALTER COLUMN u TYPE uuid[]', says: '42804' },
        { at: 'ALTER TABLE t ALTER COLUMN s TYPE mood', says: 's::mood' },
      ],
    },
    {
      title: 'A text with a default becomes a number: rows and default are converted',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE t (id bigint PRIMARY KEY, m varchar(9) NOT NULL DEFAULT '1');\n",
        },
        { path: 'V2__u.sql', text: 'ALTER TABLE t ALTER COLUMN m TYPE integer;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ALTER COLUMN m TYPE integer', says: '42804' }],
      fixed: [
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE integer USING m::integer, ALTER COLUMN m SET DEFAULT '1';\n",
        },
      ],
    },
    {
      title: 'Foreign keys to what is no key, or of another type',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, name text UNIQUE DEFERRABLE, a int, b int, UNIQUE (a, b));\nCREATE TABLE plain (id bigint);\nCREATE UNIQUE INDEX ON users (email) WHERE id > 1;\nCREATE TABLE o (id bigint PRIMARY KEY, email text, n numeric);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE f1 (email text REFERENCES users (email));\nCREATE TABLE f2 (user_id uuid REFERENCES users);\nCREATE TABLE f3 (plain_id bigint REFERENCES plain);\nALTER TABLE o ADD FOREIGN KEY (email) REFERENCES users (name);\nALTER TABLE o ADD COLUMN a int REFERENCES users (a);\nALTER TABLE o ADD FOREIGN KEY (n) REFERENCES users (id) NOT VALID;\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE f1 (email text REFERENCES users (email))', says: '42830' },
        { at: 'CREATE TABLE f2 (user_id uuid REFERENCES users)', says: 'f2.user_id is uuid and users.id is bigint' },
        { at: 'CREATE TABLE f3 (plain_id bigint REFERENCES plain)', says: '42704' },
        { at: 'ALTER TABLE o ADD FOREIGN KEY (email) REFERENCES users (name)', says: '55000' },
        { at: 'ALTER TABLE o ADD COLUMN a int REFERENCES users (a)', says: 'exactly (a)' },
        { at: 'ALTER TABLE o ADD FOREIGN KEY (n) REFERENCES users (id) NOT VALID', says: '42804' },
      ],
    },
    {
      title: 'What a partitioned table does not have',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE p (a int NOT NULL, b int) PARTITION BY RANGE (a);\nCREATE INDEX i ON p (b);\nCREATE UNIQUE INDEX u ON p (a);\n',
        },
        {
          path: '0002_u.sql',
          text: 'CREATE INDEX CONCURRENTLY ON p (b);\nDROP INDEX CONCURRENTLY i;\nALTER TABLE p ADD UNIQUE (b);\nCREATE UNIQUE INDEX ON p (b);\nALTER TABLE p ADD CONSTRAINT k UNIQUE USING INDEX u;\nCREATE TABLE q (id bigint PRIMARY KEY, at date) PARTITION BY RANGE (at);\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX CONCURRENTLY ON p (b)', says: '0A000' },
        { at: 'DROP INDEX CONCURRENTLY i', says: '0A000' },
        { at: 'ALTER TABLE p ADD UNIQUE (b)', says: 'partitioned by a' },
        { at: 'CREATE UNIQUE INDEX ON p (b)', says: '0A000' },
        { at: 'ALTER TABLE p ADD CONSTRAINT k UNIQUE USING INDEX u', says: 'USING INDEX' },
        { at: 'CREATE TABLE q (id bigint PRIMARY KEY, at date) PARTITION BY RANGE (at)', says: 'partitioned by at' },
      ],
    },
    {
      title: 'Before 18: a foreign key of a partitioned table can not be NOT VALID',
      framework: 'flyway',
      majors: [12, 17],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id int PRIMARY KEY);\nCREATE TABLE p (a int) PARTITION BY RANGE (a);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES users NOT VALID;\n' },
      ],
      findings: [{ at: 'ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES users NOT VALID', says: '42809' }],
    },
    {
      title: 'From 14: detached concurrently beside a DEFAULT partition',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\nCREATE TABLE rest PARTITION OF p DEFAULT;\n',
        },
        { path: '0002_u.sql', text: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n' },
      ],
      findings: [{ at: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY', says: 'DEFAULT partition, rest' }],
    },
    {
      title: 'Indexes that no constraint and no REFRESH can use',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE UNIQUE INDEX part ON t (a) WHERE a > 1;\nCREATE INDEX plain ON t (a);\nCREATE UNIQUE INDEX expr ON t ((a + 1));\nCREATE MATERIALIZED VIEW m AS SELECT a FROM t;\nCREATE UNIQUE INDEX ON m (a) WHERE a > 1;\nCREATE MATERIALIZED VIEW n AS SELECT a FROM t WITH NO DATA;\n',
        },
        {
          path: '0002_u.sql',
          text: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX part;\nALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX plain;\nALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX expr;\nREFRESH MATERIALIZED VIEW CONCURRENTLY m;\nREFRESH MATERIALIZED VIEW CONCURRENTLY n;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX part', says: 'partial' },
        { at: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX plain', says: 'not unique' },
        { at: 'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX expr', says: 'expressions' },
        { at: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m', says: '55000' },
        { at: 'REFRESH MATERIALIZED VIEW CONCURRENTLY n', says: '0A000' },
      ],
    },
    {
      title: 'Expressions that change with the clock or the session',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz, plain timestamp, day date, name text, body text);\n',
        },
        {
          path: 'V2__u.sql',
          text: "CREATE INDEX ON t (id) WHERE at > now() - interval '1 day';\nCREATE INDEX ON t (date(at));\nCREATE INDEX ON t ((at::date));\nCREATE INDEX ON t (date_trunc('day', at));\nCREATE INDEX ON t USING gin (to_tsvector(body));\nALTER TABLE t ADD COLUMN g text GENERATED ALWAYS AS (concat(name, body)) STORED;\nCREATE TABLE u (a timestamptz, b text GENERATED ALWAYS AS (to_char(a, 'YYYY')) STORED);\nCREATE INDEX ON t ((day::text));\n",
        },
      ],
      findings: [
        { at: "CREATE INDEX ON t (id) WHERE at > now() - interval '1 day'", says: 'now()' },
        { at: 'CREATE INDEX ON t (date(at))', says: 'date() of a timestamptz' },
        { at: 'CREATE INDEX ON t ((at::date))', says: '42P17' },
        { at: "CREATE INDEX ON t (date_trunc('day', at))", says: 'AT TIME ZONE' },
        { at: 'CREATE INDEX ON t USING gin (to_tsvector(body))', says: 'configuration' },
        { at: 'ALTER TABLE t ADD COLUMN g text GENERATED ALWAYS AS (concat(name, body)) STORED', says: 'concat()' },
        { at: "CREATE TABLE u (a timestamptz, b text GENERATED ALWAYS AS (to_char(a, 'YYYY')) STORED)", says: 'to_char()' },
        { at: 'CREATE INDEX ON t ((day::text))', says: 'date as text' },
      ],
    },
    {
      title: 'Columns that only the server fills',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'INSERT INTO t (id, a) VALUES (1, 1);\nINSERT INTO t (a, g) VALUES (1, 2);\nUPDATE t SET g = 1 WHERE a = 1;\nUPDATE t SET id = 7 WHERE a = 1;\nALTER TABLE t ALTER COLUMN id SET DEFAULT 1;\nALTER TABLE t ALTER COLUMN g DROP DEFAULT;\n',
        },
      ],
      findings: [
        { at: 'INSERT INTO t (id, a) VALUES (1, 1)', says: 'OVERRIDING SYSTEM VALUE' },
        { at: 'INSERT INTO t (a, g) VALUES (1, 2)', says: '428C9' },
        { at: 'UPDATE t SET g = 1 WHERE a = 1', says: '428C9' },
        { at: 'UPDATE t SET id = 7 WHERE a = 1', says: '428C9' },
        { at: 'ALTER TABLE t ALTER COLUMN id SET DEFAULT 1', says: '42601' },
        { at: 'ALTER TABLE t ALTER COLUMN g DROP DEFAULT', says: 'DROP EXPRESSION' },
      ],
    },
    {
      title: 'What a child has from its parent',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE p (id bigint, at date NOT NULL, CHECK (id > 0)) PARTITION BY RANGE (at);\nCREATE INDEX ON p (id);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nCREATE TABLE a (x int);\nCREATE TABLE b () INHERITS (a);\nALTER TABLE a ADD COLUMN n int CHECK (n > 0);\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE p1 ADD COLUMN note text;\nALTER TABLE p1 DROP CONSTRAINT p_id_check;\nDROP INDEX p1_id_idx;\nALTER TABLE b DROP CONSTRAINT a_n_check;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE p1 ADD COLUMN note text', says: '42809' },
        { at: 'ALTER TABLE p1 DROP CONSTRAINT p_id_check', says: 'from p' },
        { at: 'DROP INDEX p1_id_idx', says: '2BP01' },
        { at: 'ALTER TABLE b DROP CONSTRAINT a_n_check', says: '42P16' },
      ],
    },
    {
      title: 'ATTACH of a table with an identity of its own',
      framework: 'flyway',
      majors: [17, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (id bigint NOT NULL, at int NOT NULL) PARTITION BY RANGE (at);\nCREATE TABLE p1 (id bigint GENERATED ALWAYS AS IDENTITY, at int NOT NULL);\n',
        },
        { path: 'V2__u.sql', text: 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);\n' },
      ],
      findings: [{ at: 'ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10)', says: 'DROP IDENTITY' }],
    },
  ],
  good: [
    {
      title: 'A partition made by LIKE: without INCLUDING IDENTITY there is none, nor is a default without INCLUDING DEFAULTS',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE p (id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL, n int DEFAULT 1) PARTITION BY RANGE (at);\nCREATE TABLE p1 (LIKE p INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\n',
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');\n",
        },
      ],
    },
    {
      title: 'A child changes what is its own, what it has twice, and what it was left',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE p (id bigint, at date NOT NULL, CHECK (id > 0)) PARTITION BY RANGE (at);\nCREATE INDEX ON p (id);\nCREATE TABLE p1 PARTITION OF p (CONSTRAINT few CHECK (id < 9)) FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nCREATE TABLE a (x int);\nCREATE TABLE b (x int, y int) INHERITS (a);\nCREATE INDEX ON p1 (at, id);\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE p1 DROP CONSTRAINT few;\nDROP INDEX p1_at_id_idx;\nALTER TABLE b DROP COLUMN y;\nALTER TABLE b ADD COLUMN z int;\nALTER TABLE p1 ALTER COLUMN id SET DEFAULT 1;\nALTER TABLE p DETACH PARTITION p1;\nALTER TABLE p1 DROP CONSTRAINT p_id_check;\nDROP INDEX p1_id_idx;\nALTER TABLE p1 ADD COLUMN w int;\nALTER TABLE p1 DROP COLUMN id;\nALTER TABLE b NO INHERIT a;\nALTER TABLE b RENAME COLUMN x TO v;\n',
        },
      ],
    },
    {
      title: 'OVERRIDING USER VALUE, and the time that an identifier holds',
      framework: 'flyway',
      majors: [18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, code uuid);\nCREATE TABLE old (id bigint, name text);\nINSERT INTO users (id, name) OVERRIDING USER VALUE SELECT id, name FROM old;\nCREATE INDEX ON users (uuid_extract_timestamp(code), quote_nullable(name));\n',
        },
      ],
    },
    {
      title: 'Casts that are there, USING, a default that goes; domains, arrays, enums to text',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE DOMAIN code AS varchar(9);\nCREATE TABLE t (id bigint PRIMARY KEY, a int, b text, m text DEFAULT 'ok', e mood DEFAULT 'ok', c code, u int[], at timestamptz, j json, n text DEFAULT NULL);\n",
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE t ALTER COLUMN a TYPE numeric(10, 2);\nALTER TABLE t ALTER COLUMN b TYPE integer USING length(b);\nALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE mood USING m::mood, ALTER COLUMN m SET DEFAULT 'sad';\nALTER TABLE t ALTER COLUMN e TYPE text;\nALTER TABLE t ALTER COLUMN c TYPE text;\nALTER TABLE t ALTER COLUMN u TYPE bigint[];\nALTER TABLE t ALTER COLUMN at TYPE date;\nALTER TABLE t ALTER COLUMN j TYPE jsonb;\nALTER TABLE t ALTER COLUMN n TYPE integer USING n::integer;\n",
        },
      ],
    },
    {
      title: 'Foreign keys to keys, in any order; to an index alone; of types that compare; to itself',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, a int, b int, d timestamptz UNIQUE, n numeric UNIQUE, UNIQUE (a, b));\nCREATE UNIQUE INDEX ON users (email);\nCREATE TABLE p (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (a);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE f1 (id int PRIMARY KEY, email varchar(9) REFERENCES users (email), user_id smallint REFERENCES users, parent int REFERENCES f1);\nCREATE TABLE f2 (x int, y int, d date REFERENCES users (d), n int REFERENCES users (n), FOREIGN KEY (x, y) REFERENCES users (b, a));\nCREATE TABLE f3 (x int, y int, FOREIGN KEY (x, y) REFERENCES p);\nALTER TABLE f3 ADD COLUMN user_id bigint REFERENCES users (id);\n',
        },
      ],
    },
    {
      title: 'Defaults that were of the new type all along',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id bigint PRIMARY KEY, a text DEFAULT 0, b text, c text DEFAULT lower('A'), d text DEFAULT 'x');\nALTER TABLE t ALTER COLUMN b SET DEFAULT 'ok'::mood;\nALTER TABLE t ALTER COLUMN d SET DEFAULT NULL;\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer;\nALTER TABLE t ALTER COLUMN b TYPE mood USING b::mood;\nALTER TABLE t ALTER COLUMN c TYPE varchar(9);\nALTER TABLE t ALTER COLUMN d TYPE uuid USING d::uuid;\n',
        },
      ],
    },
    {
      title: 'A materialized view that was filled after it was made',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA;\nCREATE UNIQUE INDEX ON m (id);\nREFRESH MATERIALIZED VIEW m;\n',
        },
        { path: 'V2__u.sql', text: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m;\n' },
      ],
    },
    {
      title: 'Expressions that stay; values that may be given',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, plain timestamp, name text, body text, j jsonb);\n',
        },
        {
          path: 'V2__u.sql',
          text: "CREATE INDEX ON t (lower(name), (at AT TIME ZONE 'UTC')) WHERE at > '2020-01-01';\nCREATE INDEX ON t (date(plain), date_trunc('day', plain), date_trunc('day', at AT TIME ZONE 'UTC'));\nCREATE INDEX ON t USING gin (to_tsvector('english', body));\nALTER TABLE t ADD COLUMN g text GENERATED ALWAYS AS (name || body) STORED;\nCREATE INDEX ON t (((j->>'n')::int), to_timestamp(id), make_timestamp(1, 1, 1, 1, 1, id));\nINSERT INTO t (id, name) OVERRIDING SYSTEM VALUE VALUES (10, 'a');\nINSERT INTO t (id, name) VALUES (DEFAULT, 'a');\nALTER TABLE t ALTER COLUMN id DROP IDENTITY, ALTER COLUMN id SET DEFAULT 1;\n",
        },
      ],
    },
    {
      title: 'More columns at the end, the same names in other words',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);\nCREATE VIEW v AS SELECT id, name FROM users;\nCREATE VIEW w AS SELECT * FROM users;\nCREATE VIEW x AS SELECT id, CASE WHEN true THEN 1 END FROM users;\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE OR REPLACE VIEW v AS SELECT u.id, upper(u.name) AS name, email FROM users u;\nCREATE OR REPLACE VIEW w AS SELECT id, name, email, 1 AS extra FROM users;\nCREATE OR REPLACE VIEW x AS SELECT id, 2 AS "case" FROM users;\nDROP VIEW v;\nCREATE OR REPLACE VIEW v AS SELECT email FROM users;\n',
        },
      ],
    },
    {
      title: 'Other arguments are another function; names where there were none; the same types in other words',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__f.sql',
          text: "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION t(a int) RETURNS TABLE (x int) LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION g(a varchar(10)) RETURNS timestamptz LANGUAGE sql AS 'SELECT now()';\n",
        },
        {
          path: 'V2__f.sql',
          text: "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2';\nCREATE OR REPLACE FUNCTION t(a int) RETURNS TABLE (y int) LANGUAGE sql AS 'SELECT 1';\nCREATE OR REPLACE FUNCTION f(a text) RETURNS text LANGUAGE sql AS 'SELECT a';\nCREATE OR REPLACE FUNCTION g(a character varying, b int DEFAULT 1) RETURNS text LANGUAGE sql AS 'SELECT a';\nCREATE OR REPLACE FUNCTION g(a character varying) RETURNS timestamp with time zone LANGUAGE sql AS 'SELECT now()';\n",
        },
      ],
    },
    {
      title: 'The old key goes in the same statement',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint NOT NULL);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (no);\n' },
      ],
    },
  ],
  // What stands behind an IF is not known to run.
  check: (context) =>
    perOperation(context, (step, operation) => {
      const refusal = refusalOf(context, step, operation) ?? refusedInherited(context, step, operation);
      return refusal === undefined ? undefined : violation(context, step, operation, refusal);
    }),
};

function violation(context: RuleContext, step: Step, operation: Operation, { why, code, help, fix }: Refusal): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${why}: the server refuses this (${code}).`,
    help,
    fixes: fix === undefined ? [] : [fix],
  };
}

function refusalOf(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  switch (operation.kind) {
    case 'create object':
      return operation.orReplace ? refusedReplacement(step, operation) : undefined;
    case 'create table':
      return refusedKey(step, operation) ?? refusedForeignKey(context, step, operation) ?? refusedExpression(step, operation);
    case 'add column':
      return (
        (operation.column.primaryKey ? secondKey(step, operation) : undefined) ??
        refusedKey(step, operation) ??
        refusedForeignKey(context, step, operation) ??
        refusedExpression(step, operation)
      );
    case 'add constraint':
      return secondKey(step, operation) ?? refusedKey(step, operation) ?? refusedForeignKey(context, step, operation);
    case 'create index':
      return refusedConcurrently(context, step, operation) ?? refusedKey(step, operation) ?? refusedExpression(step, operation);
    case 'alter column type':
      return refusedType(context, step, operation);
    case 'insert':
    case 'update':
    case 'set default':
    case 'drop default':
      return refusedValue(context, step, operation);
    default:
      return refusedConcurrently(context, step, operation);
  }
}

function refusedReplacement(step: Step, operation: OperationOf<'create object'>): Refusal | undefined {
  const { definitions, searchPath } = step.before;
  if (operation.objectKind === 'view') {
    const known = findNamed(definitions, operation.object, searchPath);
    return known?.kind === 'view' ? replacedView(known, operation, step.statement.sent) : undefined;
  }
  if (operation.objectKind !== 'function') return undefined;
  const schema = operation.object.schema ?? searchPath?.[0] ?? 'public';
  const known = definitions.filter(
    ({ kind, name, schema: own }) => kind === 'function' && name === operation.object.name && own === schema,
  );
  return replacedFunction(known, operation, step.statement.sent);
}

function secondKey(step: Step, operation: OperationOf<'add constraint'> | OperationOf<'add column'>): Refusal | undefined {
  if (operation.kind === 'add constraint' && operation.constraint.kind !== 'primary key') return undefined;
  const table = findTable(step.before, operation.table);
  const key = table?.constraints.find(({ kind }) => kind === 'primary key');
  if (table === undefined || key === undefined) return undefined;
  // A key with the name of the old one is told by name-taken.
  if (operation.kind === 'add constraint' && operation.constraint.name === key.name) return undefined;
  if (operation.kind === 'add column' && operation.ifNotExists && table.columns.some(({ name }) => name === operation.column.name))
    return undefined;
  const goes = step.statement.operations.some(
    (other) =>
      (other.kind === 'drop constraint' && other.constraint === key.name) ||
      (other.kind === 'drop column' && key.columns.includes(other.column)),
  );
  if (goes) return undefined;
  return {
    why: `${shownName(operation.table)} has a primary key already, ${key.name}`,
    code: '42P16',
    help: `Drop ${key.name} in the same ALTER TABLE, or make this one UNIQUE.`,
  };
}

const viewHelp =
  'Drop the view and create it again in the same transaction, with its grants; or leave its columns, and add new ones at the end.';

function replacedView(known: DefinedObject, { object }: OperationOf<'create object'>, sent: string): Refusal | undefined {
  const [old, now] = [viewColumns(known.definition), viewColumns(sent)];
  if (old === undefined || now === undefined) return undefined;
  for (const [position, name] of old.names.entries()) {
    if (position >= now.names.length) {
      if (!now.isWhole) return undefined;
      const shown = name === undefined ? `column ${position + 1}` : `column ${name}`;
      return { why: `View ${shownName(object)} has ${shown}, which OR REPLACE can't drop`, code: '42P16', help: viewHelp };
    }
    const next = now.names[position];
    if (name === undefined || next === undefined || name === next) continue;
    return {
      why: `View ${shownName(object)} has column ${name} in place ${position + 1}, and OR REPLACE can't make it ${next}`,
      code: '42P16',
      help: viewHelp,
    };
  }
  return undefined;
}

function replacedFunction(all: readonly DefinedObject[], { object }: OperationOf<'create object'>, sent: string): Refusal | undefined {
  const now = all.length === 0 ? undefined : routineShape(sent);
  if (now === undefined) return undefined;
  const [old] = all.flatMap(({ definition }) => routineShape(definition) ?? []).filter(({ inputs }) => inputs.join() === now.inputs.join());
  if (old === undefined) return undefined;
  const name = shownName(object);
  const help =
    'Drop the function and create it again in the same transaction, with its grants and what uses it; or give the new one another name.';
  if (old.result !== now.result) {
    return { why: `Function ${name} returns ${old.result}, and OR REPLACE can't make it return ${now.result}`, code: '42P13', help };
  }
  const renamed = old.inputNames.findIndex((argument, position) => argument !== undefined && argument !== now.inputNames[position]);
  if (renamed !== -1) {
    const to = now.inputNames[renamed];
    return {
      why: `Function ${name} has the argument ${old.inputNames[renamed]}, and OR REPLACE can't ${to === undefined ? 'take its name away' : `rename it to ${to}`}`,
      code: '42P13',
      help,
    };
  }
  return old.defaults > now.defaults
    ? { why: `Function ${name} has ${old.defaults} arguments with defaults, and OR REPLACE can't take one away`, code: '42P13', help }
    : undefined;
}
