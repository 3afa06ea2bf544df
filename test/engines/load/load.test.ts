import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInCarrier } from '../../../src/engines/postgres/execution/execution';
import { sql } from '../../../src/frameworks/sql';
import { defaultEngine } from '../../../src/model/engine';
import type { Migration, Program } from '../../../src/model/migration';
import type { RunProtocol } from '../../../src/model/run-protocol';
import type { Sandbox } from '../../../src/model/sandbox';
import type { SimulatedLoad } from '../../../src/model/simulation';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { Laboratory } from '../../../src/runner/laboratory';
import { runUnderLoad } from '../../../src/runner/load';
import { databaseBefore, traceMigration } from '../../../src/runner/trace';
import { startSandbox } from '../execute/laboratory';

const shop = `
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, note text, total numeric CHECK (total >= 0));
CREATE TABLE plain (a int, b text)`;

let sandbox: Sandbox;
let laboratory: Laboratory;
let ground: string;
beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox();
  laboratory = new Laboratory(sandbox, new AbortController().signal);
  ground = await laboratory.create();
  await sandbox.query(shop, ground);
});
afterAll(() => sandbox?.dispose());

const oneRequest: RunProtocol = {
  ...sql.run(defaultEngine),
  steps: ({ up: { statements } }) => [
    { kind: 'statements', statements: statements.map(({ index }) => index), text: statements.map(({ sent }) => `${sent};`).join('\n') },
  ],
};

async function underLoad(
  text: string,
  execution: Partial<Program['execution']> = {},
  sessionsPerRequest = 1,
): Promise<SimulatedLoad | undefined> {
  const up: Program = {
    direction: 'up',
    path: '1.sql',
    span: { start: 0, end: text.length },
    statements: readStatements(text, { start: 0, end: text.length }, {}),
    execution: { requests: 'per-statement', wrapped: false, because: '', ...execution },
  };
  const migration: Migration = { id: '1', title: '1', framework: 'sql', engine: { name: 'postgres', major: 18 }, up };
  const protocol = up.execution.requests === 'single-request' ? oneRequest : sql.run(defaultEngine);
  const carrier = builtInCarrier(migration, protocol);
  const { beforeDatabase } = await databaseBefore(laboratory, ground, [], { rows: 30, seed: 3 });
  const framework = { ...sql, run: () => protocol };
  const { plan, statements } = await traceMigration(laboratory, { framework, migration, carrier }, beforeDatabase, 3);
  try {
    return await runUnderLoad(laboratory, {
      carrier,
      beforeDatabase,
      plan,
      statements,
      bookkeepingTables: [],
      seed: 3,
      sessionsPerRequest,
    });
  } finally {
    await laboratory.drop(beforeDatabase);
  }
}

/** Who waited for which statement: what has to be the same in every run. */
function waits(load: SimulatedLoad | undefined): readonly string[] {
  return [...new Set(load?.blocked.map(({ operation, relation, statement }) => `${operation} ${relation} waits for ${statement}`))].sort();
}

function failures(load: SimulatedLoad | undefined): readonly string[] {
  return (load?.errors ?? []).map(
    ({ operation, relation, code, statement, lasting }) =>
      `${operation} ${relation} ${code} since ${statement}${lasting ? ', lasting' : ''}`,
  );
}

