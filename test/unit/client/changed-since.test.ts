import { describe, expect, it } from 'vitest';
import { changedSince, type RanWith } from '../../../src/client/panel/changed-since';
import type { DescribeResult, SimulationDefaults } from '../../../src/protocol/language';

const defaults: SimulationDefaults = {
  engine: 'postgres',
  engineVersion: '18',
  placeholders: {},
  sandbox: 'embedded',
  rows: 200,
  load: 1,
  faults: 'all',
  points: 'all',
};
const ran: RanWith = { content: 'a', defaults, engineVersion: '18' };

function described(changes: Partial<DescribeResult> = {}, simulation: Partial<SimulationDefaults> = {}): DescribeResult {
  return {
    title: '1.sql',
    framework: 'goose',
    engine: 'PostgreSQL 18',
    engineVersion: '18',
    summary: '',
    isMigration: true,
    content: 'a',
    ...changes,
    simulation: { ...defaults, ...simulation },
  };
}

describe('what was changed since a run', () => {
  it('is the migration when it does something else, or is gone', () => {
    expect(changedSince(ran, described(), 'migration')).toBeUndefined();
    expect(changedSince(ran, described({ content: 'b' }), 'migration')).toBe('migration');
    const { content: _, ...withoutContent } = described();
    expect(changedSince(ran, { ...withoutContent, isMigration: false }, 'migration')).toBe('migration');
    expect(changedSince(ran, { ...withoutContent, isMigration: true }, 'migration')).toBeUndefined();
    expect(changedSince(ran, { ...withoutContent, isMigration: false }, 'command')).toBeUndefined();
  });

  it('is the configuration when it leads to another server or another reading', () => {
    const otherwise: Partial<SimulationDefaults>[] = [
      { engine: 'mysql', engineVersion: '9' },
      { engineVersion: '16' },
      { framework: 'flyway' },
      { placeholders: { name: 'x' } },
      { image: 'postgis/postgis:18-3.6' },
    ];
    for (const changes of otherwise) {
      expect([changes, changedSince(ran, described({}, changes), 'migration')]).toEqual([changes, 'configuration']);
      expect(changedSince(ran, described({}, changes), 'command')).toBe('configuration');
    }
    expect(changedSince(ran, described({ content: 'b' }, { engineVersion: '16' }), 'migration')).toBe('migration');
  });

  it('is nothing when the run was larger or smaller, or its version was chosen for it', () => {
    expect(
      changedSince(ran, described({}, { rows: 5, load: 0, sandbox: 'docker', faults: ['crash'], points: ['after'] }), 'migration'),
    ).toBe(undefined);
    const chosen: RanWith = { ...ran, engineVersion: '14' };
    expect(changedSince(chosen, described(), 'migration')).toBeUndefined();
    expect(changedSince(chosen, described({}, { engineVersion: '16' }), 'migration')).toBeUndefined();
    expect(changedSince(chosen, described({}, { engine: 'mysql', engineVersion: '9' }), 'migration')).toBe('configuration');
  });
});
