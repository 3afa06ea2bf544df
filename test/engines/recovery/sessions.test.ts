import { afterAll, beforeAll, expect, test } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { captureSessions } from '../../../src/engines/postgres/snapshot/sessions';
import { executeSteps } from '../../../src/engines/postgres/steps';
import type { DatabaseAddress } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { sessionModes } from '../../../src/recovery/modes/open-session';
import { adviceOn } from '../../../src/recovery/modes/server-error';
import { openSessionSteps, planRecovery } from '../../../src/recovery/plan';
import { openSessionQuery } from '../../../src/recovery/postgres/sessions';
import { Laboratory } from '../../../src/runner/laboratory';
import { freshDatabase, rowsOf, startSandbox } from '../execute/laboratory';
import { abandoned, backendOf, waiting } from './interrupt';
import { plainView } from './plain-view';
import { migrationOf, onScene, stateOf } from './scenes';

let laboratory: Laboratory;
const signal = new AbortController().signal;
const base = 'CREATE TABLE people (id serial PRIMARY KEY, email text); INSERT INTO people (email) VALUES (1), (2)';

beforeAll(async () => {
  await loadParser();
  laboratory = new Laboratory(await startSandbox(18), signal);
}, 180_000);

afterAll(() => laboratory?.sandbox.dispose());

const left = (address: DatabaseAddress) => withControlClient(address, (client) => captureSessions(client));

const locks = (address: DatabaseAddress) =>
  rowsOf(address, "SELECT pid FROM pg_locks WHERE relation = 'people'::regclass AND pid <> pg_backend_pid()");

test('a session whose client is gone is found by what it holds, and ended', async () => {
  const address = await freshDatabase(laboratory.sandbox, [base]);
  const before = await plainView(address);
  const session = await abandoned(address, ['BEGIN', 'ALTER TABLE people ADD COLUMN a integer', 'CREATE TABLE b (id integer)']);
  const found = await left(address);
  expect(found).toMatchObject([{ pid: backendOf(session), state: 'idle in transaction' }]);
  expect(sessionModes(found)).toMatchObject([{ name: 'open or hung session', query: openSessionQuery }]);
  expect((await rowsOf(address, openSessionQuery)).map(({ pid }) => pid)).toContain(backendOf(session));
  const steps = openSessionSteps(found);
  expect(
    await executeSteps(
      address,
      steps.map(({ text }) => text),
      signal,
    ),
  ).toEqual({ ok: true });
  expect(await locks(address)).toEqual([]);
  expect(await plainView(address)).toEqual(before);
  await session.end().catch(() => undefined);
});

test('a session that waits is told with whom it waits for, cancelled first, and the other is left alone', async () => {
  const address = await freshDatabase(laboratory.sandbox, [base]);
  const { holder, migration, ended } = await waiting(address, ['SELECT FROM people'], 'ALTER TABLE people ADD COLUMN a integer');
  const found = await left(address);
  expect(found).toMatchObject([{ state: 'active', blockedBy: [{ pid: backendOf(holder), application: 'the application' }] }]);
  expect(sessionModes(found)[0]?.detail).toContain(`the application ${backendOf(holder)}`);
  const steps = openSessionSteps(found);
  expect(steps.map(({ title }) => title)).toEqual([
    'Cancel what the migration still executes',
    'End the session that the migration left open',
  ]);
  await executeSteps(address, [steps[0]?.text ?? ''], signal);
  expect(await ended).toMatchObject({ code: '57014' });
  expect(await locks(address)).toEqual([{ pid: backendOf(holder) }]);
  expect(await rowsOf(address, `SELECT state FROM pg_stat_activity WHERE pid = ${backendOf(holder)}`)).toEqual([
    { state: 'idle in transaction' },
  ]);
  await Promise.all([holder.end(), migration.end()]);
});

