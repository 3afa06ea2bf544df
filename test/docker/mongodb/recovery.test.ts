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

  describe('a copy with marks that was stopped (recipe 46 of the recovery articles)', () => {
    const id = (place: number) => place + 1;
    const users = Array.from(
      { length: 10 },
      (_, place) => `{ _id: ${id(place)}, first: "F${place}", last: "L${place}", email: "u${place}@example.com" }`,
    );
    const skeleton = (place: number) => `{ _id: ${id(place)}, migrationId: "b123", status: "migrating" }`;
    const fill = (place: number) =>
      `db.users_v2.updateOne({ _id: ${id(place)} }, { $set: { name: "F${place} L${place}", email: "u${place}@example.com", status: "complete" } });`;
    const batch = (places: readonly number[]) =>
      `db.users_v2.insertMany([${places.map(skeleton).join(', ')}]); ${places.map(fill).join(' ')}`;
    /** Six were inserted, three of them are done: three are without data, four never came. */
    const subject = {
      base: `db.users.insertMany([${users.join(', ')}]); db.createCollection("users_v2");`,
      migration: `db.users.find({}); ${batch([0, 1, 2, 3, 4, 5])} ${batch([6, 7, 8, 9])} db.users_v2.createIndex({ email: 1 }, { unique: true });`,
      completed: 5,
    };

    it('is not completed by the recipe as it is printed: it marks what has no data, and misses what never came', async () => {
      await onScene(subject, async (scene) => {
        await withDatabase(sandbox, scene.partial, async (db) => {
          const target = db.collection('users_v2');
          // As printed, with the fields of this migration.
          for await (const doc of target.find({ migrationId: 'b123', status: { $ne: 'complete' } })) {
            const set = { name: doc.name, email: doc.email, status: 'complete' };
            await target.updateOne(
              { _id: doc._id },
              { $set: set, $setOnInsert: { migrationId: 'b123', createdAt: new Date() } },
              { upsert: true },
            );
          }
          // By its own question all is well.
          expect(await target.countDocuments({ migrationId: 'b123', status: { $ne: 'complete' } })).toBe(0);
          expect(await target.countDocuments({ status: 'complete', email: null })).toBe(3);
          expect(await db.collection('users').countDocuments({})).toBe(10);
          expect(await target.countDocuments({})).toBe(6);
        });
      });
    });

    it('is completed from the source: data and mark in one write, and those that never came', async () => {
      await onScene(subject, async (scene) => {
        const mode = scene.plans.modes.find(({ name }) => name === "documents left 'migrating'");
        expect(mode).toMatchObject({ object: 'users_v2.status', detail: expect.stringMatching(/^3 documents of 6 are still/) });
        const [first] = scene.plans.forward;
        if (first === undefined) throw new Error('There is no draft.');
        expect(first.steps[0]?.text).toMatch(
          /^db\.users\.aggregate\(\[\{ \$lookup: \{ from: "users_v2"[\s\S]*\$concat: \["\$first", " ", "\$last"\]/,
        );
        const outcome = await scene.verify(first, 'forward', async (database) => {
          await withDatabase(sandbox, database, async (db) => {
            const target = db.collection('users_v2');
            expect(await target.countDocuments({ status: 'complete' })).toBe(10);
            expect(await target.countDocuments({ $or: [{ email: null }, { name: null }, { status: { $ne: 'complete' } }] })).toBe(0);
          });
        });
        expect(outcome).toMatchObject({ verified: true, problem: '', failedChecks: [] });
        // A tool reads by cursors that are not among the statements: then the source is the collection that has all the keys.
        await onScene(
          { ...subject, migration: subject.migration.replace('db.users.find({});', 'db.users.updateMany({}, { $set: { seen: true } });') },
          async (other) => {
            const [draft] = other.plans.forward;
            if (draft === undefined) throw new Error('There is no draft.');
            expect(draft.steps[0]?.text).toMatch(/^db\.users\.aggregate/);
            expect(await other.verify(draft, 'forward')).toMatchObject({ verified: true, failedChecks: [] });
          },
        );
        // What the documents hold by then is not trusted: a wrong value in one that is not done is written over.
        await run(sandbox, scene.partial, ['db.users_v2.updateOne({ _id: 5 }, { $set: { email: "wrong@example.com" } });']);
        expect(await scene.verify(first, 'forward')).toMatchObject({ verified: true });
      });
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
