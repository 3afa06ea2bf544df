import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { Laboratory } from '../../../src/runner/laboratory';
import { rowsOf, startSandbox } from '../execute/laboratory';
import { type ModeCase, modeCases } from './mode-cases';
import { plainView } from './plain-view';
import { execute, onScene, type Recovery, recover, type Scene, texts } from './scenes';

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
