import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultEngine } from '../../../src/model/engine';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { allRules } from '../../../src/rules/registry';
import { isForEngine, type RuleExample } from '../../../src/rules/rule';
import { majors, startServer } from '../rules/server';
import { type Outcome, roundTrips } from './round-trip';

/**
 * Every example of every rule: each of its migrations is run on the server, undone by what is generated from the texts alone, and run
 * again. What can't come back has to be said by the generator itself; what it does not name must be as before.
 */
describe.each(majors)('every example there and back on PostgreSQL %i', (major) => {
  const outcomes: { readonly rule: string; readonly outcome: Outcome }[] = [];
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(async () => {
    await sandbox?.dispose();
    console.log(summary(outcomes));
  });

  const cases = allRules
    .filter((rule) => isForEngine(rule, defaultEngine))
    .flatMap((rule) =>
      [...rule.bad, ...rule.good]
        .filter((example) => example.engines === undefined)
        .map((example) => [rule.id, example.title, example] as const),
    );
  const thereAndBack = async (id: string, _: string, example: RuleExample) => {
    const trips = await roundTrips(sandbox, { framework: example.framework, major, files: example.files });
    outcomes.push(...trips.map((outcome) => ({ rule: id, outcome })));
    for (const outcome of trips) {
      const shown = `${outcome.title}\n${outcome.down?.statements.join('\n')}`;
      if (outcome.kind === 'down refused') expect.fail(`${outcome.why}\n${shown}`);
      if (outcome.kind === 'compared') expect(outcome.differences, shown).toEqual([]);
      // A way back that gives up on the schema says why, in words.
      if (outcome.kind === 'said') expect(outcome.why).not.toBe('');
    }
  };
  it.each(cases)('%s: %s', thereAndBack, 120_000);
});

function summary(outcomes: readonly { readonly rule: string; readonly outcome: Outcome }[]): string {
  const count = (kind: Outcome['kind']) => outcomes.filter(({ outcome }) => outcome.kind === kind).length;
  const lossy = outcomes.filter(({ outcome }) => outcome.kind === 'compared' && outcome.lost.length > 0);
  const reasons = (kind: 'refused' | 'said') =>
    outcomes.flatMap(({ rule, outcome }) =>
      outcome.kind === kind ? [`  ${kind}: ${rule}: ${outcome.title}: ${outcome.why.slice(0, 220)}`] : [],
    );
  return [
    `${outcomes.length} migrations: ${count('compared')} there and back (${lossy.length} of them with rows or values declared as lost), ` +
      `${count('said')} where the generator says what stays, ${count('no effect')} without effect, ${count('refused')} that the server refuses`,
    ...reasons('said'),
    ...reasons('refused'),
  ].join('\n');
}
