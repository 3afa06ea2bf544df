/** Statements whose locks and costs the plan claims, to be run on a server and looked at. */
export interface Sample {
  readonly statement: string;
  /** SQL before it, beside the common tables. */
  readonly setup?: string;
  /** Majors that have it; default: all. */
  readonly since?: number;
  /** Relations that the transaction itself no longer sees under their names, so that their locks can't be looked up. */
  readonly gone?: readonly string[];
  /** What the sample is there to show: the plan must say it, whatever the server does. */
  readonly cost?: string;
}

/** `t` and `u` hold rows; `c` refers to `u`; `p` is partitioned. */
export const commonSetup = `
CREATE TABLE u (id int PRIMARY KEY, name text);
INSERT INTO u SELECT n, 'n' || n FROM generate_series(1, 300) AS n;
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(50), c text, d numeric(10,2), e timestamp(3) without time zone, f cidr, g int NOT NULL, h bit varying(5), u_id int, k char(5));
INSERT INTO t SELECT n, n, 'b' || n, 'c', n, now(), '10.0.0.0/8', n, B'101', n, 'k' FROM generate_series(1, 300) AS n;
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_g ON t (g);
CREATE UNIQUE INDEX t_b ON t (b);
ALTER TABLE t ADD CONSTRAINT t_check CHECK (a > 0) NOT VALID;
CREATE TABLE c (id int PRIMARY KEY, u_id int, CONSTRAINT c_u FOREIGN KEY (u_id) REFERENCES u (id));
INSERT INTO c SELECT n, n FROM generate_series(1, 300) AS n;
CREATE TABLE p (a int) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (100);
INSERT INTO p SELECT n FROM generate_series(1, 99) AS n;
CREATE TABLE p2 (a int);
INSERT INTO p2 SELECT n FROM generate_series(100, 199) AS n;
CREATE SEQUENCE s;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE VIEW v AS SELECT id FROM u;
CREATE MATERIALIZED VIEW m AS SELECT id FROM u;
CREATE UNIQUE INDEX m_id ON m (id);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
`;

const nullFree = 'ALTER TABLE t ADD CONSTRAINT a_there CHECK (a IS NOT NULL);';

