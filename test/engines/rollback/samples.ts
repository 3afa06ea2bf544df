import type { OperationKind } from '../../../src/model/operation';

/** The earlier migration that all samples stand on. Nothing else is known of the schema. */
export const earlier = `
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN quantity AS integer CONSTRAINT not_negative CHECK (VALUE >= 0);
CREATE TYPE address AS (street text, city text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$SELECT a * 2$$;
CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$BEGIN NULL; END$$;
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, nick varchar(40) DEFAULT 'none', feeling mood, age integer);
CREATE TABLE orders (
  id serial PRIMARY KEY, user_id bigint, amount numeric(10, 2) DEFAULT 0 CONSTRAINT positive CHECK (amount >= 0), items quantity, note text,
  state text NOT NULL DEFAULT 'new', doubled numeric GENERATED ALWAYS AS (amount * 2) STORED, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
CREATE INDEX orders_user_id ON orders (user_id) WHERE amount > 1;
CREATE INDEX users_lower ON users (lower(email));
CREATE TABLE spare (id integer, label text);
CREATE TABLE child () INHERITS (spare);
CREATE TABLE events (id integer, happened date NOT NULL, payload jsonb) PARTITION BY RANGE (happened);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE events_2021 (id integer, happened date NOT NULL, payload jsonb);
CREATE SEQUENCE tickets START 10 INCREMENT 2;
CREATE VIEW adults AS SELECT id, email FROM users WHERE age > 17;
CREATE VIEW grown AS SELECT email FROM adults;
CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(amount) AS total FROM orders GROUP BY user_id;
CREATE UNIQUE INDEX totals_user ON totals (user_id);
CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT USING (user_id > 0);
CREATE RULE quiet AS ON DELETE TO spare DO INSTEAD NOTHING;
CREATE PUBLICATION changes FOR TABLE users WITH (publish = 'insert');
CREATE STATISTICS together ON user_id, amount FROM orders;
CREATE COLLATION plain FROM "C";
COMMENT ON TABLE users IS 'people';
COMMENT ON INDEX users_lower IS 'for logins';
GRANT SELECT, INSERT ON users TO PUBLIC;
GRANT SELECT (note) ON orders TO pg_monitor;
REVOKE EXECUTE ON FUNCTION twice(integer) FROM PUBLIC;
ALTER TABLE spare SET (fillfactor = 90);
CREATE TEXT SEARCH CONFIGURATION shopping (COPY = english);
CREATE VIEW wealthy AS SELECT user_id FROM orders WHERE amount > 1000;
COMMENT ON COLUMN wealthy.user_id IS 'who';
GRANT SELECT ON wealthy TO pg_monitor;
CREATE SCHEMA quiet;
ALTER DEFAULT PRIVILEGES IN SCHEMA quiet GRANT SELECT ON TABLES TO pg_monitor;
CREATE TABLE tree (id integer PRIMARY KEY, parent integer REFERENCES tree);
CREATE TABLE numbered (id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME numbers START WITH 1000 INCREMENT BY 5) PRIMARY KEY);
CREATE TABLE packed (id integer, note text) WITH (fillfactor = 60, autovacuum_enabled = false);
ALTER TABLE packed ALTER COLUMN note SET STORAGE EXTERNAL;
CREATE TABLE parts (id integer NOT NULL, v text) PARTITION BY HASH (id);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.label := 'stamped'; RETURN NEW; END$$;
CREATE TABLE stamped (id integer, label text);
CREATE TRIGGER stamped_stamp BEFORE UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION stamp();
`;

/** A change that the generated rollback takes back whole: schema, rows and values. */
export interface Sample {
  /** The kinds of operations that it is there for. */
  readonly kinds: readonly OperationKind[];
  readonly sql: string;
  readonly minimumMajor?: number;
}