describe('what an application feels of', () => {
  it('a table that is locked to the end of its transaction, and a column that is gone', async () => {
    const text = 'BEGIN; ALTER TABLE orders ADD COLUMN code text; UPDATE orders SET code = id; ALTER TABLE orders DROP COLUMN note; COMMIT';
    const load = await underLoad(text);
    expect(waits(load)).toEqual(['insert orders waits for 2', 'read orders waits for 2', 'update orders waits for 2']);
    expect(failures(load)).toEqual([
      'insert orders 42703 since 4, lasting',
      'read orders 42703 since 4, lasting',
      'update orders 42703 since 4, lasting',
    ]);
    const [second, , fourth] = load?.timeline ?? [];
    const [wait] = load?.blocked ?? [];
    if (second === undefined || fourth === undefined || wait === undefined) throw new Error('nothing was recorded');
    expect(load?.timeline.map(({ statement }) => statement)).toEqual([2, 3, 4]);
    expect(second.releasedMs).toBeGreaterThanOrEqual(fourth.endMs);
    expect(wait.endMs - wait.startMs).toBeGreaterThan(0);
    expect(wait.endMs).toBeGreaterThanOrEqual(fourth.endMs);
    expect(load?.summary).toMatchObject({
      blockedRequests: load?.blocked.length,
      errors: load?.errors.reduce((sum, { count }) => sum + count, 0),
    });
  });

  it('an index: writers wait while it is built, nobody when it is built CONCURRENTLY', async () => {
    expect(waits(await underLoad('CREATE INDEX o ON orders (total)'))).toEqual(['insert orders waits for 1', 'update orders waits for 1']);
    const concurrent = await underLoad('CREATE INDEX CONCURRENTLY o ON orders (total)');
    expect([waits(concurrent), failures(concurrent)]).toEqual([[], []]);
    expect(concurrent?.summary.requests).toBeGreaterThan(0);
  });

  it('a column that must be given, a table of another name, a rule that rows break', async () => {
    const text = `ALTER TABLE customers ADD COLUMN country text; UPDATE customers SET country = 'NL'; ALTER TABLE customers ALTER COLUMN country SET NOT NULL;
      ALTER TABLE plain RENAME TO plainer; ALTER TABLE orders ADD CONSTRAINT small CHECK (total < 0) NOT VALID`;
    const load = await underLoad(text);
    expect(failures(load)).toEqual([
      'insert customers 23502 since 3, lasting',
      'insert plain 42P01 since 4, lasting',
      'read plain 42P01 since 4, lasting',
      'insert orders 23514 since 5, lasting',
      'update orders 23514 since 5, lasting',
    ]);
    // Each of the statements that nobody wraps is met alone. An order that is added looks for its customer, so it waits for them, too.
    expect(waits(load)).toEqual([
      'insert customers waits for 1',
      'insert customers waits for 3',
      'insert orders waits for 1',
      'insert orders waits for 3',
      'insert orders waits for 5',
      'insert plain waits for 4',
      'read customers waits for 1',
      'read customers waits for 3',
      'read orders waits for 5',
      'read plain waits for 4',
      'update customers waits for 1',
      'update customers waits for 2',
      'update customers waits for 3',
      'update orders waits for 5',
    ]);
    expect(load?.notes).toEqual(['plain: no update could be tried']);
  });

  it('a deadlock: it waits for a row that was written, and the migration for the table that it is in', async () => {
    const load = await underLoad('BEGIN; UPDATE orders SET note = note; ALTER TABLE orders ADD COLUMN z int; COMMIT');
    expect(waits(load)).toContain('update orders waits for 2');
    // The server ends whichever asks first, which is whoever began to wait first: mostly the application.
    const victims = [...failures(load), ...(load?.notes ?? [])];
    expect(victims.some((victim) => victim === 'update orders 40P01 since 3' || victim.includes('did not get through: 40P01'))).toBe(true);
    expect(load?.summary.longestBlockedMs).toBeGreaterThan(500);
  });

  it('statements that come in one request', async () => {
    const text = 'ALTER TABLE customers ADD COLUMN a int; ALTER TABLE orders DROP COLUMN note; CREATE TABLE x (a int)';
    const load = await underLoad(text, { requests: 'single-request' });
    expect(waits(load).filter((wait) => wait.includes('read'))).toEqual(['read customers waits for 1', 'read orders waits for 2']);
    expect(load?.timeline.map(({ statement }) => statement)).toEqual([1, 2, 3]);
    expect(new Set(load?.timeline.map(({ releasedMs }) => releasedMs)).size).toBe(1);
  });

  it('several sessions of each kind', async () => {
    const load = await underLoad('ALTER TABLE orders ADD COLUMN c int', {}, 3);
    expect(load?.sessions).toBe(9);
    expect(new Set(load?.blocked.map(({ session }) => session)).size).toBe(9);
  });

  it('a table that is new, or none: nothing', async () => {
    expect(await underLoad('CREATE TABLE fresh (a int); ALTER TABLE fresh ADD COLUMN b int')).toBeUndefined();
  });

  it('leaves no session and no database behind', async () => {
    const [row] = await sandbox.query(
      "SELECT (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'faultline%' AND pid <> pg_backend_pid() AND datname LIKE 'faultline%') AS sessions, count(*) AS databases FROM pg_database WHERE datname LIKE 'faultline%'",
    );
    expect([Number(row?.sessions), Number(row?.databases)]).toEqual([0, 1]);
  });
});
