import { afterAll, beforeAll, expect, test } from 'vitest';
import { relationKey } from '../../../src/model/catalog';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { planRecovery } from '../../../src/recovery/plan';
import { Laboratory } from '../../../src/runner/laboratory';
import { situationOf, verifyBest } from '../../../src/runner/recover';
import { startSandbox } from '../execute/laboratory';
import { cases, shop } from './cases';
import { modeCases } from './mode-cases';
import { execute, onScene, type Scene, stateOf, texts } from './scenes';

/** Migrations whose plans have several steps, each with the number of statements after which it stops. */
const samples = [
  ...[
    ['new column, filled and required', 2],
    ['constant rows', 2],
    ['dropped column', 1],
    ['renames and types', 5],
    ['trigger disabled for a load', 2],
    ['foreign key in two steps', 2],
    ['explicit ids, then the sequence', 2],
    ['rows behind COPY', 2],
    ['materialized view made anew', 3],
    ['tables exchanged, the sequence moved to the new one', 4],
    ['own transactions', 2],
    ['rows of which one was there', 1],
  ].map(([name, completed]) => ({ ...pick(cases, String(name)), completed: Number(completed), base: shop })),
  ...[
    'CREATE INDEX CONCURRENTLY killed while it waits for a writer',
    'DETACH PARTITION CONCURRENTLY killed in between',
    'batches that raise a number, killed in between: running them again would raise it twice',
    'a batched backfill of a new column, killed in its third batch',
    'a table swap by a bare copy, stopped between the renames',
    'an enum value added and used',
    'a load under session_replication_role, stopped before the parents came',
  ].map((name) => pick(modeCases, name)),
];

function pick<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`There is no sample named ${name}.`);
  return found;
}

let laboratory: Laboratory;

beforeAll(async () => {
  await loadParser();
  laboratory = new Laboratory(await startSandbox(18), new AbortController().signal);
}, 180_000);

afterAll(() => laboratory?.sandbox.dispose());

/** One way out of what is in a database, planned and executed as the runner does it. */
async function wayOut(scene: Scene, database: string, completed: number, way: 'back' | 'forward') {
  const { trace } = scene;
  const state = await stateOf(scene, database);
  const situation = await situationOf(laboratory, trace, { database, state, completed, retryReaches: 'error' });
  return verifyBest(laboratory, trace, database, planRecovery(situation)[way], way === 'back' ? trace.before : trace.after);
}

/** Whoever stops in the middle of a plan knows which of its statements have run. */
function completedBy(titles: readonly string[], completed: number): number {
  const numbers = titles.flatMap((title) => /^Run statements? (?:\d+ to )?(\d+)(?!.* again)/.exec(title)?.[1] ?? []);
  return Math.max(completed, ...numbers.map(Number));
}

/** Tables, columns, constraints and views by name. */
function namesIn({ catalog }: State): Set<string> {
  return new Set([
    ...catalog.tables.flatMap((table) => [
      relationKey(table),
      ...table.columns.map(({ name }) => `${relationKey(table)}.${name}`),
      ...table.constraints.map(({ name }) => `${relationKey(table)}, ${name}`),
    ]),
    ...catalog.definitions.map((object) => `${object.kind} ${relationKey(object)}`),
  ]);
}

let stops = 0;

test.each(samples)('$name: every prefix of both plans is safe to stop at', { timeout: 400_000 }, async (subject) => {
  await onScene(laboratory, subject, async (scene) => {
    if ('interrupt' in subject) await subject.interrupt?.(scene);
    for (const way of ['back', 'forward'] as const) {
      const plan = await wayOut(scene, scene.partial, subject.completed, way);
      expect({ way, verified: plan.verified, problem: plan.problem }).toEqual({ way, verified: true, problem: undefined });
      const target = way === 'back' ? scene.trace.before : scene.trace.after;
      const [start, end] = [await stateOf(scene, scene.partial), target].map((state) =>
        state === undefined ? new Set<string>() : namesIn(state),
      );
      const inBoth = [...(start ?? [])].filter((name) => end?.has(name));
      const executable = plan.steps.filter(({ language }) => language === 'sql');
      for (let done = 1; done < executable.length; done++) {
        await laboratory.withClone(scene.partial, async (stopped) => {
          await execute(laboratory, stopped, texts(plan).slice(0, done));
          const titles = executable.slice(0, done).map(({ title }) => title);
          const there = namesIn(await stateOf(scene, stopped));
          expect
            .soft({ way, after: titles, missing: inBoth.filter((name) => !there.has(name)) })
            .toEqual({ way, after: titles, missing: [] });
          const again = await wayOut(scene, stopped, way === 'back' ? subject.completed : completedBy(titles, subject.completed), way);
          const found = { way, after: titles, verified: again.verified, problem: again.problem, loses: again.loses };
          expect.soft(found).toEqual({ way, after: titles, verified: true, problem: undefined, loses: undefined });
          stops += 1;
        });
      }
    }
  });
});

test('there were prefixes to stop at', () => {
  expect(stops).toBeGreaterThan(25);
});
