import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
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
