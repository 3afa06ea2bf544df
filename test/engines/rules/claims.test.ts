import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { claims } from './claims';
import { codeOf, database, heldLocks, majors, observe, startServer, withClient } from './server';

beforeAll(loadParser);

describe.each(majors)('PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startServer(major);
  });
  afterAll(() => sandbox?.dispose());

  describe('what the rules say about single statements', () => {
    const holding = claims.filter((claim) => (claim.since ?? 0) <= major && major <= (claim.until ?? 99));
    it.each(holding.map((claim) => [`${claim.rule}: ${claim.statement}`, claim] as const))('%s', async (_, claim) => {
      const address = await database(sandbox, claim.setup);
      const seen = await withClient(address, (client) => observe(client, claim.statement));
      if (claim.locks !== undefined) expect(seen.locks).toMatchObject(claim.locks);
      if (claim.rewritten !== undefined) expect(seen.rewritten).toEqual(claim.rewritten);
      if (claim.scanned !== undefined) expect(seen.scanned).toEqual(claim.scanned);
      const { reports } = lintFolder({
        files: [
          { path: '0001_setup.sql', text: claim.setup },
          { path: '0002_claim.sql', text: `${claim.statement};\n` },
        ],
        paths: ['0002_claim.sql'],
        configuration: { ...defaultConfiguration, engineVersion: major, framework: 'sql' },
      });
      const rules = reports.flatMap((report) => report.findings.map((finding) => finding.rule));
      expect(rules.includes(claim.rule), `the rule ${claim.found ? 'speaks' : 'is silent'}`).toBe(claim.found);
    });
  });

  describe('statements that no transaction takes', () => {
    const setup =
      'CREATE TABLE t (a int);\nCREATE INDEX i ON t (a);\nCREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);';
    const refused = [
      'CREATE INDEX CONCURRENTLY j ON t (a)',
      'DROP INDEX CONCURRENTLY i',
      'REINDEX TABLE CONCURRENTLY t',
      'REINDEX INDEX CONCURRENTLY i',
      ...(major >= 14 ? ['ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY'] : []),
      'VACUUM t',
      'CREATE DATABASE other',
      'DROP DATABASE IF EXISTS other',
      'ALTER SYSTEM RESET work_mem',
      "CREATE TABLESPACE place LOCATION '/nowhere'",
    ];

    it.each(refused)('%s', async (statement) => {
      const address = await database(sandbox, setup);
      await withClient(address, async (client) => {
        await client.query('BEGIN');
        expect(await codeOf(client.query(statement))).toBe('25001');
        await client.query('ROLLBACK');
        // The same beside another statement in one request, as golang-migrate and Prisma send it.
        expect(await codeOf(client.query(`SELECT 1; ${statement}`))).toBe('25001');
      });
      const { reports } = lintFolder({
        files: [{ path: '0001_x.sql', text: `BEGIN;\n${statement};\nCOMMIT;\n` }],
        configuration: { ...defaultConfiguration, engineVersion: major, framework: 'sql' },
      });
      expect(reports[0]?.findings.map((finding) => finding.rule)).toContain('concurrent-in-transaction');
    });

    it('are taken alone in a request', async () => {
      const address = await database(sandbox, setup);
      await withClient(address, async (client) => {
        expect(await codeOf(client.query('-- alone\nCREATE INDEX CONCURRENTLY j ON t (a);\n'))).toBe('accepted');
      });
    });

    it('have limits that the fixes respect', async () => {
      const address = await database(sandbox, `${setup}\nCREATE INDEX k ON t (a);\nCREATE INDEX pi ON p (a);`);
      await withClient(address, async (client) => {
        expect(await codeOf(client.query('DROP INDEX CONCURRENTLY i, k'))).toBe('0A000');
        expect(await codeOf(client.query('DROP INDEX CONCURRENTLY i CASCADE'))).toBe('0A000');
        expect(await codeOf(client.query('CREATE INDEX CONCURRENTLY ON p (a)'))).toBe('0A000');
        expect(await codeOf(client.query('DROP INDEX CONCURRENTLY pi'))).toBe('0A000');
        expect(await codeOf(client.query('CREATE INDEX IF NOT EXISTS ON t (a)'))).toBe('42601');
      });
    });

    it('NOT VALID foreign keys on partitioned tables exist from 18 on', async () => {
      const address = await database(sandbox, 'CREATE TABLE u (id int PRIMARY KEY);\nCREATE TABLE q (u int) PARTITION BY RANGE (u);');
      await withClient(address, async (client) => {
        const code = await codeOf(client.query('ALTER TABLE q ADD FOREIGN KEY (u) REFERENCES u NOT VALID'));
        expect(code).toBe(major >= 18 ? 'accepted' : '42809');
      });
    });
  });

  describe('a concurrent build', () => {
    it('lets writes through while it waits', async () => {
      const address = await database(sandbox, 'CREATE TABLE t (a int);');
      await withClient(address, (builder) =>
        withClient(address, (writer) =>
          withClient(address, async (observer) => {
            await writer.query('BEGIN');
            await writer.query('INSERT INTO t VALUES (1)');
            const pid = await processOf(builder);
            const building = builder.query('CREATE INDEX CONCURRENTLY i ON t (a)');
            await waitUntil(observer, `SELECT 1 FROM pg_stat_activity WHERE pid = ${pid} AND wait_event_type = 'Lock'`);
            expect(await heldLocks(observer, pid)).toEqual({ t: 'SHARE UPDATE EXCLUSIVE' });
            await observer.query("SET lock_timeout = '2s'");
            expect(await codeOf(observer.query('INSERT INTO t VALUES (2)'))).toBe('accepted');
            await writer.query('COMMIT');
            await building;
          }),
        ),
      );
    });

    it('that fails leaves an invalid index, which IF NOT EXISTS keeps and calls a success', async () => {
      const address = await database(sandbox, 'CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);');
      await withClient(address, async (client) => {
        const valid = async () =>
          (await client.query("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('i')")).rows.map((row) => row.valid);
        expect(await codeOf(client.query('CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)'))).toBe('23505');
        expect(await valid()).toEqual([false]);
        expect(await codeOf(client.query('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)'))).toBe('accepted');
        expect(await valid()).toEqual([false]);
        // What the fix writes.
        await client.query('DELETE FROM t');
        await client.query('DROP INDEX CONCURRENTLY IF EXISTS i');
        await client.query('CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)');
        expect(await valid()).toEqual([true]);
      });
    });

    it('under a lock_timeout leaves an invalid index too', async () => {
      const address = await database(sandbox, 'CREATE TABLE t (a int);');
      await withClient(address, (builder) =>
        withClient(address, async (writer) => {
          await writer.query('BEGIN');
          await writer.query('INSERT INTO t VALUES (1)');
          await builder.query("SET lock_timeout = '100ms'");
          expect(await codeOf(builder.query('CREATE INDEX CONCURRENTLY i ON t (a)'))).toBe('55P03');
          const { rows } = await builder.query("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'i'::regclass");
          expect(rows).toEqual([{ valid: false }]);
        }),
      );
    });
  });

  describe('lock_timeout', () => {
    it('is missing by default, and a waiting ALTER TABLE makes plain reads wait', async () => {
      const address = await database(sandbox, 'CREATE TABLE t (a int);');
      await withClient(address, (idle) =>
        withClient(address, (altering) =>
          withClient(address, async (reader) => {
            expect((await reader.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
            await idle.query('BEGIN');
            await idle.query('SELECT * FROM t');
            expect(await codeOf(reader.query('SELECT * FROM t'))).toBe('accepted');
            const pid = await processOf(altering);
            const waiting = altering.query('ALTER TABLE t ADD COLUMN b int');
            await waitUntil(reader, `SELECT 1 FROM pg_stat_activity WHERE pid = ${pid} AND wait_event_type = 'Lock'`);
            await reader.query("SET statement_timeout = '200ms'");
            expect(await codeOf(reader.query('SELECT * FROM t'))).toBe('57014');
            await idle.query('COMMIT');
            await waiting;
          }),
        ),
      );
    });

    it('SET LOCAL holds in a request of several statements, and not outside a transaction', async () => {
      const address = await database(sandbox, 'CREATE TABLE t (a int);');
      await withClient(address, async (client) => {
        const several = (await client.query("SET LOCAL lock_timeout = '5s'; SHOW lock_timeout")) as unknown as pg.QueryResult[];
        expect(several.at(-1)?.rows).toEqual([{ lock_timeout: '5s' }]);
        await client.query("SET LOCAL lock_timeout = '5s'");
        expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
        await client.query("SET lock_timeout = '5s'");
        expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '5s' }]);
      });
    });
  });

  it('VALIDATE in the transaction of ADD ... NOT VALID checks the rows under the lock of ADD', async () => {
    const address = await database(sandbox, 'CREATE TABLE t (a int);\nINSERT INTO t SELECT generate_series(1, 100);');
    await withClient(address, async (client) => {
      const seen = await observe(client, 'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c');
      expect(seen).toMatchObject({ locks: { t: 'ACCESS EXCLUSIVE' }, scanned: ['t'] });
    });
  });

  it('a block that commits batches runs outside a transaction alone', async () => {
    const address = await database(sandbox, 'CREATE TABLE t (a int);\nINSERT INTO t SELECT generate_series(1, 100);');
    const block =
      'DO $$ BEGIN LOOP DELETE FROM t WHERE ctid = ANY (ARRAY(SELECT ctid FROM t LIMIT 30)); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$';
    await withClient(address, async (client) => {
      await client.query('BEGIN');
      expect(await codeOf(client.query(block))).toBe('2D000');
      await client.query('ROLLBACK');
      expect(await codeOf(client.query(block))).toBe('accepted');
      expect((await client.query('SELECT count(*)::int AS n FROM t')).rows).toEqual([{ n: 0 }]);
    });
  });
});

async function processOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

async function waitUntil(client: pg.Client, query: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if ((await client.query(query)).rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never came true: ${query}`);
}
