// How the harness is bundled (src/harness): the program that runs migrations in code. Shared by the build and by the tests, which build it into
// a folder of their own. Parts that not every run needs are files of their own: a simulation starts the program for each cell.

/** Options for esbuild, without where the output goes. */
export const harness = {
  entryPoints: {
    harness: 'src/harness/main.ts',
    'harness-driver': 'src/harness/driver.ts',
    'harness-source': 'src/harness/source.ts',
    'harness-shell': 'src/harness/shell/script.ts',
    'harness-shell-worker': 'src/harness/shell/worker.ts',
  },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  // What the driver can use and does without.
  external: ['kerberos', '@mongodb-js/zstd', '@aws-sdk/*', 'gcp-metadata', 'snappy', 'socks', 'aws4', 'mongodb-client-encryption'],
};
