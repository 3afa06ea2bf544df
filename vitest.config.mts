import { defineConfig } from 'vitest/config';

/** The panel in every state, theme and width, as pictures: an extra that is asked for by naming a folder for them. */
const pictures = process.env.FAULTLINE_SHOTS === undefined ? [] : ['test/webview/screenshots.ts'];

/**
 * Suites by what they need: `unit` nothing, `engines` and `suite` the embedded Postgres, `docker` a Docker daemon, `webview` a Chromium. Files of
 * `docker` run one after another: each start removes orphans, also those that a test of another file is watching.
 */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'engines', include: ['test/engines/**/*.test.ts', 'test/wire/**/*.test.ts', 'test/cli/**/*.test.ts'] },
      },
      { extends: true, test: { name: 'suite', testTimeout: 300_000, include: ['test/suite/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'tools', testTimeout: 240_000, hookTimeout: 240_000, fileParallelism: false, include: ['test/tools/*.test.ts'] },
      },
      { extends: true, test: { name: 'docker', fileParallelism: false, include: ['test/docker/**/*.test.ts'] } },
      { extends: true, test: { name: 'webview', include: ['test/webview/**/*.test.ts', ...pictures] } },
    ],
  },
});
