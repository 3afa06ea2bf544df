import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { majors, startServer } from '../rules/server';
import { application, changes } from './application';
import { roundTrips } from './round-trip';

describe.each(majors)('changes of an application there and back on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  const runHere = changes.filter(({ minimumMajor }) => minimumMajor === undefined || major >= minimumMajor);
  it.each(runHere)('$name', async ({ earlier = '', sql, says, leavesSchema = false }) => {
    const files = [
      { path: '001_application.sql', text: application + earlier },
      { path: '002_change.sql', text: sql },
    ];
    const [first, outcome] = await roundTrips(sandbox, { framework: 'sql', major, files });
    expect(first?.kind === 'compared' && first.differences, `the application: ${JSON.stringify(first)}`).toEqual([]);
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
