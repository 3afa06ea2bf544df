import { describe, expect, it } from 'vitest';
import { readEditorSettings } from '../../../src/server/settings';

function read(value: unknown) {
  const problems: string[] = [];
  return { configuration: readEditorSettings(value, (problem) => problems.push(problem)), problems };
}

describe('the editor’s settings', () => {
  it('are what VS Code sends when nothing was set', () => {
    const { configuration, problems } = read({
      engine: 'postgres',
      engineVersion: 18,
      framework: 'auto',
      migrations: [],
      rules: {},
      simulate: { faults: [], points: [] },
      trace: { server: 'off' },
    });
    expect(problems).toEqual([]);
    expect(configuration).toMatchObject({ engine: 'postgres', engineVersion: 18, simulate: {} });
    expect(configuration.framework).toBeUndefined();
    expect(configuration.migrations).toBeUndefined();
    expect(configuration.simulate.faults).toBeUndefined();
  });

  it('hold when one of them is wrong', () => {
    const { configuration, problems } = read({ engine: 'oracle', engineVersion: 16 });
    expect(configuration.engineVersion).toBe(16);
    expect(configuration.engine).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^Settings, faultline\.\*: .*oracle/);
  });

  it('may be missing', () => {
    expect(read(null).problems).toEqual([]);
  });
});
