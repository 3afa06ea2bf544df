import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('npm pack makes a package of the command line, without sources and tests', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [{ files }]: [{ files: readonly { path: string }[] }] = JSON.parse(stdout);
  const paths = files.map(({ path }) => path);
  const programs = ['cli', 'program', 'simulation', 'harness', 'harness-driver', 'harness-shell', 'harness-shell-worker', 'harness-source'];
  expect(paths).toEqual(expect.arrayContaining([...programs.map((name) => `dist/${name}.js`), 'dist/guard.cjs', 'dist/libpg-query.wasm']));
  expect(paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'schemas/faultline.schema.json', 'docs/faults.md']));
  expect(paths.filter((path) => !/^(dist|docs|schemas)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path))).toEqual([]);
  expect(paths.filter((path) => /\.map$|node_modules/.test(path))).toEqual([]);
});
