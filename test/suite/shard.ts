import { appendFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/model/sandbox';
import { caseNamed, cases, startSuiteSandbox } from './cases';
import { runCase } from './run-case';

/** With FAULTLINE_SUITE_CASES=a,b only these. */
const named = (process.env.FAULTLINE_SUITE_CASES ?? '').split(',').filter(Boolean);

/** Runs every `of`th case, one after the other in one sandbox. Shards run side by side: a crash takes only its own server. */
export function runShard(shard: number, of: number): void {
  const names = Object.keys(cases).filter((name, position) =>
    named.length === 0 ? position % of === shard : named.includes(name) && shard === 0,
  );

  describe(`suite, part ${shard + 1} of ${of}`, () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await startSuiteSandbox();
    });
    afterAll(() => sandbox?.dispose());

    if (names.length === 0) it.skip('nothing of this part was asked for');
    it.each(names)('%s', async (name) => {
      const run = await runCase(sandbox, caseNamed(name));
      await report(name, run);
      expect([...differencesOf(run), ...run.objections]).toEqual([]);
    });
  });
}

/** Cells that came to something else than was expected, or that one side does not know. */
function differencesOf({ actual, expected }: Awaited<ReturnType<typeof runCase>>): string[] {
  const ids = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...ids].filter((id) => actual[id] !== expected[id]).map((id) => `${id}: ${actual[id]} instead of ${expected[id]}`);
}

/** One line of JSON per case, for scripts/suite.mjs, where FAULTLINE_SUITE_REPORT names a file. */
async function report(name: string, { actual, simulation, plansChecked, objections }: Awaited<ReturnType<typeof runCase>>): Promise<void> {
  const file = process.env.FAULTLINE_SUITE_REPORT;
  if (!file) return;
  const { durationMs } = simulation.summary;
  const whys = Object.fromEntries(simulation.cells.flatMap(({ id, why }) => (why === undefined ? [] : [[id, why]])));
  await appendFile(file, `${JSON.stringify({ name, durationMs, plansChecked, objections, cells: actual, whys })}\n`);
}
