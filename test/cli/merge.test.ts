import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SimulationReport } from '../../src/model/simulation';
import { faultline, folderOf, isOneClearLine, schema } from './cli';

const minutes = 60_000;

const migrations = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n',
  'migrations/2_c.sql': 'CREATE TABLE c (id int);\n',
  'migrations/3_d.sql': 'ALTER TABLE a ADD COLUMN d int;\nALTER TABLE b ADD COLUMN d int;\n',
};

/** Without what differs from run to run. */
function comparable(report: SimulationReport) {
  return report.simulations.map(({ migration, cells }) => ({
    path: migration.path,
    cells: cells.map(({ id, status, verdict, fingerprint }) => ({ id, status, verdict, fingerprint })),
  }));
}

describe('shards', () => {
  const simulate = ['simulate', 'migrations', '--faults', 'error,disconnect', '--rows', '5', '--format', 'json'];

  test('together are the whole folder, in its order', { timeout: 3 * minutes }, async () => {
    const cwd = folderOf(migrations);
    const whole = await faultline([...simulate, '--out', 'whole.json'], { cwd });
    expect([whole.status, whole.stderr]).toEqual([1, '']);
    for (const index of [1, 2, 3, 4]) {
      const shard = await faultline([...simulate, '--shard', `${index}/4`, '--out', `${index}.json`], { cwd });
      expect([shard.status, shard.stderr], String(index)).toEqual([index === 1 || index === 3 ? 1 : 0, '']);
    }
    const merged = await faultline(['merge', '3.json', '1.json', '4.json', '2.json', '--format', 'json', '--html', 'all.html'], { cwd });
    expect([merged.status, merged.stderr]).toEqual([1, '']);
    const report: SimulationReport = JSON.parse(merged.stdout);
    const validate = schema('simulate');
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.shard).toBeUndefined();
    const expected: SimulationReport = JSON.parse(readFileSync(join(cwd, 'whole.json'), 'utf8'));
    expect(expected.simulations.map(({ migration }) => migration.path)).toEqual(Object.keys(migrations));
    expect(comparable(report)).toEqual(comparable(expected));
    expect({ ...report.summary, durationMs: 0 }).toEqual({ ...expected.summary, durationMs: 0 });
    expect(readFileSync(join(cwd, 'all.html'), 'utf8')).toContain('3_d.sql');
    const accepted = await faultline(['merge', '1.json', '2.json', '3.json', '4.json', '--fail-on', 'none'], { cwd });
    expect([accepted.status, accepted.stderr]).toEqual([0, '']);
    expect(accepted.stdout).toContain('3 migrations');

    // A part of them, or one twice, must not be taken for all.
    const clearFailure = async (args: readonly string[], text: string) => {
      const { status, stdout, stderr } = await faultline(['merge', ...args], { cwd });
      expect([status, stdout, isOneClearLine(stderr)], stderr).toEqual([2, '', true]);
      expect(stderr).toContain(text);
    };
    await clearFailure(['1.json', '4.json'], 'shards 2/4, 3/4 are missing');
    await clearFailure(['1.json', '2.json', '3.json', '4.json', '1.json'], 'shard 1/4 is given twice');
    await clearFailure(['1.json', 'whole.json'], 'whole.json is no shard');
    writeFileSync(join(cwd, 'other.json'), readFileSync(join(cwd, '2.json'), 'utf8').replace(/"count": 4/, '"count": 2'));
    await clearFailure(['1.json', 'other.json'], '1.json is of 4 shards, and other.json of 2');
    await clearFailure(['migrations/1_a.sql'], 'is not JSON');
    writeFileSync(join(cwd, 'package.json'), '{ "version": "1.0.0" }');
    await clearFailure(['package.json'], 'is not what simulate --format json prints');
    await clearFailure(['none.json'], 'none.json');
    writeFileSync(join(cwd, 'later.json'), readFileSync(join(cwd, 'whole.json'), 'utf8').replace('"version": 1', '"version": 2'));
    await clearFailure(['later.json'], 'is version 2 of the report');
  });

  test('say in the help once what a merge fails on by default', async () => {
    const { stdout } = await faultline(['merge', '--help']);
    expect(stdout.replaceAll(/\s+/g, ' ').split('(default: broken,data-lost')).toHaveLength(2);
  });

  test('are parts of a folder', async () => {
    const cwd = folderOf(migrations);
    for (const [args, text] of [
      [['simulate', 'migrations/1_a.sql', '--shard', '1/2'], '--shard divides the migrations of a folder'],
      [['simulate', '--command', 'true', '--shard', '1/2'], '--shard divides the migrations of a folder'],
      [['simulate', 'migrations', '--shard', '3/2'], 'which part of how many'],
      [['simulate', 'migrations', '--shard', '0/2'], 'which part of how many'],
    ] as const) {
      const { status, stderr } = await faultline(args, { cwd });
      expect([status, isOneClearLine(stderr)], stderr).toEqual([2, true]);
      expect(stderr).toContain(text);
    }
  });
});
