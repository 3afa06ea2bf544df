import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/engines/carrier';
import { startExecution } from '../../../src/engines/postgres/execution/execution';
import type { FaultName, Point } from '../../../src/model/fault';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { freshDatabase, migrationSessions, openSockets, rowsOf, startSandbox } from './laboratory';
import { historySetup, migrationOf, protocolOf } from './samples';

let sandbox: Sandbox;
beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox();
});
afterAll(() => sandbox?.dispose());

interface Options {
  readonly single?: boolean;
  readonly setup?: readonly string[];
  readonly fault?: FaultName;
  readonly point?: Point;
  readonly signal?: AbortSignal;
}

async function execute(text: string, options: Options = {}): Promise<{ execution: Execution; address: DatabaseAddress }> {
  const { single = false, setup = [], fault, point, signal = new AbortController().signal } = options;
  const address = await freshDatabase(sandbox, [...historySetup, ...setup]);
  const execution = startExecution({
    address,
    migration: migrationOf(text, single ? 'single-request' : 'per-statement', false),
    protocol: protocolOf(text, { dirtyFlag: single }),
    ...(fault && { fault }),
    ...(point && { point }),
    signal,
  });
  return { execution, address };
}

async function exists(address: DatabaseAddress, name: string): Promise<unknown> {
  return (await rowsOf(address, `SELECT to_regclass('${name}') IS NOT NULL AS there`))[0]?.there;
}

describe("the migration's own transactions", () => {
  const text = 'BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nCREATE TABLE b (id int);\n';
  it.each<[FaultName, Point, boolean, { a: boolean; b: boolean }]>([
    ['error', { kind: 'before', statement: 3 }, false, { a: false, b: false }],
    ['error', { kind: 'commit', statement: 2 }, false, { a: false, b: false }],
    ['error', { kind: 'before', statement: 4 }, false, { a: true, b: false }],
    ['disconnect', { kind: 'after', statement: 2 }, false, { a: false, b: false }],
    ['disconnect', { kind: 'commit', statement: 2 }, false, { a: true, b: false }],
    ['disconnect', { kind: 'after', statement: 3 }, false, { a: true, b: false }],
    ['lost-ack', { kind: 'commit', statement: 2 }, false, { a: true, b: false }],
    ['error', { kind: 'before', statement: 3 }, true, { a: false, b: false }],
    ['error', { kind: 'before', statement: 4 }, true, { a: true, b: false }],
    ['disconnect', { kind: 'after', statement: 3 }, true, { a: true, b: true }],
    ['crash', { kind: 'after', statement: 2 }, true, { a: false, b: false }],
    ['crash', { kind: 'after', statement: 3 }, true, { a: true, b: false }],
  ])('%s at %o, single request %s: %o', async (fault, point, single, expected) => {
    const { execution, address } = await execute(text, { single, fault, point });
    expect(await execution.held).toBe('held');
    if (fault === 'crash') await sandbox.crash();
    else await execution.strike();
    const { result } = await execution.outcome;
    expect(result).toBe(fault === 'error' ? 'error' : 'connection lost');
    const now = sandbox.address(address.database);
    expect({ a: await exists(now, 'a'), b: await exists(now, 'b') }).toEqual(expected);
    await execution.close();
  });

  it('a refused COMMIT has undone the transaction, as a failed one does: the next request is outside of it', async () => {
    const text = 'BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n';
    const address = await freshDatabase(sandbox, historySetup);
    const execution = startExecution({
      address,
      migration: migrationOf(text, 'per-statement', false),
      // The server refuses this one in a transaction that has failed.
      protocol: { ...protocolOf(text), onError: () => [{ kind: 'record', text: "INSERT INTO history VALUES ('1', true)" }] },
      fault: 'error',
      point: { kind: 'commit', statement: 2 },
      signal: new AbortController().signal,
    });
    await execution.held;
    await execution.strike();
    expect(await execution.outcome).toMatchObject({ error: { code: 'FL001' } });
    expect(await rowsOf(address, "SELECT dirty, to_regclass('a') IS NOT NULL AS a FROM history")).toEqual([{ dirty: true, a: false }]);
  });
});

