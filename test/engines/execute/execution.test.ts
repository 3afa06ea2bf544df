import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution, ExecutionOutcome } from '../../../src/engines/carrier';
import { startExecution } from '../../../src/engines/postgres/execution/execution';
import type { FaultName, Point } from '../../../src/model/fault';
import type { Migration } from '../../../src/model/migration';
import type { RunProtocol } from '../../../src/model/run-protocol';
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

/** Three statements that each leave a trace. */
const text = 'CREATE TABLE a (id int); -- first\nINSERT INTO a SELECT generate_series(1, 5);\nCREATE TABLE b (id int) -- last\n;\n';

type Shape = 'autocommit' | 'wrapped' | 'recorded in transaction' | 'single request';

function shaped(shape: Shape): { migration: Migration; protocol: RunProtocol } {
  const single = shape === 'single request';
  const wrapped = shape === 'wrapped' || shape === 'recorded in transaction';
  const migration = migrationOf(text, single ? 'single-request' : 'per-statement', wrapped);
  return { migration, protocol: protocolOf(text, { dirtyFlag: single, recordInTransaction: shape === 'recorded in transaction' }) };
}

/** What there is, in short: `a5 b` and the history. */
async function stateOf(address: DatabaseAddress): Promise<string> {
  const [row] = await rowsOf(address, "SELECT to_regclass('a') IS NOT NULL AS a, to_regclass('b') IS NOT NULL AS b");
  const [count] = row?.a ? await rowsOf(address, 'SELECT count(*)::int AS n FROM a') : [];
  const history = await rowsOf(address, 'SELECT dirty FROM history');
  const parts = [row?.a ? `a${count?.n}` : '', row?.b ? 'b' : '', history.map(({ dirty }) => (dirty ? 'dirty' : 'recorded')).join('')];
  return parts.filter((part) => part !== '').join(' ') || 'nothing';
}

interface Cell {
  readonly execution: Execution;
  readonly outcome: ExecutionOutcome;
  readonly address: DatabaseAddress;
}

async function strikeAt(shape: Shape, fault: FaultName, point: Point): Promise<Cell> {
  const { migration, protocol } = shaped(shape);
  const address = await freshDatabase(sandbox, historySetup);
  const execution = startExecution({ address, migration, protocol, fault, point, signal: new AbortController().signal });
  expect(await execution.held).toBe('held');
  if (fault === 'crash') await sandbox.crash();
  else await execution.strike();
  return { execution, outcome: await execution.outcome, address: sandbox.address(address.database) };
}

const at = (kind: 'before' | 'after', statement: number): Point => ({ kind, statement });
const commit: Point = { kind: 'commit', statement: 3 };
const start: Point = { kind: 'start' };
const unrecorded: Point = { kind: 'unrecorded' };
const unlock: Point = { kind: 'unlock' };

describe('without a fault', () => {
  it.each<Shape>(['autocommit', 'wrapped', 'recorded in transaction', 'single request'])('runs %s to its end', async (shape) => {
    const { migration, protocol } = shaped(shape);
    const address = await freshDatabase(sandbox, historySetup);
    const execution = startExecution({ address, migration, protocol, signal: new AbortController().signal });
    const outcome = await execution.outcome;
    expect(outcome).toMatchObject({ result: 'success' });
    expect(outcome.statements.map(({ index, rows }) => [index, rows])).toEqual([
      [1, 0],
      [2, 5],
      [3, 0],
    ]);
    expect(outcome.serverProcessIds[0]).toBeGreaterThan(0);
    expect(await execution.held).toBe('finished');
    expect(await migrationSessions(address)).toEqual([]);
    expect(await stateOf(address)).toBe('a5 b recorded');
    await execution.close();
  });
});

describe('error', () => {
  it.each<[Shape, Point, string]>([
    ['autocommit', at('before', 1), 'nothing'],
    ['autocommit', at('before', 3), 'a5'],
    ['autocommit', unrecorded, 'a5 b'],
    ['wrapped', at('before', 2), 'nothing'],
    ['wrapped', commit, 'nothing'],
    ['wrapped', unrecorded, 'a5 b'],
    ['recorded in transaction', unrecorded, 'nothing'],
    ['recorded in transaction', commit, 'nothing'],
    ['single request', at('before', 1), 'dirty'],
    ['single request', at('before', 3), 'dirty'],
    ['single request', unrecorded, 'a5 b dirty'],
    ['single request', unlock, 'a5 b recorded'],
  ])('%s, %o leaves %s', async (shape, point, expected) => {
    const { outcome, address, execution } = await strikeAt(shape, 'error', point);
    expect(outcome).toMatchObject({ result: 'error', error: { code: 'FL001', message: 'Faultline: statement refused on purpose' } });
    expect(await stateOf(address)).toBe(expected);
    expect(await migrationSessions(address)).toEqual([]);
    await execution.close();
  });
});

