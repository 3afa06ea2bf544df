import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Carrier } from '../../../src/engines/carrier';
import type { Driver } from '../../../src/engines/execution/driver';
import { startDriven } from '../../../src/engines/execution/execution';
import { Script } from '../../../src/engines/execution/script';
import { postgresDialect } from '../../../src/engines/postgres/execution/dialect';
import type { PostgresWire } from '../../../src/engines/postgres/execution/types';
import { Meter } from '../../../src/engines/postgres/measure/measure';
import { sql } from '../../../src/frameworks/sql';
import type { Migration, Program } from '../../../src/model/migration';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { Laboratory } from '../../../src/runner/laboratory';
import { runUnderLoad } from '../../../src/runner/load';
import { databaseBefore, traceMigration } from '../../../src/runner/trace';
import { startSandbox } from '../execute/laboratory';

/** A client that prepares every statement, as many tools do: nothing can be put into its requests. */
class ExtendedDriver implements Driver<PostgresWire> {
  private client: pg.Client | undefined;
  /** What each statement reported, as the client saw it. */
  readonly seen: number[] = [];

  constructor(private readonly texts: readonly string[]) {}

  async run(through: DatabaseAddress) {
    this.client = new pg.Client({ ...through });
    this.client.on('error', () => undefined);
    await this.client.connect();
    for (const text of this.texts) {
      const query = { text, queryMode: 'extended' } as pg.QueryConfig;
      this.seen.push((await this.client.query(query)).rowCount ?? 0);
    }
    return { result: 'success' as const };
  }
  stepOf({ number }: { readonly number: number }) {
    return number;
  }
  completed() {}
  farewell() {}
  copied() {}
  reached(): void {}

  struck() {}
  async die() {}
  async leave() {
    await this.client?.end();
  }
  async close() {
    await this.client?.end().catch(() => undefined);
  }
}

function migrationOf(text: string): Migration {
  const up: Program = {
    direction: 'up',
    path: '1.sql',
    span: { start: 0, end: text.length },
    statements: readStatements(text, { start: 0, end: text.length }, {}),
    execution: { requests: 'per-statement', wrapped: false, because: '' },
  };
  return { id: '1', title: '1', framework: 'sql', engine: { name: 'postgres', major: 18 }, up };
}

function carrierOf(migration: Migration): Carrier & { readonly drivers: readonly ExtendedDriver[] } {
  const drivers: ExtendedDriver[] = [];
  return {
    drivers,
    start: (request) => {
      const driver = new ExtendedDriver(migration.up.statements.map(({ sent }) => sent));
      drivers.push(driver);
      return startDriven(postgresDialect, request, new Script(migration, sql.run(migration.engine).steps(migration)), driver);
    },
  };
}

const text =
  'ALTER TABLE t ADD COLUMN b int; BEGIN; UPDATE t SET b = id; ALTER TABLE t DROP COLUMN a; COMMIT; CREATE INDEX CONCURRENTLY t_b ON t (b)';

describe('statements that are prepared', () => {
  let sandbox: Sandbox;
  let laboratory: Laboratory;
  let beforeDatabase: string;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startSandbox();
    laboratory = new Laboratory(sandbox, new AbortController().signal);
    const ground = await laboratory.create();
    await sandbox.query('CREATE TABLE t (id int PRIMARY KEY, a int)', ground);
    ({ beforeDatabase } = await databaseBefore(laboratory, ground, [], { rows: 20, seed: 1 }));
  });
  afterAll(() => sandbox?.dispose());

  it('are measured as well, in a transaction and alone, and the client sees nothing of it', async () => {
    const migration = migrationOf(text);
    const carrier = carrierOf(migration);
    await laboratory.withClone(beforeDatabase, async (database) => {
      const address = sandbox.address(database);
      const instrument = await Meter.open(address, new Set([6]));
      const execution = carrier.start({ address, instrument, signal: laboratory.signal });
      const { result } = await execution.outcome;
      const measures = await instrument.close();
      await execution.close();
      expect([result, carrier.drivers[0]?.seen]).toEqual(['success', [0, 0, 20, 0, 0, 0]]);
      const told = [...measures].map(([index, { taken, rows }]) => [index, taken.map(({ mode }) => mode), rows]);
      expect(told).toEqual([
        [1, ['ACCESS EXCLUSIVE'], 0],
        [3, ['ROW EXCLUSIVE'], 20],
        [4, ['ACCESS EXCLUSIVE'], 0],
        [6, ['SHARE UPDATE EXCLUSIVE'], 0],
      ]);
      const [row] = await sandbox.query('SELECT count(b) AS done FROM t', database);
      expect(Number(row?.done)).toBe(20);
    });
  });

  it('are met by an application', async () => {
    const migration = migrationOf(text.replace('UPDATE t SET b = id; ', ''));
    const carrier = carrierOf(migration);
    const { plan, statements } = await traceMigration(laboratory, { framework: sql, migration, carrier }, beforeDatabase, 1);
    const load = await runUnderLoad(laboratory, {
      carrier,
      beforeDatabase,
      plan,
      statements,
      bookkeepingTables: [],
      seed: 1,
      sessionsPerRequest: 1,
    });
    const waits = new Set(load?.blocked.map(({ operation, statement }) => `${operation} ${statement}`));
    expect([...waits].sort()).toEqual(['insert 1', 'insert 3', 'read 1', 'read 3', 'update 1', 'update 3']);
    expect(load?.errors.map(({ operation, code, statement, lasting }) => [operation, code, statement, lasting])).toEqual([
      ['insert', '42703', 3, true],
      ['read', '42703', 3, true],
      ['update', '42703', 3, true],
    ]);
  });
});