describe('what the history says', () => {
  it('already applied: nothing is run', async () => {
    const { execution } = await execute('CREATE TABLE a (id int)', { setup: ["INSERT INTO history VALUES ('1', false)"] });
    expect(await execution.outcome).toMatchObject({ result: 'skipped', statements: [] });
  });

  it('refused: with the problem as the framework words it, and its lock given back', async () => {
    const { execution, address } = await execute('CREATE TABLE a (id int)', {
      single: true,
      setup: ["INSERT INTO history VALUES ('1', true)"],
    });
    expect(await execution.outcome).toMatchObject({ result: 'refused', error: { message: 'Dirty database version 1.' }, statements: [] });
    expect(await exists(address, 'a')).toBe(false);
  });

  it('ends before a point that is not reached', async () => {
    const { execution } = await execute('CREATE TABLE a (id int)', {
      setup: ["INSERT INTO history VALUES ('1', false)"],
      fault: 'disconnect',
      point: { kind: 'before', statement: 1 },
    });
    expect(await execution.held).toBe('finished');
    await execution.strike();
    expect((await execution.outcome).result).toBe('skipped');
  });
});

describe("the migration's own failures", () => {
  it.each([false, true])('an error of the server, single request %s', async (single) => {
    const { execution, address } = await execute('CREATE TABLE a (id int); INSERT INTO missing VALUES (1); CREATE TABLE b (id int);', {
      single,
    });
    const outcome = await execution.outcome;
    expect(outcome).toMatchObject({ result: 'error', error: { code: '42P01', message: 'relation "missing" does not exist' } });
    expect(outcome.statements.map(({ index }) => index)).toEqual([1]);
    expect(await exists(address, 'a')).toBe(!single);
    expect(await migrationSessions(address)).toEqual([]);
  });

  it('a session that is terminated', async () => {
    const { execution } = await execute('SELECT pg_terminate_backend(pg_backend_pid())');
    expect(await execution.outcome).toMatchObject({ result: 'connection lost', error: { code: '57P01' } });
  });

  it('COPY FROM STDIN, for which there are no data', async () => {
    const { execution } = await execute('CREATE TABLE a (id int);\nCOPY a FROM STDIN;');
    expect(await execution.outcome).toMatchObject({ result: 'error', error: { code: '57014' } });
  });
});

