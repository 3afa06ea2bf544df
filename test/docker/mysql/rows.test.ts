import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlEngine } from '../../../src/engines/mysql/engine';
import type { GeneratedRows } from '../../../src/engines/rows';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { ofServer, schema } from './rows-schema';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const options = { rows: 20, seed: 3, excludeTables: ['history'] };

describe.skipIf(skip).each(servers)('generated rows on $label', ({ name, engine, ...server }) => {
  let sandbox: Sandbox;
  let result: GeneratedRows;
  let state: State;
  const capture = (database: string) => mysqlEngine.captureState(sandbox.address(database), { bookkeepingTables: [], volatile: {} });
  const one = async (text: string) => Object.values((await sandbox.query(text, 'filled'))[0] ?? {})[0];

  beforeAll(async () => {
    sandbox = await startServer({ name, engine, ...server });
    await sandbox.createDatabase('empty');
    const made = await mysqlEngine.executeSteps(sandbox.address('empty'), [schema, ofServer[name]], new AbortController().signal);
    expect(made).toEqual({ ok: true });
    await sandbox.cloneDatabase('empty', 'filled');
    result = await mysqlEngine.generateRows(sandbox.address('filled'), options);
    state = await capture('filled');
  });
  afterAll(() => sandbox?.dispose());

  it('fill every table that can be filled, and say why the others are not', () => {
    expect(result.skipped).toEqual([
      { table: 'never', why: expect.stringMatching(/the server refused: .*nope/) },
      { table: 'needs_never', why: expect.stringMatching(/needs rows of never/) },
    ]);
    const unfilled = new Set(['never', 'needs_never', 'history']);
    const expected = state.catalog.tables
      .filter((table) => !unfilled.has(table.name))
      .map((table) => [table.name, table.name === 'few' ? 6 : 20]);
    const counts = state.data.filter(({ rowCount }) => rowCount > 0).map(({ table, rowCount }) => [table, rowCount]);
    expect(counts).toEqual(expected);
  });

  it('are the same for the same seed, and others for another', async () => {
    await sandbox.cloneDatabase('empty', 'again');
    await mysqlEngine.generateRows(sandbox.address('again'), options);
    const again = await capture('again');
    expect(again.data).toEqual(state.data);
    await sandbox.cloneDatabase('empty', 'other');
    await mysqlEngine.generateRows(sandbox.address('other'), { ...options, seed: 4 });
    expect((await capture('other')).data).not.toEqual(state.data);
  });

  it('look like what their columns are for, and vary where a constraint to come may ask for it', async () => {
    expect(await one("SELECT COUNT(*) FROM users WHERE email LIKE 'user%@example.org'")).toBe(20);
    expect(await one('SELECT COUNT(DISTINCT bio) FROM users')).toBe(20);
    expect(Number(await one('SELECT COUNT(DISTINCT state) FROM users'))).toBeGreaterThan(1);
    expect(Number(await one('SELECT COUNT(DISTINCT user_id) FROM orders'))).toBeGreaterThan(5);
    expect(await one('SELECT COUNT(*) FROM profiles WHERE phone IS NULL')).toBe(0);
    expect(await one('SELECT COUNT(*) FROM tree WHERE parent_id IS NULL')).toBe(1);
    expect(await one('SELECT COUNT(*) FROM users WHERE JSON_VALID(data)')).toBe(20);
    expect(await one('SELECT name FROM tags WHERE id = 7')).toBe('seed');
    for (const amount of ['balance', 'visit_count']) {
      const others = Number(await one(`SELECT COUNT(*) FROM wallets WHERE ${amount} BETWEEN 1 AND 10`));
      expect(others).toBeGreaterThan(0);
      expect(await one(`SELECT COUNT(*) FROM wallets WHERE ${amount} = 0`)).toBe(20 - others);
    }
    expect(await one('SELECT COUNT(*) FROM wallets WHERE status = 0')).toBe(20);
  });

  it('leave the schema as it was, with its triggers', async () => {
    const before = await capture('empty');
    expect(state.catalog).toEqual(before.catalog);
    await expect(sandbox.query('INSERT INTO guarded VALUES (900, 1)', 'filled')).rejects.toThrow('no');
  });

  it('are none where there are enough', async () => {
    const more = await mysqlEngine.generateRows(sandbox.address('filled'), { ...options, rows: 6 });
    expect(more.tables).toEqual([]);
  });
});
