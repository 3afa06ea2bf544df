import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { isExecuted } from '../../../src/model/steps';
import { loadParser } from '../../../src/parse/load';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { recoveryCases } from './recovery-cases';
import { type RecoveryCase, run, Scene, withDatabase } from './recovery-scene';
import { startMongo } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

describe.skipIf(skip)('recovery on the mongo:8 stand-in', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    await loadParser();
    sandbox = await startMongo();
  });
  afterAll(() => sandbox?.dispose());

  async function onScene(subject: Omit<RecoveryCase, 'name'>, work: (scene: Scene) => Promise<void>): Promise<void> {
    const scene = await Scene.open(sandbox, subject);
    try {
      await work(scene);
    } finally {
      await scene.close();
    }
  }

  it.each(recoveryCases)('$name', async (subject) => {
    await onScene(subject, async (scene) => {
      const modes = scene.plans.modes.map(({ name }) => name);
      if (subject.mode !== undefined) expect.soft(modes).toContain(subject.mode);
      for (const way of ['back', 'forward'] as const) {
        const outcome = await scene.best(way);
        const impossible = way === 'forward' ? subject.impossible : undefined;
        if (impossible !== undefined) {
          expect.soft(outcome).toMatchObject({ verified: false, problem: expect.stringMatching(impossible) });
          continue;
        }
        const lossy = subject.loses?.[way];
        const { verified, exceptLoss, problem, failedChecks } = outcome;
        expect.soft({ way, verified, exceptLoss, problem, failedChecks }).toEqual({
          way,
          verified: lossy === undefined,
          exceptLoss: lossy !== undefined,
          problem: '',
          failedChecks: [],
        });
        expect.soft(outcome.checks).toBeGreaterThan(0);
        if (lossy !== undefined) expect.soft(outcome.draft.loses).toMatch(lossy);
        expect.soft(outcome.draft.steps.map(({ text }) => text).join('\n')).toMatch(subject.says?.[way] ?? /^/);
      }
    });
  });

  it('a plan with a step left out, or after which a document is changed, does not count as verified', async () => {
    const subject = recoveryCases.find(({ name }) => name.startsWith('half an $inc with a marker'));
    if (subject === undefined) throw new Error('The case is gone.');
    await onScene(subject, async (scene) => {
      for (const way of ['back', 'forward'] as const) {
        const { draft } = await scene.best(way);
        const executed = draft.steps.filter((step) => isExecuted(step) && step.concerns !== 'history');
        expect(executed.length).toBeGreaterThan(0);
        for (const left of executed) {
          const without = { ...draft, steps: draft.steps.filter((step) => step !== left) };
          expect(await scene.verify(without, way)).toMatchObject({ verified: false });
        }
        const tampered = await scene.verify(draft, way, (database) =>
          withDatabase(sandbox, database, async (db) => {
            await db.collection<{ _id: number }>('people').updateOne({ _id: 7 }, { $set: { points: -1 } });
          }),
        );
        expect(tampered.verified).toBe(false);
      }
    });
  });

  it('finds nothing to repair where nothing was left', async () => {
    await onScene(
      { base: 'db.people.insertOne({ _id: 1 });', migration: 'db.people.createIndex({ a: 1 });', completed: 0 },
      async (scene) => {
        expect(scene.plans.modes).toEqual([]);
        expect(await scene.best('back')).toMatchObject({ verified: true });
        expect(await scene.best('forward')).toMatchObject({ verified: true });
        await run(sandbox, scene.partial, ['db.people.updateOne({ _id: 1 }, { $set: { b: 1 } });']);
        expect(await scene.best('forward')).toMatchObject({ verified: false });
      },
    );
  });
});