describe('disconnect and crash', () => {
  const cells: [Shape, Point, string, string?][] = [
    ['autocommit', start, 'nothing'],
    ['autocommit', at('before', 1), 'nothing'],
    ['autocommit', at('after', 1), 'a0'],
    ['autocommit', at('before', 3), 'a5'],
    ['autocommit', at('after', 3), 'a5 b'],
    ['autocommit', unrecorded, 'a5 b'],
    ['wrapped', at('after', 3), 'nothing'],
    ['wrapped', commit, 'a5 b'],
    ['wrapped', unrecorded, 'a5 b'],
    ['recorded in transaction', unrecorded, 'nothing'],
    ['recorded in transaction', commit, 'a5 b recorded'],
    ['single request', start, 'nothing'],
    ['single request', at('before', 1), 'dirty'],
    // A server that has received the request finishes it, if it lives.
    ['single request', at('after', 1), 'a5 b dirty', 'dirty'],
    ['single request', at('before', 3), 'a5 b dirty', 'dirty'],
    ['single request', at('after', 3), 'a5 b dirty'],
    ['single request', unlock, 'a5 b recorded'],
  ];
  it.each(cells)('disconnect: %s, %o leaves %s', async (shape, point, expected) => {
    const { outcome, address, execution } = await strikeAt(shape, 'disconnect', point);
    expect(outcome).toMatchObject({ result: 'connection lost', error: { code: 'ECONNRESET' } });
    expect(await migrationSessions(address)).toEqual([]);
    expect(await stateOf(address)).toBe(expected);
    await execution.close();
  });
  it('crashes all at once, each held at its point', async () => {
    const held = await Promise.all(
      cells.map(async ([shape, point, expected, dead]) => {
        const { migration, protocol } = shaped(shape);
        const address = await freshDatabase(sandbox, historySetup);
        const execution = startExecution({ address, migration, protocol, fault: 'crash', point, signal: new AbortController().signal });
        expect(await execution.held).toBe('held');
        return { execution, address, expected: dead ?? expected, cell: `${shape} ${point.kind} ${point.statement ?? ''}` };
      }),
    );
    await sandbox.crash();
    for (const { execution, address, expected, cell } of held) {
      const error = { code: '', message: 'Connection terminated unexpectedly' };
      expect([cell, await execution.outcome]).toMatchObject([cell, { result: 'connection lost', error }]);
      expect([cell, await stateOf(sandbox.address(address.database))]).toEqual([cell, expected]);
      await execution.close();
    }
  });
});

it('hears no farewell of a server that crashes', async () => {
  const { migration, protocol } = shaped('wrapped');
  const address = await freshDatabase(sandbox, historySetup);
  const point = at('before', 2);
  const execution = startExecution({ address, migration, protocol, fault: 'crash', point, signal: new AbortController().signal });
  await execution.held;
  // Says FATAL 57P01 before it ends, as a process does that finds its postmaster dead.
  await rowsOf(address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'faultline migration'");
  expect(await execution.outcome).toMatchObject({ result: 'connection lost', error: { code: '' } });
  await execution.close();
});

describe('lost-ack', () => {
  it.each<[Shape, Point, string, string]>([
    ['autocommit', at('after', 2), 'a5', 'idle'],
    ['wrapped', at('after', 2), 'nothing', 'idle in transaction'],
    ['wrapped', commit, 'a5 b', 'idle'],
    ['recorded in transaction', commit, 'a5 b recorded', 'idle'],
    ['single request', at('after', 1), 'a5 b dirty', 'idle'],
    ['single request', at('after', 3), 'a5 b dirty', 'idle'],
    ['single request', unlock, 'a5 b recorded', 'idle'],
  ])('%s, %o leaves %s and a session that is %s', async (shape, point, expected, session) => {
    const { outcome, address, execution } = await strikeAt(shape, 'lost-ack', point);
    expect(outcome).toMatchObject({ result: 'connection lost' });
    expect(await migrationSessions(address)).toEqual([{ pid: outcome.serverProcessIds[0], state: session }]);
    expect(await stateOf(address)).toBe(expected);
    await execution.close();
    expect(await migrationSessions(address)).toEqual([]);
    expect(await stateOf(address)).toBe(expected);
  });
});

it('leaves no socket open', async () => {
  // The sandbox's own administrator may keep one connection.
  expect(openSockets()).toBeLessThanOrEqual(1);
});