export const undone: readonly Sample[] = [
  { kinds: ['create table'], sql: 'CREATE TABLE items (id serial PRIMARY KEY, order_id integer REFERENCES orders (id), name text)' },
  { kinds: ['create table'], sql: "CREATE TABLE events_2022 PARTITION OF events FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')" },
  { kinds: ['create table'], sql: 'CREATE TABLE copy_of AS SELECT * FROM users' },
  { kinds: ['create table'], sql: 'CREATE TABLE like_it (LIKE orders INCLUDING ALL)' },
  { kinds: ['create table'], sql: 'CREATE TABLE niece () INHERITS (spare)' },
  {
    kinds: ['add column'],
    sql: "ALTER TABLE users ADD COLUMN level integer NOT NULL DEFAULT 1, ADD COLUMN IF NOT EXISTS m mood DEFAULT 'ok'",
  },
  { kinds: ['drop column'], sql: 'ALTER TABLE orders DROP COLUMN doubled' },
  { kinds: ['alter column type'], sql: 'ALTER TABLE users ALTER COLUMN nick TYPE text' },
  { kinds: ['alter column type'], sql: 'ALTER TABLE orders ALTER COLUMN note TYPE varchar(500)' },
  {
    kinds: ['set default', 'drop default'],
    sql: 'ALTER TABLE users ALTER COLUMN age SET DEFAULT 3; ALTER TABLE users ALTER COLUMN nick DROP DEFAULT',
  },
  {
    kinds: ['set not null', 'drop not null'],
    sql: 'ALTER TABLE orders ALTER COLUMN state DROP NOT NULL; ALTER TABLE orders ALTER COLUMN id SET NOT NULL; ALTER TABLE users ALTER COLUMN email DROP NOT NULL',
  },
  { kinds: ['set not null'], sql: 'ALTER TABLE spare ALTER COLUMN id SET NOT NULL' },
  { kinds: ['set not null', 'set default'], sql: "ALTER TABLE child ALTER COLUMN id SET NOT NULL, ALTER COLUMN label SET DEFAULT 'own'" },
  {
    kinds: ['set default'],
    sql: "ALTER TABLE spare ALTER COLUMN label SET DEFAULT 'of all'; ALTER TABLE child ALTER COLUMN label SET DEFAULT 'own'",
  },
  { kinds: ['set default'], sql: "ALTER TABLE events_2020 ALTER COLUMN payload SET DEFAULT '{}'" },
  { kinds: ['alter column'], sql: 'ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL, ALTER COLUMN note SET STATISTICS 50' },
  { kinds: ['alter column'], sql: 'ALTER TABLE orders ALTER COLUMN note SET COMPRESSION pglz', minimumMajor: 14 },
  { kinds: ['alter column'], sql: 'ALTER TABLE orders ALTER COLUMN note SET (n_distinct = 100)' },
  { kinds: ['alter column'], sql: 'ALTER TABLE users ALTER COLUMN id SET GENERATED BY DEFAULT' },
  { kinds: ['alter column'], sql: 'ALTER TABLE users ALTER COLUMN id SET INCREMENT BY 10 SET CACHE 20' },
  { kinds: ['alter column'], sql: 'ALTER TABLE users ALTER COLUMN id DROP IDENTITY' },
  {
    kinds: ['alter column'],
    sql: 'ALTER TABLE spare ALTER COLUMN id SET NOT NULL; ALTER TABLE spare ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY',
  },
  {
    kinds: ['add constraint', 'validate constraint'],
    sql: 'ALTER TABLE orders ADD CONSTRAINT small CHECK (amount < 100000) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT small',
  },
  { kinds: ['add constraint'], sql: 'ALTER TABLE spare ADD UNIQUE (id); ALTER TABLE spare ADD EXCLUDE USING btree (label WITH =)' },
  {
    kinds: ['add constraint'],
    sql: 'CREATE UNIQUE INDEX spare_id ON spare (id); ALTER TABLE spare ADD CONSTRAINT spare_key UNIQUE USING INDEX spare_id',
  },
  {
    kinds: ['drop constraint'],
    sql: 'ALTER TABLE orders DROP CONSTRAINT positive; ALTER TABLE orders DROP CONSTRAINT orders_user; ALTER TABLE users DROP CONSTRAINT users_email_key',
  },
  { kinds: ['drop constraint'], sql: 'ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE' },
  { kinds: ['rename constraint'], sql: 'ALTER TABLE orders RENAME CONSTRAINT positive TO never_negative' },
  { kinds: ['attach partition'], sql: "ALTER TABLE events ATTACH PARTITION events_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')" },
  { kinds: ['detach partition'], sql: 'ALTER TABLE events DETACH PARTITION events_2020' },
  {
    kinds: ['alter table'],
    sql: 'ALTER TABLE orders SET (fillfactor = 70, autovacuum_enabled = false); ALTER TABLE spare RESET (fillfactor)',
  },
  { kinds: ['alter table'], sql: 'ALTER TABLE spare SET (fillfactor = 50)' },
  {
    kinds: ['alter table'],
    sql: 'ALTER TABLE orders REPLICA IDENTITY FULL; ALTER TABLE users REPLICA IDENTITY USING INDEX users_email_key',
  },
  { kinds: ['alter table'], sql: 'ALTER TABLE users CLUSTER ON users_pkey' },
  { kinds: ['alter table'], sql: 'ALTER TABLE spare SET UNLOGGED' },
  {
    kinds: ['alter table'],
    sql: 'ALTER TABLE users DISABLE TRIGGER users_touch; ALTER TABLE orders DISABLE ROW LEVEL SECURITY; ALTER TABLE users FORCE ROW LEVEL SECURITY',
  },
  { kinds: ['alter table'], sql: 'ALTER TABLE orders FORCE ROW LEVEL SECURITY' },
  { kinds: ['alter table'], sql: 'ALTER TABLE spare DISABLE RULE quiet' },
  {
    kinds: ['alter table'],
    sql: 'ALTER TABLE orders OWNER TO pg_monitor; ALTER VIEW adults OWNER TO pg_monitor; ALTER SEQUENCE tickets OWNER TO pg_monitor',
  },
  { kinds: ['alter table'], sql: 'ALTER TABLE tickets OWNER TO pg_monitor' },
  {
    kinds: ['other'],
    sql: 'ALTER FUNCTION twice(integer) OWNER TO pg_monitor; ALTER TYPE mood OWNER TO pg_monitor; ALTER SCHEMA app OWNER TO pg_monitor; ALTER DOMAIN quantity OWNER TO pg_monitor',
  },
  {
    kinds: ['other'],
    sql: 'ALTER MATERIALIZED VIEW totals OWNER TO pg_monitor; ALTER PUBLICATION changes OWNER TO pg_monitor; ALTER STATISTICS together OWNER TO pg_monitor; ALTER PROCEDURE tidy() OWNER TO pg_monitor',
  },
  { kinds: ['rename column'], sql: 'ALTER TABLE users RENAME COLUMN email TO mail' },
  {
    kinds: ['rename object'],
    sql: 'ALTER TABLE users RENAME TO people; ALTER INDEX users_lower RENAME TO people_lower; ALTER SEQUENCE tickets RENAME TO stubs; ALTER VIEW grown RENAME TO big; ALTER TYPE mood RENAME TO feeling',
  },
  { kinds: ['rename object'], sql: 'ALTER FUNCTION twice(integer) RENAME TO double' },
  { kinds: ['rename object'], sql: 'ALTER TRIGGER users_touch ON users RENAME TO touch_it; ALTER POLICY own ON orders RENAME TO mine' },
  { kinds: ['rename object'], sql: 'ALTER SCHEMA app RENAME TO application; ALTER DOMAIN quantity RENAME TO amount' },
  {
    kinds: ['rename object'],
    sql: 'ALTER STATISTICS together RENAME TO pair; ALTER PUBLICATION changes RENAME TO all_changes; ALTER RULE quiet ON spare RENAME TO silent',
  },
  { kinds: ['other'], sql: 'ALTER VIEW adults RENAME COLUMN email TO mail' },
  {
    kinds: ['set schema'],
    sql: 'ALTER TABLE spare SET SCHEMA app; ALTER FUNCTION touch() SET SCHEMA app; ALTER TYPE address SET SCHEMA app; ALTER SEQUENCE tickets SET SCHEMA app',
  },
  {
    kinds: ['create index'],
    sql: 'CREATE INDEX ON orders (amount); CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS spare_label ON spare (label)',
  },
  { kinds: ['other'], sql: 'ALTER INDEX orders_user_id SET (fillfactor = 60)' },
  {
    kinds: ['reindex', 'refresh materialized view'],
    sql: 'CREATE TABLE x (id int); REINDEX TABLE users; REFRESH MATERIALIZED VIEW totals',
  },
  {
    kinds: ['create object'],
    sql: "CREATE SCHEMA more; CREATE TABLE more.t (id integer); CREATE VIEW more.v AS SELECT * FROM more.t; CREATE TYPE more.colour AS ENUM ('red')",
  },
  {
    kinds: ['create object'],
    sql: "CREATE FUNCTION three() RETURNS integer LANGUAGE sql AS 'SELECT 3'; CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch(); CREATE POLICY other ON orders USING (true)",
  },
  {
    kinds: ['create object'],
    sql: 'CREATE SEQUENCE more CYCLE MAXVALUE 9; CREATE DOMAIN short AS text CHECK (length(VALUE) < 9); CREATE RULE r AS ON UPDATE TO spare DO ALSO NOTHING; CREATE MATERIALIZED VIEW m AS SELECT 1 AS a',
  },
  {
    kinds: ['create object'],
    sql: "CREATE OR REPLACE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a + a'; CREATE OR REPLACE VIEW adults AS SELECT id, email, nick FROM users",
  },
  {
    kinds: ['create object'],
    sql: 'CREATE OR REPLACE PROCEDURE tidy() LANGUAGE plpgsql AS $$BEGIN PERFORM 1; END$$; CREATE OR REPLACE RULE quiet AS ON DELETE TO spare DO ALSO NOTHING',
  },
  {
    kinds: ['create object'],
    sql: "CREATE STATISTICS s ON id, age FROM users; CREATE COLLATION german (provider = icu, locale = 'de'); CREATE AGGREGATE agg (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')",
  },
  {
    kinds: ['create object'],
    sql: "CREATE PUBLICATION everything FOR ALL TABLES; CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER far FOREIGN DATA WRAPPER nothing; CREATE FOREIGN TABLE distant (id bigint) SERVER far OPTIONS (name 'x')",
  },
  { kinds: ['other'], sql: 'CREATE CAST (mood AS integer) WITH INOUT; CREATE TEXT SEARCH CONFIGURATION shop (COPY = english)' },
  {
    kinds: ['create object'],
    sql: 'CREATE FUNCTION near(integer, integer) RETURNS boolean LANGUAGE sql AS $$SELECT abs($1 - $2) < 2$$; CREATE OPERATOR ~~~ (FUNCTION = near, LEFTARG = integer, RIGHTARG = integer)',
  },
  { kinds: ['create object'], sql: 'CREATE EXTENSION IF NOT EXISTS pg_trgm' },
  {
    kinds: ['other'],
    sql: 'CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN NULL; END$$; CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch()',
  },
  { kinds: ['drop object'], sql: 'DROP INDEX users_lower' },
  {
    kinds: ['drop object'],
    sql: 'DROP VIEW grown; DROP FUNCTION twice(integer); DROP SEQUENCE tickets; DROP TRIGGER users_touch ON users; DROP POLICY own ON orders; DROP RULE quiet ON spare; DROP PROCEDURE tidy()',
  },
  { kinds: ['drop object'], sql: 'DROP VIEW adults CASCADE; DROP TYPE address; DROP MATERIALIZED VIEW totals' },
  { kinds: ['drop object'], sql: 'DROP STATISTICS together; DROP COLLATION plain; DROP PUBLICATION changes; DROP SCHEMA app' },
  { kinds: ['add enum value'], sql: "ALTER TYPE mood ADD VALUE 'furious' BEFORE 'sad'" },
  {
    kinds: ['rename enum value', 'add enum value'],
    sql: "CREATE TABLE felt (m mood DEFAULT 'ok'); ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'; ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'; ALTER TYPE mood ADD VALUE 'great'",
  },
  { kinds: ['other'], sql: 'CREATE OPERATOR CLASS quick FOR TYPE text USING btree AS OPERATOR 3 =, FUNCTION 1 bttextcmp(text, text)' },
  {
    kinds: ['other'],
    sql: 'ALTER TEXT SEARCH CONFIGURATION shopping RENAME TO bought; ALTER TEXT SEARCH CONFIGURATION bought ALTER MAPPING FOR asciiword WITH simple',
  },
  {
    kinds: ['rename object', 'other'],
    sql: "ALTER PUBLICATION changes SET (publish = 'insert, update'); ALTER PUBLICATION changes DROP TABLE users; ALTER PUBLICATION changes RENAME TO feed",
  },
  {
    kinds: ['comment'],
    sql: "COMMENT ON CONSTRAINT not_negative ON DOMAIN quantity IS 'c'; COMMENT ON COLUMN adults.email IS 'e'; COMMENT ON COLUMN address.city IS 'where'",
  },
  { kinds: ['drop object'], sql: 'DROP VIEW wealthy' },
  { kinds: ['drop object'], sql: 'DROP SCHEMA quiet CASCADE' },
  {
    kinds: ['create index', 'other'],
    sql: 'CREATE INDEX events_payload ON ONLY events USING gin (payload); CREATE INDEX events_2020_payload ON events_2020 USING gin (payload); ALTER INDEX events_payload ATTACH PARTITION events_2020_payload',
  },
  { kinds: ['drop constraint'], sql: 'ALTER TABLE tree DROP CONSTRAINT tree_pkey CASCADE; ALTER TABLE tree ADD UNIQUE (id)' },
  {
    kinds: ['set schema', 'rename column', 'rename object'],
    sql: 'ALTER TABLE packed SET SCHEMA app; ALTER TABLE app.packed RENAME COLUMN note TO mark; ALTER SCHEMA app RENAME TO application',
  },
  { kinds: ['alter column'], sql: 'ALTER TABLE numbered ALTER COLUMN id DROP IDENTITY' },
  { kinds: ['alter table'], sql: 'ALTER TABLE packed SET (fillfactor = 90); ALTER TABLE packed RESET (autovacuum_enabled)' },
  {
    kinds: ['alter table'],
    sql: 'ALTER TABLE spare FORCE ROW LEVEL SECURITY; ALTER TABLE spare ENABLE ROW LEVEL SECURITY',
  },
  { kinds: ['alter table'], sql: 'ALTER VIEW wealthy OWNER TO pg_monitor' },
  { kinds: ['rename enum value'], sql: "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'" },
  { kinds: ['insert'], sql: "INSERT INTO orders (id, note) VALUES (1001, 'a'), (1002, 'it''s')" },
  { kinds: ['insert'], sql: "INSERT INTO child VALUES (1, '1'), (7, NULL), (1, '1')" },
  { kinds: ['update'], sql: 'ALTER TABLE users ADD COLUMN level integer; UPDATE users SET level = 1' },
  {
    kinds: ['select', 'lock table', 'set', 'transaction'],
    sql: "BEGIN; SET LOCAL lock_timeout = '5s'; LOCK TABLE spare; SELECT set_config('a.b', 'c', true); ALTER TABLE spare ADD COLUMN n integer; COMMIT",
  },
  { kinds: ['vacuum', 'analyze'], sql: 'CREATE TABLE x (id int); VACUUM spare; ANALYZE users' },
  { kinds: ['cluster'], sql: 'CLUSTER users USING users_pkey' },
  {
    kinds: ['comment'],
    sql: "COMMENT ON TABLE users IS 'all of them'; COMMENT ON COLUMN users.email IS 'x'; COMMENT ON CONSTRAINT positive ON orders IS 'c'; COMMENT ON INDEX users_lower IS NULL",
  },
  {
    kinds: ['comment'],
    sql: "COMMENT ON SCHEMA app IS 's'; COMMENT ON FUNCTION twice(integer) IS 'f'; COMMENT ON TRIGGER users_touch ON users IS 't'; COMMENT ON POLICY own ON orders IS 'p'; COMMENT ON TYPE mood IS 'm'; COMMENT ON VIEW adults IS 'v'; COMMENT ON SEQUENCE tickets IS 'q'; COMMENT ON DOMAIN quantity IS 'd'",
  },
  {
    kinds: ['comment'],
    sql: "COMMENT ON RULE quiet ON spare IS 'r'; COMMENT ON STATISTICS together IS 's'; COMMENT ON PUBLICATION changes IS 'p'; COMMENT ON PROCEDURE tidy() IS 'x'; COMMENT ON MATERIALIZED VIEW totals IS 'y'; COMMENT ON INDEX totals_user IS 'i'",
  },
  {
    kinds: ['grant', 'revoke'],
    sql: 'GRANT UPDATE ON users TO PUBLIC; REVOKE INSERT ON users FROM PUBLIC; GRANT UPDATE (note, state) ON orders TO pg_monitor WITH GRANT OPTION; REVOKE SELECT (note) ON orders FROM pg_monitor',
  },
  {
    kinds: ['grant', 'revoke'],
    sql: 'GRANT EXECUTE ON FUNCTION twice(integer) TO PUBLIC; REVOKE ALL ON FUNCTION touch() FROM PUBLIC; GRANT USAGE ON SEQUENCE tickets TO pg_monitor; GRANT USAGE ON SCHEMA app TO pg_monitor; GRANT SELECT ON adults TO pg_monitor; REVOKE USAGE ON TYPE mood FROM PUBLIC',
  },
  {
    kinds: ['grant', 'revoke'],
    sql: 'GRANT ALL ON spare TO pg_monitor; REVOKE ALL ON users FROM PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA public TO pg_read_all_stats',
  },
  {
    kinds: ['grant', 'revoke'],
    sql: 'GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA public TO pg_monitor; GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO pg_monitor; REVOKE DELETE ON orders FROM pg_monitor',
  },
  {
    kinds: ['other'],
    sql: 'ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO pg_monitor; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
  },
  { kinds: ['other'], sql: 'ALTER SEQUENCE tickets INCREMENT BY 7 MAXVALUE 100000 CACHE 3; ALTER SEQUENCE tickets OWNED BY spare.id' },
  {
    kinds: ['other'],
    sql: 'ALTER DOMAIN quantity SET DEFAULT 1; ALTER DOMAIN quantity ADD CONSTRAINT small CHECK (VALUE < 1000000) NOT VALID; ALTER DOMAIN quantity DROP CONSTRAINT not_negative',
  },
  { kinds: ['other'], sql: 'ALTER TYPE address ADD ATTRIBUTE zip text; ALTER TYPE address RENAME ATTRIBUTE street TO road' },
  { kinds: ['other'], sql: 'ALTER TYPE address ALTER ATTRIBUTE street TYPE varchar(20); ALTER TYPE address DROP ATTRIBUTE city' },
  { kinds: ['other'], sql: 'ALTER POLICY own ON orders USING (user_id > 5)' },
  { kinds: ['other'], sql: "ALTER FUNCTION twice(integer) STABLE; ALTER FUNCTION touch() SET search_path = ''" },
  { kinds: ['other'], sql: 'ALTER VIEW adults SET (security_barrier = true)' },
  { kinds: ['other'], sql: 'ALTER PUBLICATION changes ADD TABLE orders' },
  { kinds: ['other'], sql: "ALTER PUBLICATION changes SET TABLE orders; ALTER PUBLICATION changes SET (publish = 'insert, update')" },
  { kinds: ['other'], sql: 'ALTER PUBLICATION changes DROP TABLE users' },
  { kinds: ['other'], sql: 'ALTER STATISTICS together SET STATISTICS 500', minimumMajor: 13 },
  { kinds: ['other'], sql: 'ALTER DOMAIN quantity RENAME CONSTRAINT not_negative TO no_minus' },
  { kinds: ['do block'], sql: 'DO $$ BEGIN ALTER TABLE spare ADD COLUMN n integer; END $$' },
  {
    kinds: ['do block'],
    sql: "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'fresh') THEN CREATE TABLE fresh (id integer); END IF; END $$",
  },
];

