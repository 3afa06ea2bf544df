import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openControlClient, withControlClient } from '../../../src/engines/mysql/connect';
import { mysqlEngine } from '../../../src/engines/mysql/engine';
import { executeSteps } from '../../../src/engines/mysql/steps';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { servers, startServer } from './servers';
import { changes, shop } from './snapshot-changes';

const skip = requireOrSkip('docker', await dockerMissing());
const options = { bookkeepingTables: ['history'], volatile: {}, clockStart: '2024-06-01 00:00:00.000000', columnHashes: true };

describe.skipIf(skip).each(servers)('a state of $label', (server) => {
  let sandbox: Sandbox;
  let before: State;
  let databases = 0;
  const signal = new AbortController().signal;
  const capture = (database: string, more = {}) => mysqlEngine.captureState(sandbox.address(database), { ...options, ...more });
  const run = async (database: string, ...texts: readonly string[]) => {
    expect(await executeSteps(sandbox.address(database), texts, signal)).toEqual({ ok: true });
  };
  const clone = async () => {
    const database = `c${++databases}`;
    await sandbox.cloneDatabase('shop', database);
    return database;
  };

  beforeAll(async () => {
    sandbox = await startServer(server);
    await sandbox.createDatabase('shop');
    await run('shop', "CREATE USER 'reader'@'%'", shop);
    before = await capture('shop');
  });
  afterAll(() => sandbox?.dispose());

  it('is the same for a database and its clone, and each time it is read', async () => {
    const again = await capture('shop');
    expect(stateDifferences(before, again)).toEqual([]);
    const copy = await capture(await clone());
    expect(stateDifferences(before, copy)).toEqual([]);
    expect([fingerprint(again), fingerprint(copy)]).toEqual([fingerprint(before), fingerprint(before)]);
    expect(JSON.stringify(copy)).not.toContain(`\`c${databases}\``);
  });

  it('differs after any single change, and says how', async () => {
    const alike: string[] = [];
    const untold: string[] = [];
    const refused: string[] = [];
    for (const change of changes(server.name)) {
      const database = await clone();
      const done = await executeSteps(sandbox.address(database), [change], signal);
      if (!done.ok) refused.push(`${done.error.message}: ${change}`);
      const state = await capture(database);
      if (fingerprint(state) === fingerprint(before)) alike.push(change);
      if (stateDifferences(before, state).length === 0) untold.push(change);
      await sandbox.dropDatabases([database]);
    }
    expect({ refused, alike, untold }).toEqual({ refused: [], alike: [], untold: [] });
  });

  it('does not show what means nothing: the order of rows, numbers drawn in vain', async () => {
    const database = await clone();
    await run(
      database,
      'CREATE TABLE aside AS SELECT * FROM orders; DELETE FROM orders; INSERT INTO orders SELECT * FROM aside ORDER BY id DESC; DROP TABLE aside',
      "START TRANSACTION; INSERT INTO customers (email) VALUES ('c@x'); ROLLBACK",
    );
    const state = await capture(database);
    expect(state.sequences.find(({ sequence }) => sequence === 'customers.id')).toMatchObject({ lastValue: '3', greatestInUse: '2' });
    expect(fingerprint(state, { before, after: before })).toEqual(fingerprint(before, { before, after: before }));
  });

  it('masks volatile columns, and gives the history apart', async () => {
    const database = await clone();
    await run(database, "UPDATE customers SET made_at = '2024-01-05 00:00:00'", "UPDATE history SET applied_at = '2025-01-01 00:00:00'");
    const volatile = { customers: ['made_at'] };
    const [masked, other] = [await capture('shop', { volatile }), await capture(database, { volatile })];
    expect(fingerprint(other)).toBe(fingerprint(masked));
    await run(database, "UPDATE customers SET made_at = '2024-07-01 00:00:00' WHERE id = 1");
    expect(fingerprint(await capture(database, { volatile }))).not.toBe(fingerprint(masked));
    expect(other.bookkeeping).toEqual([{ table: 'history', rows: [{ version: 1, applied_at: '(differs from run to run)' }] }]);
    expect(other.catalog.tables.map(({ name }) => name)).not.toContain('history');
  });

  it('gives by its checksum query what it gives for the table', async () => {
    const table = before.catalog.tables.find(({ name }) => name === 'customers');
    if (table === undefined) throw new Error('There is no table customers.');
    const query = mysqlEngine.checksumQuery(table, {}, undefined, server.engine);
    const [rows] = await mysqlEngine.askAll(sandbox.address('shop'), [query ?? '']);
    const unmasked = await capture('shop');
    expect(rows?.[0]?.hash).toBe(unmasked.data.find((data) => data.table === 'customers')?.rowsHash);
    expect(await mysqlEngine.askAll(sandbox.address('shop'), ['SELECT 1 AS n;', 'SELECT broken', 'DELETE FROM orders'])).toEqual([
      [{ n: 1 }],
      undefined,
      undefined,
    ]);
  });

  it('shows no locks of a transaction that has ended, while others ask for transactions without a pause', async () => {
    const database = await clone();
    const [reader, left] = await Promise.all([openControlClient(sandbox.address(database)), openControlClient(sandbox.address(database))]);
    let asks = true;
    const asking = (async () => {
      while (asks) await reader.query('SELECT COUNT(*) FROM information_schema.INNODB_TRX');
    })();
    try {
      const [[{ id }]] = (await left.query('SELECT CONNECTION_ID() AS id')) as unknown as [[{ id: number }]];
      await left.query('START TRANSACTION; UPDATE orders SET total = 5 WHERE id = 1');
      const [open] = await mysqlEngine.captureBlockingSessions(sandbox, database, [id]);
      expect(open?.locks.some(({ mode }) => / on \d+ rows?$/.test(mode))).toBe(true);
      await left.query('COMMIT');
      expect(await mysqlEngine.captureBlockingSessions(sandbox, database, [id])).toEqual([]);
    } finally {
      asks = false;
      await asking;
      await Promise.all([reader.end(), left.end()]);
    }
  });

  it('shows the sessions that were left with their locks, and prepared transactions', async () => {
    const database = await clone();
    await withControlClient(sandbox.address(database), async (left) => {
      const [[{ id }]] = (await left.query('SELECT CONNECTION_ID() AS id')) as unknown as [[{ id: number }]];
      await left.query("SELECT GET_LOCK('migrations', 1); START TRANSACTION; UPDATE orders SET total = 5 WHERE id = 1");
      const [session] = await mysqlEngine.captureBlockingSessions(sandbox, database, [id]);
      expect(session).toMatchObject({ pid: id, state: 'idle in transaction' });
      expect(session?.locks).toContainEqual({ relation: 'orders', mode: 'SHARED_WRITE' });
      expect(session?.locks).toContainEqual({ relation: 'named lock migrations', mode: 'GET_LOCK' });
      expect(session?.locks.some(({ mode }) => / on \d+ rows?$/.test(mode))).toBe(true);
      await left.query('ROLLBACK');
      expect(await mysqlEngine.captureBlockingSessions(sandbox, database, [])).toEqual([]);
      await left.query("XA START 'half','done'; UPDATE orders SET total = 6 WHERE id = 1; XA END 'half','done'; XA PREPARE 'half','done'");
    });
    const state = await capture(database);
    expect(state.preparedTransactions).toEqual(["'half','done'"]);
    expect(fingerprint(state)).not.toBe(fingerprint(before));
    const sessions = await mysqlEngine.captureBlockingSessions(sandbox, database, []);
    expect(sessions).toMatchObject([{ pid: 0, state: 'prepared transaction', preparedTransaction: "'half','done'" }]);
    await run(database, "XA ROLLBACK 'half','done'");
    expect((await capture(database)).preparedTransactions).toEqual([]);
  });
});