export const samples: readonly Sample[] = [
  // ADD COLUMN
  { statement: 'ALTER TABLE t ADD COLUMN n int', cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n int DEFAULT 5', cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT 5', cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n timestamptz DEFAULT now()', cost: 'metadata' },
  { statement: "ALTER TABLE t ADD COLUMN n jsonb NOT NULL DEFAULT '{}'::jsonb", cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n timestamptz DEFAULT clock_timestamp()', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ADD COLUMN n uuid DEFAULT gen_random_uuid()', since: 13, cost: 'rewrite' },
  { statement: 'ALTER TABLE t ADD COLUMN n float8 DEFAULT random()', cost: 'rewrite' },
  { statement: "ALTER TABLE t ADD COLUMN n int DEFAULT nextval('s')", cost: 'rewrite' },
  { statement: 'ALTER TABLE t ADD COLUMN n serial', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS (a * 2) STORED', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS (a * 2) VIRTUAL', since: 18, cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS (g * 2) VIRTUAL NOT NULL', since: 18, cost: 'scan' },
  { statement: "ALTER TABLE t ADD COLUMN n mood DEFAULT 'sad'", cost: 'metadata' },
  { statement: "ALTER TABLE t ADD COLUMN n varchar(10) NOT NULL DEFAULT 'x'", cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n numeric(10,2) NOT NULL DEFAULT 0 CHECK (n >= 0)', cost: 'scan' },
  { statement: 'ALTER TABLE t ADD COLUMN n text DEFAULT CURRENT_USER', cost: 'metadata' },
  { statement: "ALTER TABLE t ADD COLUMN n timestamp DEFAULT timezone('utc', now())", cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n int UNIQUE', cost: 'build' },
  { statement: 'ALTER TABLE t ADD COLUMN n int CHECK (n > 0)', cost: 'scan' },
  { statement: 'ALTER TABLE t ADD COLUMN n int REFERENCES u (id)', cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD COLUMN n int DEFAULT 1 REFERENCES u (id)', cost: 'scan' },
  { statement: 'ALTER TABLE t ADD COLUMN n positive', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ADD COLUMN n int, ADD COLUMN o serial', cost: 'rewrite' },
  { statement: 'CREATE TABLE fresh (a int); ALTER TABLE fresh ADD COLUMN n serial', cost: 'metadata' },
  // Other changes of columns
  { statement: 'ALTER TABLE t DROP COLUMN c', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN c SET DEFAULT random()', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN c DROP DEFAULT', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN a SET NOT NULL', cost: 'scan' },
  { statement: 'ALTER TABLE t ALTER COLUMN g SET NOT NULL', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN a SET NOT NULL', setup: nullFree, cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN a SET NOT NULL', setup: nullFree.replace(');', ') NOT VALID;'), cost: 'scan' },
  {
    statement: 'ALTER TABLE t ALTER COLUMN a SET NOT NULL',
    setup: 'ALTER TABLE t ADD CONSTRAINT x CHECK (a IS NOT NULL OR b IS NOT NULL);',
    cost: 'scan',
  },
  { statement: 'ALTER TABLE t ALTER COLUMN g DROP NOT NULL', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN a SET STATISTICS 500', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5)', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN c SET STORAGE EXTERNAL', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN g ADD GENERATED ALWAYS AS IDENTITY', cost: 'metadata' },
  { statement: 'ALTER TABLE t RENAME COLUMN a TO z', cost: 'metadata' },
  // Types
  { statement: 'ALTER TABLE t ALTER COLUMN b TYPE varchar(100)', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN b TYPE varchar', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN b TYPE text', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN b TYPE text USING b::text', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN b TYPE text USING upper(b)', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN b TYPE varchar(20)', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN c TYPE varchar', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN c TYPE varchar(10)', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN k TYPE text', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN k TYPE char(10)', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN a TYPE bigint', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN d TYPE numeric(12,2)', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN d TYPE numeric', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN d TYPE numeric(12,3)', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN d TYPE numeric(8,2)', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN e TYPE timestamp(6)', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN e TYPE timestamp', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN e TYPE timestamp(1)', cost: 'rewrite' },
  { statement: 'ALTER TABLE t ALTER COLUMN f TYPE inet', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN h TYPE bit varying(9)', cost: 'metadata' },
  { statement: 'ALTER TABLE t ALTER COLUMN h TYPE bit varying(4)', cost: 'rewrite' },
  // Constraints
  { statement: 'ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0)', cost: 'scan' },
  { statement: 'ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0) NOT VALID', cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (u_id) REFERENCES u (id)', cost: 'scan' },
  { statement: 'ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (u_id) REFERENCES u (id) NOT VALID', cost: 'metadata' },
  { statement: 'ALTER TABLE t ADD UNIQUE (a)', cost: 'build' },
  { statement: 'ALTER TABLE t ADD CONSTRAINT x UNIQUE USING INDEX t_b', cost: 'metadata' },
  { statement: 'ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY USING INDEX t_g', cost: 'metadata' },
  { statement: 'ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY USING INDEX t_b', cost: 'scan' },
  { statement: 'ALTER TABLE t ADD EXCLUDE USING btree (a WITH =)', cost: 'build' },
  { statement: 'ALTER TABLE t ADD CONSTRAINT x NOT NULL a', since: 18, cost: 'scan' },
  { statement: 'ALTER TABLE t ADD CONSTRAINT x NOT NULL a NOT VALID', since: 18, cost: 'metadata' },
  { statement: 'ALTER TABLE t VALIDATE CONSTRAINT t_check', cost: 'scan' },
  { statement: 'ALTER TABLE c VALIDATE CONSTRAINT c_u', cost: 'metadata' },
  {
    statement: 'ALTER TABLE t VALIDATE CONSTRAINT x',
    setup: 'ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (u_id) REFERENCES u (id) NOT VALID;',
    cost: 'scan',
  },
  { statement: 'ALTER TABLE c DROP CONSTRAINT c_u', cost: 'metadata' },
  { statement: 'ALTER TABLE t DROP CONSTRAINT t_check', cost: 'metadata' },
  { statement: 'ALTER TABLE t RENAME CONSTRAINT t_check TO x', cost: 'metadata' },
  // Tables
  { statement: 'CREATE TABLE x (id int PRIMARY KEY, u_id int REFERENCES u (id))', cost: 'metadata' },
  { statement: 'CREATE TABLE x PARTITION OF p FOR VALUES FROM (200) TO (300)', cost: 'metadata' },
  { statement: 'CREATE TABLE x () INHERITS (t)', cost: 'metadata' },
  { statement: 'CREATE TABLE x AS SELECT * FROM t', cost: 'data' },
  { statement: 'ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (100) TO (200)', cost: 'scan' },
  { statement: 'ALTER TABLE p DETACH PARTITION p1', cost: 'metadata' },
  { statement: 'ALTER TABLE t RENAME TO x', cost: 'metadata', gone: ['t', 'x'] },
  { statement: 'ALTER TABLE t SET SCHEMA other', setup: 'CREATE SCHEMA other;', cost: 'metadata', gone: ['t'] },
  { statement: 'ALTER TABLE t SET UNLOGGED', cost: 'rewrite' },
  { statement: 'ALTER TABLE t SET (fillfactor = 70)', cost: 'metadata' },
  { statement: 'ALTER TABLE t RESET (fillfactor)', cost: 'metadata' },
  { statement: 'ALTER TABLE t CLUSTER ON t_a', cost: 'metadata' },
  { statement: 'ALTER TABLE t SET WITHOUT CLUSTER', cost: 'metadata' },
  { statement: 'ALTER TABLE t DISABLE TRIGGER touched', cost: 'metadata' },
  { statement: 'ALTER TABLE t ENABLE ALWAYS TRIGGER touched', cost: 'metadata' },
  { statement: 'ALTER TABLE t ENABLE ROW LEVEL SECURITY', cost: 'metadata' },
  { statement: 'ALTER TABLE t REPLICA IDENTITY FULL', cost: 'metadata' },
  { statement: 'ALTER TABLE t OWNER TO CURRENT_USER', cost: 'metadata' },
  { statement: 'DROP TABLE t', cost: 'metadata', gone: ['t'] },
  { statement: 'DROP TABLE c', cost: 'metadata', gone: ['c'] },
  { statement: 'CLUSTER t USING t_a', cost: 'rewrite' },
  { statement: 'LOCK TABLE t IN SHARE MODE', cost: 'none' },
  // Indexes
  { statement: 'CREATE INDEX x ON t (c)', cost: 'build' },
  { statement: 'CREATE INDEX IF NOT EXISTS t_a ON t USING btree (a ASC)', cost: 'metadata' },
  { statement: 'CREATE INDEX x ON ONLY p (a)', cost: 'metadata' },
  { statement: 'CREATE INDEX x ON ONLY t (c)', cost: 'build' },
  { statement: 'DROP INDEX t_a', cost: 'metadata' },
  { statement: 'ALTER INDEX t_a RENAME TO x', cost: 'metadata' },
  { statement: 'REINDEX TABLE t', cost: 'build' },
  { statement: 'REINDEX INDEX t_a', cost: 'build' },
  { statement: 'REFRESH MATERIALIZED VIEW m', cost: 'rewrite' },
  { statement: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m', cost: 'data' },
  // Objects of a table
  { statement: 'CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch()', cost: 'metadata' },
  { statement: 'DROP TRIGGER touched ON t', cost: 'metadata' },
  { statement: 'CREATE POLICY x ON t', cost: 'metadata' },
  { statement: 'CREATE RULE x AS ON INSERT TO t DO INSTEAD NOTHING', cost: 'metadata' },
  { statement: "COMMENT ON TABLE t IS 'x'", cost: 'metadata' },
  { statement: "COMMENT ON COLUMN t.a IS 'x'", cost: 'metadata' },
  { statement: 'GRANT SELECT ON t TO PUBLIC', cost: 'metadata' },
  { statement: "ALTER TYPE mood ADD VALUE 'angry'", cost: 'metadata' },
  { statement: "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'", cost: 'metadata' },
  { statement: 'ANALYZE t', cost: 'scan' },
  // Data
  { statement: 'INSERT INTO t (id, g) VALUES (1000, 1000)', cost: 'data' },
  { statement: 'UPDATE t SET c = a::text', cost: 'data' },
  { statement: 'DELETE FROM t WHERE id = 1', cost: 'data' },
  { statement: 'TRUNCATE t', cost: 'metadata' },
  { statement: 'SELECT count(*) FROM t', cost: 'none' },
];

/** Statements with what the server says when they stand in a transaction block. */
export const transactions: readonly { readonly statement: string; readonly since?: number }[] = [
  { statement: 'CREATE INDEX CONCURRENTLY x ON t (a)' },
  { statement: 'DROP INDEX CONCURRENTLY t_a' },
  { statement: 'REINDEX TABLE CONCURRENTLY t' },
  { statement: 'REINDEX INDEX CONCURRENTLY t_a' },
  { statement: 'REINDEX SCHEMA public' },
  { statement: 'REINDEX (VERBOSE) SYSTEM', since: 16 },
  { statement: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY', since: 14 },
  { statement: 'ALTER TABLE p DETACH PARTITION p1' },
  { statement: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m' },
  { statement: 'VACUUM t' },
  { statement: 'VACUUM (FULL) t' },
  { statement: 'ANALYZE t' },
  { statement: 'CLUSTER' },
  { statement: 'CLUSTER t USING t_a' },
  { statement: 'CREATE DATABASE x' },
  { statement: 'DROP DATABASE IF EXISTS x' },
  { statement: 'ALTER SYSTEM RESET work_mem' },
  { statement: "CREATE TABLESPACE x LOCATION '/nowhere'" },
  { statement: 'DROP TABLESPACE x' },
  { statement: "CREATE SUBSCRIPTION x CONNECTION 'host=nowhere' PUBLICATION y" },
  { statement: "CREATE SUBSCRIPTION x CONNECTION 'host=nowhere' PUBLICATION y WITH (connect = false)" },
  { statement: 'ALTER DATABASE postgres SET TABLESPACE pg_default' },
  { statement: "ALTER TYPE mood ADD VALUE 'angry'" },
  { statement: 'CREATE TABLE x (a int)' },
  { statement: 'TRUNCATE t' },
  { statement: 'DISCARD ALL' },
  { statement: 'LOCK TABLE t' },
];