describe('gates', () => {
  it('stand whatever timeouts the migration has set, and leave no trace', async () => {
    const text = "SET statement_timeout = '150ms'; SET lock_timeout = '50ms'; CREATE TABLE a (id int); CREATE TABLE b (id int);";
    const { execution, address } = await execute(text, { single: true, fault: 'lost-ack', point: { kind: 'before', statement: 4 } });
    expect(await execution.held).toBe('held');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await exists(address, 'b')).toBe(false);
    await execution.strike();
    expect((await execution.outcome).result).toBe('connection lost');
    expect(await exists(address, 'b')).toBe(true);
    expect(await rowsOf(address, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid <> 42")).toEqual([]);
    await execution.close();
  });

  it('give their lock back though a timeout fires as it is granted', async () => {
    const text = "SET lock_timeout = '1ms'; CREATE TABLE a (id int); CREATE TABLE b (id int);";
    for (let round = 0; round < 15; round++) {
      const { execution, address } = await execute(text, { single: true, fault: 'lost-ack', point: { kind: 'before', statement: 3 } });
      await execution.held;
      await new Promise((resolve) => setTimeout(resolve, 10 + round / 3));
      await execution.strike();
      await execution.outcome;
      const locks = await rowsOf(address, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid <> 42");
      await execution.close();
      expect(locks).toEqual([]);
    }
  });

  it('are not in the way of SET TRANSACTION', async () => {
    const text = 'BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE a (id int); COMMIT;';
    for (const statement of [1, 2]) {
      const { execution, address } = await execute(text, { single: true, fault: 'disconnect', point: { kind: 'after', statement } });
      expect(await execution.held).toBe('held');
      await execution.strike();
      await execution.outcome;
      expect(await exists(address, 'a')).toBe(true);
    }
    const { execution, address } = await execute(text, { single: true });
    expect((await execution.outcome).result).toBe('success');
    expect(await exists(address, 'a')).toBe(true);
  });
});

describe('the outcome waits until the server has come to rest', () => {
  const text =
    'CREATE TABLE a (id int); DROP TABLE IF EXISTS x; SELECT pg_sleep(0.5); DROP TABLE IF EXISTS x, y, z; CREATE TABLE b (id int);';
  it.each<[FaultName, string[]]>([
    ['disconnect', []],
    ['lost-ack', ['idle']],
  ])('%s while the request goes on', async (fault, sessions) => {
    const { execution, address } = await execute(text, { single: true, fault, point: { kind: 'after', statement: 1 } });
    await execution.held;
    await execution.strike();
    await execution.outcome;
    expect(await exists(address, 'b')).toBe(true);
    expect((await migrationSessions(address)).map(({ state }) => state)).toEqual(sessions);
    await execution.close();
  });
});

it('tells how long each statement of a single request took', async () => {
  const { execution } = await execute('SELECT 1; SELECT pg_sleep(0.3); CREATE TABLE a AS SELECT generate_series(1, 7) -- no semicolon', {
    single: true,
  });
  const { statements } = await execution.outcome;
  expect(statements.map(({ rows }) => rows)).toEqual([1, 1, 7]);
  const [first = 0, second = 0, third = 0] = statements.map(({ durationMs }) => durationMs);
  expect(second).toBeGreaterThan(280);
  expect(Math.max(first, third)).toBeLessThan(second);
});

describe('cancelling', () => {
  it('before the start', async () => {
    const { execution } = await execute('SELECT 1', { signal: AbortSignal.abort() });
    await expect(execution.outcome).rejects.toThrow('Cancelled.');
    expect(await execution.held).toBe('finished');
  });

  it.each<[string, Options]>([
    ['while a statement runs', {}],
    ['while held before the server', { fault: 'crash', point: { kind: 'before', statement: 1 } }],
    ['while held at a gate', { single: true, fault: 'crash', point: { kind: 'after', statement: 1 } }],
  ])('%s', async (_, options) => {
    const controller = new AbortController();
    const { execution, address } = await execute('SELECT 1; SELECT pg_sleep(60);', { ...options, signal: controller.signal });
    if (options.fault) expect(await execution.held).toBe('held');
    else await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    await expect(execution.outcome).rejects.toThrow('Cancelled.');
    await execution.close();
    // A statement that is running goes on, as on any server; whoever drops the database ends it.
    const sessions = await migrationSessions(address);
    for (const { pid } of sessions) await rowsOf(address, `SELECT pg_terminate_backend(${pid})`);
  });
});

it('leaves nothing open whenever it is cancelled or closed', async () => {
  const text = 'CREATE TABLE a (id int); CREATE TABLE b (id int);';
  for (let waitMs = 0; waitMs < 24; waitMs++) {
    const controller = new AbortController();
    const point: Point = { kind: 'after', statement: 1 };
    const { execution, address } = await execute(text, { single: true, fault: 'crash', point, signal: controller.signal });
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs / 2));
    if (waitMs % 2 === 0) controller.abort();
    await execution.close();
    expect(await execution.held).toMatch(/held|finished/);
    const sessions =
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    await expect.poll(() => rowsOf(address, sessions)).toEqual([]);
  }
  expect(openSockets()).toBeLessThanOrEqual(1);
});

describe('what can not be carried out', () => {
  const text = 'CREATE TABLE a (id int)';
  it.each<[FaultName, Point | undefined, RegExp]>([
    ['step-down', { kind: 'start' }, /can't be carried out on PostgreSQL/],
    ['crash', undefined, /needs a point/],
    ['disconnect', { kind: 'before', statement: 7 }, /never comes to the point before 7/],
    ['disconnect', { kind: 'unlock' }, /never comes to the point unlock/],
  ])('%s at %o', async (fault, point, message) => {
    const { execution } = await execute(text, { fault, ...(point && { point }) });
    await expect(execution.outcome).rejects.toThrow(message);
  });

  it('a server that is not there', async () => {
    const execution = startExecution({
      address: { ...sandbox.address('postgres'), port: 1 },
      migration: migrationOf(text, 'per-statement', false),
      protocol: protocolOf(text),
      signal: new AbortController().signal,
    });
    await expect(execution.outcome).rejects.toThrow(/server could not be reached: connect ECONNREFUSED/);
    await execution.close();
  });

  it('a password that is wrong', async () => {
    const execution = startExecution({
      address: { ...sandbox.address('postgres'), password: 'wrong' },
      migration: migrationOf(text, 'per-statement', false),
      protocol: protocolOf(text),
      signal: new AbortController().signal,
    });
    await expect(execution.outcome).rejects.toThrow(/password authentication failed/);
    await execution.close();
  });
});

it('leaves no socket open', async () => {
  // What was closed last is still there for a moment.
  await expect.poll(openSockets, { timeout: 5000 }).toBeLessThanOrEqual(1);
});
