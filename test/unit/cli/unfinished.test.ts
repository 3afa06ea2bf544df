import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';

const root = join(__dirname, '..', '..', '..');

/** Runs a program of these sources in a process of its own, in which nothing but it keeps Node waiting. */
function run(source: string) {
  const { outputFiles } = buildSync({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-'], { input: outputFiles[0]?.text ?? '', encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('a process in which nothing is left to wait for', () => {
  test('fails, and says so', () => {
    const { status, stderr } = run(`
      import { failWhenUnfinished } from './src/cli/unfinished';
      failWhenUnfinished();
      new Promise(() => {}).then(() => process.exit(0));`);
    expect(status).toBe(2);
    expect(stderr).toBe('faultline: internal error, please report it: the command ended before it was done\n');
  });

  test('waits for the news that a server is gone, and tells the error when none comes', () => {
    const { status, stdout } = run(`
      import { causeOf } from './src/runner/cause';
      causeOf(new Error('refused'), { lost: new AbortController().signal }).then((error) => console.log(String(error)));`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Error: refused\n' });
  });
});
