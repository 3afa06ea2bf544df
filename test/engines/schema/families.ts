/** Folders of migrations, one text each, that lean on inheritance, partitions, renames and transactions that are rolled back. */
export const families: Readonly<
  Record<string, { readonly from?: number; readonly until?: number; readonly migrations: readonly string[] }>
> = {
  'a parent gives columns and checks, before and after its children are made': {
    migrations: [
      `CREATE TABLE vehicle (id bigserial PRIMARY KEY, plate text NOT NULL DEFAULT 'none', wheels int CHECK (wheels > 0), CONSTRAINT own CHECK (wheels < 100) NO INHERIT);
       CREATE TABLE car (doors int) INHERITS (vehicle); CREATE TABLE van (wheels int DEFAULT 4, load numeric(8,2)) INHERITS (vehicle);`,
      `ALTER TABLE vehicle ADD COLUMN colour text NOT NULL DEFAULT 'white' CHECK (colour <> ''), ADD COLUMN built date DEFAULT '2020-02-02';
       ALTER TABLE vehicle ADD CONSTRAINT built_late CHECK (built > '1900-01-01') NOT VALID;`,
      `ALTER TABLE vehicle VALIDATE CONSTRAINT built_late; ALTER TABLE vehicle ALTER COLUMN plate DROP DEFAULT, ALTER COLUMN wheels SET DEFAULT 3;
       ALTER TABLE vehicle ALTER COLUMN built SET NOT NULL; ALTER TABLE vehicle RENAME COLUMN built TO made; ALTER TABLE vehicle RENAME CONSTRAINT built_late TO built_then;`,
      `ALTER TABLE vehicle DROP COLUMN colour; ALTER TABLE vehicle DROP CONSTRAINT built_then; ALTER TABLE ONLY vehicle ALTER COLUMN wheels SET DEFAULT 5;`,
    ],
  },
  'three generations, and a column that the middle one has for itself': {
    migrations: [
      `CREATE TABLE a (x int); CREATE TABLE b (y int) INHERITS (a); CREATE TABLE c (z int) INHERITS (b);`,
      `ALTER TABLE c ADD COLUMN note text; ALTER TABLE b ADD COLUMN note text; ALTER TABLE a ADD COLUMN at timestamptz DEFAULT now();`,
      `ALTER TABLE a ADD COLUMN note text;`,
      `ALTER TABLE a ALTER COLUMN x TYPE bigint; ALTER TABLE b ALTER COLUMN y SET NOT NULL; ALTER TABLE a DROP COLUMN note;`,
      `ALTER TABLE b DROP COLUMN note; ALTER TABLE ONLY a DROP COLUMN at;`,
    ],
  },
  'two parents with a column in common': {
    migrations: [
      `CREATE TABLE named (id int, name text NOT NULL); CREATE TABLE dated (id int, at date DEFAULT CURRENT_DATE); CREATE TABLE pair (n int) INHERITS (named, dated);`,
      `ALTER TABLE named ADD COLUMN tag text; ALTER TABLE dated ADD COLUMN tag text;`,
      `ALTER TABLE named DROP COLUMN tag; ALTER TABLE named DROP COLUMN id;`,
      `ALTER TABLE pair NO INHERIT dated;`,
      `ALTER TABLE dated ADD COLUMN later int; ALTER TABLE named RENAME COLUMN name TO title;`,
    ],
  },
  'INHERIT and NO INHERIT': {
    migrations: [
      `CREATE TABLE p (id int NOT NULL, k text, CHECK (id > 0)); CREATE TABLE q (id int NOT NULL, k text, own int, CONSTRAINT p_id_check CHECK (id > 0));`,
      `ALTER TABLE q INHERIT p;`,
      `ALTER TABLE p ADD COLUMN more int DEFAULT 1; ALTER TABLE p ADD CONSTRAINT more_check CHECK (more > 0); ALTER TABLE p RENAME COLUMN k TO key;`,
      `ALTER TABLE q NO INHERIT p; ALTER TABLE p DROP COLUMN more; ALTER TABLE q ALTER COLUMN more SET DEFAULT 2;`,
    ],
  },
  "a key of the parent is not its children's": {
    migrations: [
      `CREATE TABLE p (id int, code text); CREATE TABLE q () INHERITS (p);`,
      `ALTER TABLE p ADD PRIMARY KEY (id); ALTER TABLE p ADD UNIQUE (code); CREATE INDEX ON p (code);`,
      `CREATE TABLE r () INHERITS (p); CREATE TABLE other (p_id int REFERENCES p); ALTER TABLE p ADD COLUMN other_id int UNIQUE;`,
      `ALTER TABLE p DROP CONSTRAINT p_code_key; DROP INDEX p_code_idx;`,
    ],
  },
  'partitions get keys, indexes and foreign keys': {
    migrations: [
      `CREATE TABLE kinds (id int PRIMARY KEY); CREATE TABLE m (id bigint NOT NULL, kind int REFERENCES kinds, at date NOT NULL, v int DEFAULT 1, CHECK (v > 0), PRIMARY KEY (id, at), UNIQUE (at, v)) PARTITION BY RANGE (at);
       CREATE INDEX ON m (v); CREATE INDEX m_lower ON m (lower(kind::text)) WHERE v > 1;`,
      `CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE TABLE m2 PARTITION OF m (v DEFAULT 2, CONSTRAINT small CHECK (v < 9)) FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');`,
      `CREATE INDEX ON m (kind); CREATE UNIQUE INDEX m_u ON m (at, kind); ALTER TABLE m ADD COLUMN note text NOT NULL DEFAULT ''; ALTER TABLE m ADD CONSTRAINT note_short CHECK (length(note) < 10);`,
      `CREATE TABLE m_rest PARTITION OF m DEFAULT; ALTER TABLE m ALTER COLUMN v SET NOT NULL; ALTER TABLE m RENAME COLUMN note TO remark; ALTER TABLE m DROP CONSTRAINT m_at_v_key; DROP INDEX m_v_idx;`,
      `ALTER TABLE m DETACH PARTITION m1; ALTER TABLE m RENAME TO measures; ALTER TABLE measures ADD COLUMN extra int;`,
    ],
  },
  'ATTACH of a table that has some of it already': {
    migrations: [
      `CREATE TABLE kinds (id int PRIMARY KEY); CREATE TABLE m (id int NOT NULL, kind int REFERENCES kinds, at date NOT NULL, CHECK (id > 0), UNIQUE (id, at)) PARTITION BY RANGE (at); CREATE INDEX ON m (kind); CREATE INDEX ON m (at DESC);`,
      `CREATE TABLE m1 (id int NOT NULL, kind int REFERENCES kinds, at date NOT NULL, CONSTRAINT m_id_check CHECK (id > 0), CONSTRAINT its_own UNIQUE (id, at)); CREATE INDEX its_kind ON m1 USING btree (kind);
       CREATE TABLE m2 (at date NOT NULL, id int NOT NULL, kind int, CONSTRAINT m_id_check CHECK (id > 0));`,
      `ALTER TABLE m ATTACH PARTITION m1 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); ALTER TABLE m ATTACH PARTITION m2 DEFAULT;`,
      `ALTER TABLE m DROP CONSTRAINT m_id_check; DROP INDEX m_at_idx; ALTER TABLE m DETACH PARTITION m2;`,
      `ALTER TABLE m2 DROP CONSTRAINT m2_id_at_key;`,
    ],
  },
  'partitions of partitions': {
    migrations: [
      `CREATE TABLE t (a int, b int, c text) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1) PARTITION BY RANGE (b); CREATE TABLE t11 PARTITION OF t1 FOR VALUES FROM (0) TO (10);`,
      `CREATE INDEX ON t (c); ALTER TABLE t ADD COLUMN b2 int; ALTER TABLE t ADD COLUMN d int DEFAULT 0 CHECK (d >= 0); ALTER TABLE t ADD UNIQUE (a, b);`,
      `CREATE TABLE t12 PARTITION OF t1 FOR VALUES FROM (10) TO (20); ALTER TABLE t ALTER COLUMN c TYPE varchar(40), ALTER COLUMN d SET NOT NULL;`,
      `ALTER TABLE t1 DETACH PARTITION t11; ALTER TABLE t DROP COLUMN b2; DROP INDEX t_c_idx; ALTER TABLE t DETACH PARTITION t1;`,
    ],
  },
  'row triggers of a partitioned table': {
    migrations: [
      `CREATE TABLE log (n int); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TABLE m (id int, at int) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (10);`,
      `CREATE TRIGGER each_row AFTER INSERT ON m FOR EACH ROW EXECUTE FUNCTION note(); CREATE TRIGGER at_all AFTER INSERT ON m FOR EACH STATEMENT EXECUTE FUNCTION note(); CREATE TRIGGER own BEFORE INSERT ON m1 FOR EACH ROW EXECUTE FUNCTION note();`,
      `CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (10) TO (20); CREATE TABLE m3 (id int, at int); ALTER TABLE m ATTACH PARTITION m3 FOR VALUES FROM (20) TO (30);`,
      `ALTER TABLE m DETACH PARTITION m1; DROP TRIGGER each_row ON m;`,
    ],
  },
  'identity of a partitioned table before version 17': {
    until: 16,
    migrations: [
      `CREATE TABLE m (id bigint GENERATED ALWAYS AS IDENTITY, at int NOT NULL) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (10);`,
      `CREATE TABLE m2 (id bigint GENERATED BY DEFAULT AS IDENTITY, at int NOT NULL); ALTER TABLE m ATTACH PARTITION m2 FOR VALUES FROM (10) TO (20);`,
      `ALTER TABLE m ALTER COLUMN id DROP IDENTITY; ALTER TABLE m DETACH PARTITION m2;`,
    ],
  },
  'identity of a partitioned table since version 17': {
    from: 17,
    migrations: [
      `CREATE TABLE m (id bigint GENERATED ALWAYS AS IDENTITY, at int NOT NULL) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (10);`,
      `CREATE TABLE m2 (id bigint NOT NULL, at int NOT NULL); ALTER TABLE m ATTACH PARTITION m2 FOR VALUES FROM (10) TO (20); ALTER TABLE m ADD COLUMN n int GENERATED BY DEFAULT AS IDENTITY;`,
      `ALTER TABLE m DETACH PARTITION m1;`,
      `ALTER TABLE m ALTER COLUMN id DROP IDENTITY; ALTER TABLE m ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;`,
    ],
  },
  'a whole family that is dropped, and one that is kept': {
    migrations: [
      `CREATE TABLE p (id int); CREATE TABLE q (n int) INHERITS (p); CREATE VIEW v AS SELECT n FROM q; CREATE TABLE m (a int) PARTITION BY LIST (a); CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1); CREATE TABLE keeps (a int);`,
      `DROP TABLE m; BEGIN; DROP TABLE p CASCADE; ROLLBACK; BEGIN; SAVEPOINT s; ALTER TABLE p ADD COLUMN late int; ROLLBACK TO s; ALTER TABLE p ADD COLUMN soon int; COMMIT;`,
      `DROP TABLE p CASCADE;`,
    ],
  },
};
