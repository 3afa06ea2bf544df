import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { harness } from '../scripts/harness-build.mjs';

/** Builds the program that runs migrations in code where this run of tests finds it, beside nothing that a build of the product would empty. */
export default async function setup(): Promise<() => void> {
  const folder = join(import.meta.dirname, '../node_modules/.cache/faultline-tests', `harness-${process.pid}`);
  await mkdir(folder, { recursive: true });
  await build({ ...harness, absWorkingDir: join(import.meta.dirname, '..'), outdir: folder, logLevel: 'error' });
  process.env.FAULTLINE_HARNESS = join(folder, 'harness.js');
  return () => rmSync(folder, { recursive: true, force: true });
}
