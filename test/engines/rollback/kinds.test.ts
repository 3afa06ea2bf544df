import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationKind, OtherEngineOperationKind } from '../../../src/model/operation';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { majors, startServer } from '../rules/server';
import { type Outcome, roundTrips } from './round-trip';
import { earlier, type Sample, told, undone } from './samples';

describe.each(majors)('each kind of operation there and back on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  const runsHere = ({ minimumMajor }: Sample) => minimumMajor === undefined || major >= minimumMajor;

  async function tripOf(sample: Sample): Promise<Outcome> {
    const files = [
      { path: '001_earlier.sql', text: earlier },
      { path: '002_change.sql', text: `${sample.sql};\n` },
    ];
    const outcomes = await roundTrips(sandbox, { framework: 'sql', major, files });
    const outcome = outcomes[1];
    if (outcome === undefined) throw new Error(`the earlier migration: ${JSON.stringify(outcomes[0])}`);
    return outcome;
  }

  it.each(undone.filter(runsHere).map((sample) => [sample.sql, sample] as const))(
    'undone: %s',
    async (_, sample) => {
      const outcome = await tripOf(sample);
      const shown = outcome.down?.statements.join('\n');
      if (outcome.kind !== 'compared') return expect.fail(`${outcome.kind}: ${outcome.why}\n${shown}`);
      expect(outcome.differences, shown).toEqual([]);
      expect(outcome.down?.irreversible, shown).toEqual([]);
    },
    120_000,
  );

  it.each(told.filter(runsHere).map((sample) => [sample.sql, sample] as const))(
    'told: %s',
    async (_, sample) => {
      const outcome = await tripOf(sample);
      const shown = outcome.down?.statements.join('\n');
      expect(outcome.down?.irreversible.join(' '), shown).toMatch(sample.says);
      if (outcome.kind === 'compared') return expect(outcome.differences, shown).toEqual([]);
      expect(outcome.kind, shown).toBe('said');
    },
    120_000,
  );
});

it('has a sample for every kind of operation', async () => {
  await loadParser();
  const found = new Set<OperationKind>();
  for (const { kinds, sql } of [...undone, ...told]) {
    const read = readStatements(sql, { start: 0, end: sql.length }, {}).flatMap((statement) =>
      statement.operations.map(({ kind }) => kind),
    );
    for (const kind of kinds) expect(read, sql).toContain(kind);
    for (const kind of kinds) found.add(kind);
  }
  const every: Readonly<Record<Exclude<OperationKind, OtherEngineOperationKind>, true>> = {
    'create table': true,
    'add column': true,
    'drop column': true,
    'alter column type': true,
    'set default': true,
    'drop default': true,
    'set not null': true,
    'drop not null': true,
    'alter column': true,
    'add constraint': true,
    'validate constraint': true,
    'drop constraint': true,
    'rename constraint': true,
    'attach partition': true,
    'detach partition': true,
    'alter table': true,
    'rename column': true,
    'rename object': true,
    'set schema': true,
    'create index': true,
    reindex: true,
    'refresh materialized view': true,
    'create object': true,
    'drop object': true,
    'add enum value': true,
    'rename enum value': true,
    insert: true,
    update: true,
    delete: true,
    merge: true,
    copy: true,
    truncate: true,
    select: true,
    'lock table': true,
    transaction: true,
    set: true,
    'do block': true,
    call: true,
    comment: true,
    grant: true,
    revoke: true,
    vacuum: true,
    cluster: true,
    analyze: true,
    'alter system': true,
    other: true,
  };
  expect([...found].sort()).toEqual(Object.keys(every).sort());
});
