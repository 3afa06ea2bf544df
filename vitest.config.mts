import { defineConfig } from 'vitest/config';

/** The panel in every state, theme and width, as pictures: an extra that is asked for by naming a folder for them. */
const pictures = process.env.FAULTLINE_SHOTS === undefined ? [] : ['test/webview/screenshots.ts'];

/** Migrations with the verdict of every cell, on servers in Docker. None of them looks for what another start might remove: two at a time. */
const matrices = ['test/docker/*/suite/*.test.ts'];

/**
 * Suites by what they need: `unit` nothing, `engines` and `suite` the embedded Postgres, `packages` the npm registry, `docker` and `docker-suite` a Docker daemon,
 * `webview` a Chromium. Files of `docker` run one after another: each start removes orphans, also those that a test of another file is
 * watching.
 */
export default defineConfig({
  test: {
    // A limit for what hangs, not for what is slow: how long things take is for the benchmarks.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    // A starved machine may run into a limit; what a test says about the program is never tried twice.
    retry: { count: 1, condition: /timed out in \d+ms|Given up after \d+ s/ },
    projects: [
      // Pure code, which has nothing to keep apart: loading it anew for every file took three fifths of the time.
      { extends: true, test: { name: 'unit', isolate: false, include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'engines', include: ['test/engines/**/*.test.ts', 'test/wire/**/*.test.ts', 'test/cli/**/*.test.ts'] },
      },
      { extends: true, test: { name: 'suite', testTimeout: 300_000, include: ['test/suite/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'tools',
          globalSetup: 'test/harness.ts',
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          include: ['test/tools/*.test.ts'],
        },
      },
      { extends: true, test: { name: 'packages', include: ['test/packages/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'docker',
          globalSetup: 'test/harness.ts',
          fileParallelism: false,
          include: ['test/docker/**/*.test.ts'],
          exclude: matrices,
        },
      },
      {
        extends: true,
        test: { name: 'docker-suite', globalSetup: 'test/harness.ts', testTimeout: 300_000, include: matrices },
      },
      { extends: true, test: { name: 'webview', include: ['test/webview/**/*.test.ts', ...pictures] } },
    ],
  },
});