test('a prepared transaction holds its locks over a crash, is rolled back, or committed', async () => {
  const migration = `BEGIN; ALTER TABLE people ADD COLUMN a integer; PREPARE TRANSACTION 'move people'; COMMIT PREPARED 'move people'; CREATE TABLE c (id integer);`;
  await onScene(laboratory, { base, migration, completed: 3 }, async (scene) => {
    const { trace, partial } = scene;
    const address = () => laboratory.sandbox.address(partial);
    await laboratory.sandbox.crash();
    const found = await left(address());
    expect(found).toMatchObject([{ pid: 0, preparedTransaction: 'move people' }]);
    expect(found[0]?.locks).toContainEqual({ relation: 'public.people', mode: 'AccessExclusiveLock' });
    expect(sessionModes(found)).toMatchObject([{ name: 'prepared transaction left', object: 'move people' }]);
    await expect(rowsOf(address(), "SET lock_timeout = '100ms'; SELECT FROM people")).rejects.toMatchObject({ code: '55P03' });

    // The way back, on the database itself: one with a prepared transaction can't be copied.
    const steps = openSessionSteps(found).map(({ text }) => text);
    expect(steps).toEqual(["ROLLBACK PREPARED 'move people';"]);
    expect(await executeSteps(address(), steps, signal)).toEqual({ ok: true });
    expect(await plainView(address())).toEqual(await plainView(laboratory.sandbox.address(trace.beforeDatabase)));

    // The way forward: prepared once more, then planned from a state that says so.
    const texts = trace.migration.up.statements.map(({ sent }) => sent);
    expect(await executeSteps(address(), texts.slice(0, 3), signal)).toEqual({ ok: true });
    const { before, after, plan } = trace;
    if (after === undefined) throw new Error('The migration fails.');
    const state = { ...before, preparedTransactions: ['move people'] };
    const situation = {
      migration: migrationOf(migration),
      plan,
      protocol: trace.framework.run(trace.migration.engine),
      before,
      after,
      partial: state,
      completed: 4,
    };
    const drafts = planRecovery(situation);
    expect(drafts.back[0]?.steps.map(({ text }) => text)).toEqual(["ROLLBACK PREPARED 'move people';"]);
    const forward = drafts.forward[0]?.steps.map(({ text }) => text) ?? [];
    expect(forward).toEqual(["COMMIT PREPARED 'move people';", 'CREATE TABLE c (id integer);']);
    expect(await executeSteps(address(), forward, signal)).toEqual({ ok: true });
    expect(await stateOf(scene, partial)).toMatchObject({ preparedTransactions: [] });
    const done = await laboratory.clone(trace.beforeDatabase);
    expect(await executeSteps(laboratory.sandbox.address(done), texts, signal)).toEqual({ ok: true });
    expect(await plainView(address())).toEqual(await plainView(laboratory.sandbox.address(done)));
    await laboratory.drop(done);
  });
}, 180_000);

test('the loser of a real deadlock leaves nothing, and is told to run again', async () => {
  const address = await freshDatabase(laboratory.sandbox, [`${base}; CREATE TABLE other (id integer); INSERT INTO other VALUES (1)`]);
  const before = await plainView(address);
  const one = await abandoned(address, ["SET deadlock_timeout = '1h'", 'BEGIN', 'LOCK TABLE people IN ACCESS EXCLUSIVE MODE']);
  const migration = await abandoned(address, ["SET deadlock_timeout = '50ms'", 'BEGIN', 'ALTER TABLE other ADD COLUMN a integer']);
  const waits = one.query('LOCK TABLE other IN ACCESS EXCLUSIVE MODE');
  const refused: unknown = await migration.query('ALTER TABLE people ADD COLUMN a integer').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: '40P01' });
  await migration.end();
  await waits;
  await one.end();
  expect(await plainView(address)).toEqual(before);
  const advice = adviceOn({ code: '40P01', message: 'deadlock detected' });
  expect(advice?.mode.name).toBe('deadlock or serialization failure');
  expect(advice?.step.language).toBe('text');
});

test('every mode that an error tells has a query that runs; other errors tell none', async () => {
  const address = await freshDatabase(laboratory.sandbox, [base]);
  for (const code of ['53100', '40001', '55P03', '57014']) {
    const advice = adviceOn({ code, message: '' });
    expect(advice?.mode.object).toBe(`SQLSTATE ${code}`);
    await rowsOf(address, advice?.mode.query ?? 'no query');
  }
  expect(adviceOn({ code: '23505', message: '' })).toBeUndefined();
  expect(adviceOn(undefined)).toBeUndefined();
});
