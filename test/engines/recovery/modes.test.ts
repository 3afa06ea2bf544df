import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { planRecovery } from '../../../src/recovery/plan';
import { Laboratory } from '../../../src/runner/laboratory';
import { situationOf, verifyBest } from '../../../src/runner/recover';
import { rowsOf, startSandbox } from '../execute/laboratory';
import { type ModeCase, modeCases } from './mode-cases';
import { plainView } from './plain-view';
import { execute, onScene, type Recovery, recover, type Scene, stateOf, texts } from './scenes';

let laboratory: Laboratory;

beforeAll(async () => {
  await loadParser();
  laboratory = new Laboratory(await startSandbox(18), new AbortController().signal);
}, 180_000);

afterAll(() => laboratory?.sandbox.dispose());

const view = (database: string, subject: ModeCase) => plainView(laboratory.sandbox.address(database), subject.lostTables);

/** The state after, made by the migration itself. */
async function afterView(scene: Scene, subject: ModeCase) {
  return laboratory.withClone(scene.trace.beforeDatabase, async (database) => {
    await execute(
      laboratory,
      database,
      scene.trace.migration.up.statements.map(({ sent }) => sent),
    );
    return view(database, subject);
  });
}

/** Executes the steps once more, and looks with plain queries. */
async function viewOf(scene: Scene, plan: Recovery['back'], subject: ModeCase) {
  return laboratory.withClone(scene.partial, async (database) => {
    await execute(laboratory, database, texts(plan));
    return view(database, subject);
  });
}

describe('failure modes', () => {
  test.each(modeCases)('$name', { timeout: 180_000 }, async (subject) => {
    await onScene(laboratory, subject, async (scene) => {
      await subject.interrupt?.(scene);
      expect(await rowsOf(laboratory.sandbox.address(scene.partial), subject.sight[0])).toEqual(subject.sight[1]);
      const recovery = await recover(scene, subject.completed);
      expect((recovery.modes ?? []).map(({ name }) => name)).toEqual(expect.arrayContaining([...subject.modes]));
      for (const { query } of recovery.modes ?? []) await rowsOf(laboratory.sandbox.address(scene.partial), query);
      for (const way of ['back', 'forward'] as const) {
        const plan = recovery[way];
        const lossy = subject.loses?.[way] !== undefined;
        const proof = { way, verified: plan.verified, exceptLoss: plan.verifiedExceptLoss === true, problem: plan.problem };
        expect.soft(proof).toEqual({ way, verified: !lossy, exceptLoss: lossy, problem: undefined });
        if (lossy) expect.soft(plan.loses).toMatch(subject.loses?.[way] ?? /^$/);
        expect.soft(texts(plan).join('\n')).toMatch(subject.says?.[way] ?? /^/);
        const failed = (plan.checks ?? []).filter(({ passed }) => !passed);
        expect.soft({ way, failed }).toEqual({ way, failed: [] });
        expect.soft((plan.checks ?? []).length).toBeGreaterThan(3);
      }
      for (const plan of [recovery.back, recovery.forward].filter(({ loses }) => loses?.startsWith('keys of')))
        expect.soft(texts(plan).join()).not.toContain('DELETE');
      const before = await view(scene.trace.beforeDatabase, subject);
      expect.soft(await viewOf(scene, recovery.back, subject)).toEqual(subject.loses?.back ? expect.anything() : before);
      expect
        .soft(await viewOf(scene, recovery.forward, subject))
        .toEqual(subject.loses?.forward ? expect.anything() : await afterView(scene, subject));
      expect(recovery.decision?.facts.length).toBeGreaterThan(5);
    });
  });
});

test('a check that does not hold, and one that the server refuses, are told as failed', { timeout: 180_000 }, async () => {
  const subject = {
    base: 'CREATE TABLE t (id integer)',
    migration: 'ALTER TABLE t ADD COLUMN a integer; CREATE TABLE u (id integer);',
    completed: 1,
  };
  await onScene(laboratory, subject, async (scene) => {
    const { trace, partial } = scene;
    const state = await stateOf(scene, partial);
    const situation = await situationOf(laboratory, trace, { database: partial, state, completed: 1, retryReaches: 'error' });
    const [draft] = planRecovery(situation).back;
    if (draft === undefined) throw new Error('There is no plan.');
    const checks = [
      { title: 'right', text: 'SELECT count(*) FROM t', expected: '0' },
      { title: 'wrong', text: 'SELECT 3', expected: '4' },
      { title: 'refused', text: 'SELECT a FROM public.t', expected: '0' },
      { title: 'empty', text: 'SELECT NULL', expected: 'NULL' },
      { title: 'writes', text: 'CREATE TABLE public.written (id integer)', expected: '0' },
    ].map((check) => ({ ...check, text: check.text.replace('FROM t', 'FROM public.t') }));
    const plan = await verifyBest(laboratory, trace, partial, [{ ...draft, checks }], trace.before);
    expect(plan.verified).toBe(true);
    expect(plan.checks?.map(({ title, passed, found }) => [title, passed, found])).toEqual([
      ['right', true, '0'],
      ['wrong', false, '3'],
      ['refused', false, undefined],
      ['empty', true, 'NULL'],
      ['writes', false, undefined],
    ]);
  });
});