/** Changes that can't be taken back whole: what the generator has to say of each. Everything that it does not name is compared. */
export const told: readonly (Sample & { readonly says: RegExp })[] = [
  { kinds: ['alter table'], sql: 'ALTER TABLE child NO INHERIT spare', says: /columns of child/ },
  { kinds: ['drop object'], sql: 'DROP DOMAIN quantity CASCADE', says: /values of orders\.items/ },
  { kinds: ['drop column'], sql: 'ALTER TABLE users DROP COLUMN nick', says: /values of users\.nick/ },
  { kinds: ['drop object'], sql: 'DROP TABLE child', says: /rows of child/ },
  { kinds: ['drop object'], sql: 'DROP TABLE packed; DROP TABLE parts', says: /rows of packed.*rows of parts_0/ },
  { kinds: ['drop column'], sql: 'ALTER TABLE spare DROP COLUMN label', says: /values of spare\.label/ },
  {
    kinds: ['drop column', 'add column'],
    sql: 'ALTER TABLE orders DROP COLUMN note; ALTER TABLE orders ADD COLUMN note integer',
    says: /^Lost: values of orders\.note: /,
  },
  { kinds: ['update'], sql: 'UPDATE stamped SET id = id + 1', says: /stamped\.label, which trigger stamped_stamp/ },
  { kinds: ['drop object'], sql: 'DROP TABLE orders CASCADE', says: /rows of orders/ },
  { kinds: ['update'], sql: "UPDATE users SET nick = 'x'", says: /old values of users\.nick/ },
  { kinds: ['delete'], sql: 'DELETE FROM orders WHERE amount > 5', says: /rows of orders/ },
  { kinds: ['truncate'], sql: 'TRUNCATE users RESTART IDENTITY CASCADE', says: /rows of users/ },
  {
    kinds: ['merge'],
    sql: 'MERGE INTO child USING users ON child.id = users.age WHEN NOT MATCHED THEN INSERT VALUES (users.age, users.email)',
    says: /rows of child/,
    minimumMajor: 15,
  },
  { kinds: ['insert'], sql: 'INSERT INTO spare SELECT age, email FROM users', says: /inserted into spare/ },
  { kinds: ['insert'], sql: "INSERT INTO users (email) VALUES ('1') ON CONFLICT DO NOTHING", says: /into users/ },
  { kinds: ['insert'], sql: "INSERT INTO users (email) VALUES ('1') ON CONFLICT (email) DO UPDATE SET nick = 'x'", says: /into users/ },
  {
    kinds: ['alter column type'],
    sql: 'ALTER TABLE orders ALTER COLUMN note TYPE integer USING 0',
    says: /orders\.note, .*computed every value anew/,
  },
  {
    kinds: ['alter column type'],
    sql: 'ALTER TABLE users ALTER COLUMN nick TYPE varchar(1) USING left(nick, 1)',
    says: /users\.nick, .*computed every value anew/,
  },
  { kinds: ['call'], sql: 'CALL tidy()', says: /CALL tidy/ },
  { kinds: ['do block'], sql: "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (id int)', 'hidden'); END $$", says: /DO block/ },
  { kinds: ['alter system'], sql: 'ALTER SYSTEM SET log_min_duration_statement = 500', says: /ALTER SYSTEM/ },
  { kinds: ['select'], sql: "SELECT setval('tickets', 500)", says: /setval/ },
  { kinds: ['other'], sql: 'ALTER SEQUENCE tickets RESTART WITH 900', says: /RESTART/ },
  { kinds: ['copy'], sql: "COPY child (id) FROM PROGRAM 'echo 5'", says: /rows of child/ },
];
