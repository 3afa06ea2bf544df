import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { majors, startServer } from '../rules/server';
import { application, changes } from './application';
import { keyChanges } from './application-keys';
import { roundTrips } from './round-trip';

describe.each(majors)('changes of an application there and back on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  const runHere = [...changes, ...keyChanges].filter(({ minimumMajor }) => minimumMajor === undefined || major >= minimumMajor);
  it.each(runHere)('$name', async ({ earlier = '', sql, says, leavesSchema = false, inTransaction = false }) => {
    const [framework, first, second] = inTransaction ? (['flyway', 'V1__', 'V2__'] as const) : (['sql', '001_', '002_'] as const);
    const files = [
      { path: `${first}application.sql`, text: application + earlier },
      { path: `${second}change.sql`, text: sql },
    ];
    const [made, outcome] = await roundTrips(sandbox, { framework, major, files });
    expect(made?.kind === 'compared' && made.differences, `the application: ${JSON.stringify(made)}`).toEqual([]);
    if (outcome === undefined) return expect.fail('no outcome');
    const shown = outcome.down?.statements.join('\n');
    if (leavesSchema) {
      if (outcome.kind !== 'said') return expect.fail(`${outcome.kind}\n${shown}`);
      expect(outcome.refused, shown).toBeUndefined();
      return expect(outcome.down?.irreversible.join(' '), shown).toMatch(says ?? /^$/);
    }
    if (outcome.kind !== 'compared') return expect.fail(`${outcome.kind}: ${outcome.why}\n${shown}`);
    expect(outcome.differences, shown).toEqual([]);
    if (says === undefined) expect(outcome.down?.irreversible, shown).toEqual([]);
    else expect(outcome.down?.irreversible.join(' '), shown).toMatch(says);
  });
});
