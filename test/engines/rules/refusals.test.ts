import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresLockModes } from '../../../src/model/plan';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { locksConflict } from '../../../src/plan/lock-conflicts';
import { attachPartitionScan } from '../../../src/rules/postgres/attach-partition-scan';
import { codeOf, database, majors, startServer, withClient } from './server';

beforeAll(loadParser);

/** What the rules say that the server does, seen on the server. */
describe.each(majors)('PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  const attempt = async (setup: string, ...statements: readonly string[]) => {
    const address = await database(sandbox, setup);
    return withClient(address, async (client) => {
      for (const statement of statements.slice(0, -1)) await client.query(statement);
      return codeOf(client.query(statements.at(-1) ?? ''));
    });
  };

  it('required-column: one row is enough to refuse it, none is not', async () => {
    const add = 'ALTER TABLE t ADD COLUMN phone text NOT NULL';
    expect(await attempt('CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);', add)).toBe('23502');
    expect(await attempt('CREATE TABLE t (id int);', add)).toBe('accepted');
    expect(await attempt('CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);', 'ALTER TABLE t ADD COLUMN k bigint PRIMARY KEY')).toBe(
      '23502',
    );
  });

  it('outside-transaction: another connection waits for the open transaction for ever, which is no deadlock to the server', async () => {
    const address = await database(sandbox, 'CREATE TABLE t (id int);');
    await withClient(address, (open) =>
      withClient(address, async (beside) => {
        await open.query('BEGIN');
        await open.query('ALTER TABLE t ADD COLUMN a int');
        await open.query('CREATE TABLE fresh (id int)');
        expect(await codeOf(beside.query('CREATE INDEX ON fresh (id)'))).toBe('42P01');
        // deadlock_timeout is one second: were it a deadlock, the server would have said so before this gives up.
        await beside.query("SET deadlock_timeout = '100ms'");
        await beside.query("SET statement_timeout = '3s'");
        expect(await codeOf(beside.query('CREATE INDEX ON t (id)'))).toBe('57014');
        await beside.query('CREATE TABLE stays (id int)');
        await open.query('ROLLBACK');
        expect(await codeOf(beside.query('SELECT * FROM stays'))).toBe('accepted');
      }),
    );
  });

  it('lock-conflicts: the table of the manual, as the server has it', async () => {
    const address = await database(sandbox, 'CREATE TABLE t (id int);');
    await withClient(address, (holder) =>
      withClient(address, async (other) => {
        for (const held of postgresLockModes) {
          await holder.query(`BEGIN; LOCK TABLE t IN ${held} MODE`);
          for (const wanted of postgresLockModes) {
            await other.query('BEGIN');
            const code = await codeOf(other.query(`LOCK TABLE t IN ${wanted} MODE NOWAIT`));
            await other.query('ROLLBACK');
            expect(code === '55P03', `${wanted} beside ${held}`).toBe(locksConflict(wanted, held));
          }
          await holder.query('ROLLBACK');
        }
      }),
    );
  });

  it('conflict-target: 42P10 without a key over exactly these columns, 42704 without the constraint, 55000 for a deferrable one', async () => {
    const table =
      'CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, d int CONSTRAINT late UNIQUE DEFERRABLE, UNIQUE (a, b));\nCREATE UNIQUE INDEX part ON t (c) WHERE c > 0;';
    const insert = (target: string) => attempt(table, `INSERT INTO t VALUES (1, 1, 1, 1, 1) ON CONFLICT ${target} DO NOTHING`);
    expect(await insert('(a)')).toBe('42P10');
    expect(await insert('(c)')).toBe('42P10');
    expect(await insert('(d)')).toBe('55000');
    expect(await insert('ON CONSTRAINT part')).toBe('42704');
    // Without a target every unique key is asked, and one of them can't be.
    expect(await insert('')).toBe('55000');
    for (const good of ['(b, a)', '(id)', '(c) WHERE c > 0', '(id) WHERE c > 0']) expect(await insert(good), good).toBe('accepted');
  });

  it('name-taken: what is there already is refused, with these codes', async () => {
    const there =
      "CREATE TABLE t (id int CONSTRAINT c CHECK (id > 0));\nCREATE INDEX i ON t (id);\nCREATE SEQUENCE s;\nCREATE VIEW v AS SELECT 1 AS x;\nCREATE TYPE mood AS ENUM ('a');\nCREATE SCHEMA w;\nCREATE POLICY p ON t;";
    const codes: Readonly<Record<string, string>> = {
      'CREATE TABLE t (a int)': '42P07',
      'CREATE TABLE i (a int)': '42P07',
      'CREATE SEQUENCE v': '42P07',
      'CREATE VIEW s AS SELECT 1 AS x': '42P07',
      'CREATE INDEX t ON t (id)': '42P07',
      'ALTER TABLE t RENAME TO i': '42P07',
      'CREATE TABLE u (a int, a text)': '42701',
      'ALTER TABLE t ADD COLUMN id int': '42701',
      'ALTER TABLE t ADD CONSTRAINT c CHECK (id > 1)': '42710',
      "CREATE TYPE mood AS ENUM ('b')": '42710',
      "ALTER TYPE mood ADD VALUE 'a'": '42710',
      'CREATE POLICY p ON t': '42710',
      'CREATE SCHEMA w': '42P06',
    };
    for (const [statement, code] of Object.entries(codes)) expect(await attempt(there, statement), statement).toBe(code);
  });

  it('still-needed: what others depend on is not dropped or changed, with these codes', async () => {
    const there =
      "CREATE TYPE mood AS ENUM ('a');\nCREATE TABLE u (id serial PRIMARY KEY, m mood, n int, s int, d int GENERATED ALWAYS AS (n * 2) STORED);\nCREATE TABLE o (u int REFERENCES u);\nCREATE VIEW v AS SELECT s FROM u;\nCREATE VIEW w AS SELECT s FROM v;\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\nCREATE TRIGGER g BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION f();";
    const codes: Readonly<Record<string, string>> = {
      'DROP TABLE u': '2BP01',
      'DROP TABLE o': 'accepted',
      'DROP VIEW v': '2BP01',
      'DROP VIEW v, w': 'accepted',
      'DROP TYPE mood': '2BP01',
      'DROP SEQUENCE u_id_seq': '2BP01',
      'DROP FUNCTION f()': '2BP01',
      'DROP INDEX u_pkey': '2BP01',
      'ALTER TABLE u DROP CONSTRAINT u_pkey': '2BP01',
      // Before 15 the generated column went with it, unsaid.
      'ALTER TABLE u DROP COLUMN n': major >= 15 ? '2BP01' : 'accepted',
      'ALTER TABLE u DROP COLUMN id': '2BP01',
      'ALTER TABLE u DROP COLUMN s': '2BP01',
      'ALTER TABLE u ALTER COLUMN s TYPE bigint': '0A000',
      'ALTER TABLE u ALTER COLUMN n TYPE bigint': major >= 15 ? '0A000' : '42601',
      'ALTER TABLE u ALTER COLUMN id DROP NOT NULL': '42P16',
    };
    for (const [statement, code] of Object.entries(codes)) expect(await attempt(there, statement), statement).toBe(code);
  });

  it('guarantee-removed: without the key ON CONFLICT fails, without the default INSERT does', async () => {
    const table = 'CREATE TABLE t (a int NOT NULL DEFAULT 1, b int);\nCREATE UNIQUE INDEX k ON t (b);';
    expect(await attempt(table, 'DROP INDEX k', 'INSERT INTO t (b) VALUES (1) ON CONFLICT (b) DO NOTHING')).toBe('42P10');
    expect(await attempt(table, 'ALTER TABLE t ALTER COLUMN a DROP DEFAULT', 'INSERT INTO t (b) VALUES (1)')).toBe('23502');
  });

  it('replica-identity-missing: a published table without one takes INSERT, and no UPDATE and no DELETE', async () => {
    const change = (table: string, publish: string, statement: string) =>
      attempt(`${table};\nINSERT INTO t VALUES (1);\nCREATE PUBLICATION p FOR ALL TABLES${publish};`, statement);
    const bare = 'CREATE TABLE t (id int)';
    expect(await change(bare, '', 'UPDATE t SET id = 2')).toBe('55000');
    expect(await change(bare, '', 'DELETE FROM t')).toBe('55000');
    expect(await change(bare, '', 'INSERT INTO t VALUES (2)')).toBe('accepted');
    expect(await change(bare, " WITH (publish = 'insert')", 'DELETE FROM t')).toBe('accepted');
    expect(await change('CREATE TABLE t (id int PRIMARY KEY)', '', 'DELETE FROM t')).toBe('accepted');
    expect(await change(`${bare}; ALTER TABLE t REPLICA IDENTITY FULL`, '', 'DELETE FROM t')).toBe('accepted');
    const gone =
      'CREATE TABLE t (id int NOT NULL); CREATE UNIQUE INDEX k ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX k; DROP INDEX k';
    expect(await change(gone, '', 'DELETE FROM t')).toBe('55000');
  });

  it('enum-value-too-early: refused in its transaction, taken after it, and in that of the type itself', async () => {
    const type = "CREATE TYPE status AS ENUM ('open');\nCREATE TABLE t (status status);";
    const add = "ALTER TYPE status ADD VALUE 'late'";
    expect(await attempt(type, 'BEGIN', add, "SELECT 'late'::status")).toBe('55P04');
    expect(await attempt(type, 'BEGIN', add, "ALTER TABLE t ALTER status SET DEFAULT 'late'")).toBe('55P04');
    expect(await attempt(type, add, "INSERT INTO t VALUES ('late')")).toBe('accepted');
    const sameTransaction = ['BEGIN', "CREATE TYPE kind AS ENUM ('a')", "ALTER TYPE kind ADD VALUE 'b'", "SELECT 'b'::kind"];
    expect(await attempt('SELECT 1', ...sameTransaction)).toBe(major >= 17 ? 'accepted' : '55P04');
  });

  it('transaction-control: COMMIT ends the transaction that is open, BEGIN in it only warns', async () => {
    const address = await database(sandbox, 'SELECT 1');
    await withClient(address, async (client) => {
      await client.query('BEGIN');
      expect(await codeOf(client.query('BEGIN'))).toBe('accepted');
      await client.query('CREATE TABLE a (id int)');
      await client.query('COMMIT');
      await client.query('CREATE TABLE b (id int)');
      await client.query('ROLLBACK');
      const { rows } = await client.query("SELECT relname FROM pg_class WHERE relname IN ('a', 'b') ORDER BY relname");
      expect(rows).toEqual([{ relname: 'a' }, { relname: 'b' }]);
    });
  });

  it('left-disabled: ALL switches off the foreign keys too, and what came in is not found later', async () => {
    const tables = 'CREATE TABLE u (id int PRIMARY KEY);\nCREATE TABLE o (u int REFERENCES u);';
    const orphan = 'INSERT INTO o VALUES (7)';
    expect(await attempt(tables, orphan)).toBe('23503');
    expect(await attempt(tables, 'ALTER TABLE o DISABLE TRIGGER USER', orphan)).toBe('23503');
    expect(await attempt(tables, 'ALTER TABLE o DISABLE TRIGGER ALL', orphan)).toBe('accepted');
    const replica = 'SET session_replication_role = replica';
    expect(await attempt(tables, replica, orphan)).toBe('accepted');
    expect(await attempt(tables, replica, orphan, 'RESET session_replication_role', 'ALTER TABLE o VALIDATE CONSTRAINT o_u_fkey')).toBe(
      'accepted',
    );
  });

  it('lock-held: an advisory lock outlives its transaction', async () => {
    const address = await database(sandbox, 'SELECT 1');
    await withClient(address, async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_lock(42), pg_advisory_xact_lock(43)');
      await client.query('ROLLBACK');
      const { rows } = await client.query("SELECT objid::int AS id FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
      expect(rows).toEqual([{ id: 42 }]);
    });
  });

  it('open-privileges: row security without a policy shows no row, and no error', async () => {
    const address = await database(
      sandbox,
      'CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;',
    );
    await withClient(address, async (client) => {
      await client.query('BEGIN');
      await client.query('CREATE ROLE faultline_reader');
      await client.query('GRANT SELECT ON t TO faultline_reader');
      await client.query('SET LOCAL ROLE faultline_reader');
      expect((await client.query('SELECT FROM t')).rowCount).toBe(0);
      await client.query('ROLLBACK');
    });
  });

  it('identifier-too-long: 63 bytes are kept, and no character is cut in two', async () => {
    const address = await database(sandbox, `CREATE TABLE "${'ä'.repeat(32)}" (id int);`);
    await withClient(address, async (client) => {
      const { rows } = await client.query("SELECT octet_length(relname::text) AS bytes FROM pg_class WHERE relname LIKE 'ä%'");
      expect(rows).toEqual([{ bytes: 62 }]);
    });
  });

  it('attach-partition-scan: what the fix adds proves the bound', async () => {
    const [bad] = attachPartitionScan.bad;
    const before = bad?.files[0]?.text ?? '';
    const fixed = bad?.fixed?.[0]?.text ?? '';
    const address = await database(sandbox, `${before}\nINSERT INTO events_1 SELECT n FROM generate_series(1, 500) AS n;`);
    await withClient(address, async (client) => {
      const statements = fixed.split('\n').filter(Boolean);
      for (const statement of statements.slice(0, 2)) await client.query(statement);
      const scans = async () => {
        const { rows } = await client.query("SELECT pg_stat_get_xact_numscans('events_1'::regclass)::int AS scans");
        return rows[0]?.scans;
      };
      await client.query('BEGIN');
      const before = await scans();
      await client.query(statements[2] ?? '');
      expect(await scans()).toBe(before);
      await client.query('COMMIT');
      expect(await codeOf(client.query(statements[3] ?? ''))).toBe('accepted');
    });
  });

  it('sequence-left-behind: the sequence comes to the number later, and its move is right for an empty table too', async () => {
    const address = await database(sandbox, 'CREATE TABLE plans (id bigserial PRIMARY KEY, name text);');
    const move = "SELECT setval(pg_get_serial_sequence('plans', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM plans";
    await withClient(address, async (client) => {
      const insert = "INSERT INTO plans (name) VALUES ('x') RETURNING id::int";
      await client.query(move);
      expect((await client.query(insert)).rows).toEqual([{ id: 1 }]);
      await client.query("INSERT INTO plans (id, name) VALUES (2, 'two'), (3, 'three')");
      expect(await codeOf(client.query(insert))).toBe('23505');
      await client.query(move);
      expect((await client.query(insert)).rows).toEqual([{ id: 4 }]);
    });
  });

  it('small-key: the end is the end', async () => {
    const setup = "CREATE TABLE t (id serial PRIMARY KEY);\nSELECT setval('t_id_seq', 2147483647);";
    expect(await attempt(setup, 'INSERT INTO t DEFAULT VALUES')).toBe('2200H');
    const identity = 'CREATE TABLE t (id smallint GENERATED ALWAYS AS IDENTITY (START WITH 32767));\nINSERT INTO t DEFAULT VALUES;';
    expect(await attempt(identity, 'INSERT INTO t DEFAULT VALUES')).toBe('2200H');
  });

  it('discouraged-type: json has no equality, char pads, timestamp loses the zone', async () => {
    expect(await attempt("CREATE TABLE t (j json);\nINSERT INTO t VALUES ('{}');", 'SELECT DISTINCT j FROM t')).toBe('42883');
    const address = await database(
      sandbox,
      "CREATE TABLE t (c char(3), at timestamp);\nINSERT INTO t VALUES ('a', '2026-01-01 00:00+05');",
    );
    await withClient(address, async (client) => {
      const { rows } = await client.query("SELECT octet_length(c) AS bytes, c = 'a   ' AS same, at::text AS at FROM t");
      expect(rows).toEqual([{ bytes: 3, same: true, at: '2026-01-01 00:00:00' }]);
    });
  });

  it('setting-leaks: SET stays when its transaction has committed, SET LOCAL does not', async () => {
    const address = await database(sandbox, 'SELECT 1');
    await withClient(address, async (client) => {
      const path = async () => (await client.query('SHOW search_path')).rows[0]?.search_path;
      const usual = await path();
      await client.query('BEGIN; SET LOCAL search_path TO app; COMMIT');
      expect(await path()).toBe(usual);
      await client.query('BEGIN; SET search_path TO app; COMMIT');
      expect(await path()).toBe('app');
    });
  });

  it('blocks: CONCURRENTLY is refused in one, COMMIT is in one that runs in a transaction', async () => {
    const table = 'CREATE TABLE t (a int);';
    expect(await attempt(table, 'DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON t (a); END $$')).toBe('25001');
    expect(await attempt(table, "DO $$ BEGIN COMMIT; EXECUTE 'CREATE INDEX CONCURRENTLY i ON t (a)'; END $$")).toBe('25001');
    const batch = 'DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$';
    expect(await attempt(table, batch)).toBe('accepted');
    expect(await attempt(table, 'BEGIN', batch)).toBe('2D000');
    expect(await attempt(table, `SELECT 1; ${batch}`)).toBe('2D000');
  });
});
