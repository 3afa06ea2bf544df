import { defineConfig } from 'vitest/config';

/** The panel in every state, theme and width, as pictures: an extra that is asked for by naming a folder for them. */
const pictures = process.env.FAULTLINE_SHOTS === undefined ? [] : ['test/webview/screenshots.ts'];

/** Migrations with the verdict of every cell, on servers in Docker. */
const matrices = ['test/docker/*/suite/*.test.ts'];

/**
 * Tests that look at containers whose owner is dead, which any start of another sandbox removes, or at the processes of everyone, or that
 * hold two times against each other: they run one after another, and when nothing else runs.
 */
const alone = [
  'test/docker/killed.test.ts',
  'test/docker/sandbox.test.ts',
  'test/docker/mongodb/bad-input.test.ts',
  'test/docker/mongodb/clone.test.ts',
  'test/docker/mongodb/sandbox.test.ts',
];

/**
 * Suites by what they need: `unit` nothing, `engines` and `suite` the embedded Postgres, `packages` the npm registry, `docker`, `docker-alone` and
 * `docker-suite` a Docker daemon, `webview` a Chromium.
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
          include: ['test/tools/*.test.ts'],
        },
      },
      { extends: true, test: { name: 'packages', include: ['test/packages/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'docker',
          globalSetup: 'test/harness.ts',
          include: ['test/docker/**/*.test.ts'],
          exclude: [...matrices, ...alone],
        },
      },
      { extends: true, test: { name: 'docker-alone', globalSetup: 'test/harness.ts', fileParallelism: false, include: alone } },
      {
        extends: true,
        test: { name: 'docker-suite', globalSetup: 'test/harness.ts', testTimeout: 300_000, include: matrices },
      },
      { extends: true, test: { name: 'webview', include: ['test/webview/**/*.test.ts', ...pictures] } },
    ],
  },
});
