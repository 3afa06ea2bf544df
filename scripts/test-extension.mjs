// The tests that need VS Code: the suite in test/extension/suite inside a real VS Code, then the panel driven in a workbench by
// Playwright. Each says in one line why it is skipped; with FAULTLINE_REQUIRE=vscode a skip is a failure. Needs a build in dist/.
//
//   VSCODE_EXECUTABLE_PATH   the program to start; without it @vscode/test-electron downloads VS Code
//   CODE_SERVER_DIR          a folder whose node_modules hold code-server, for the workbench tests
//   CHROMIUM                 the browser to drive it with
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const required = (process.env.FAULTLINE_REQUIRE ?? '').split(',').includes('vscode');
const only = process.argv[2]; // `suite` or `workbench`
const downloadTimeoutMs = 120_000;

/** Says why a part is skipped; false when it may not be. */
function skip(part, why) {
  console.log(`${required ? 'FAILED' : 'skipped'} ${part}: ${why}`);
  return !required;
}

async function bundleTests() {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: { suite: 'test/extension/suite/index.ts', workbench: 'test/extension/workbench/index.ts' },
    outdir: 'dist/test',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'playwright-core'],
    logLevel: 'warning',
  });
}

/** The VS Code to run; an object with `why` when there is none. */
async function findVSCode() {
  const given = process.env.VSCODE_EXECUTABLE_PATH;
  if (given) return { path: given };
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { why: 'there is no display, and VSCODE_EXECUTABLE_PATH is not set' };
  }
  try {
    const timeout = new Promise((_, reject) =>
      setTimeout(() => reject(new Error('the download took too long')), downloadTimeoutMs).unref(),
    );
    return { path: await Promise.race([downloadAndUnzipVSCode(), timeout]) };
  } catch (error) {
    return { why: `VS Code can't be downloaded (${error.message}), and VSCODE_EXECUTABLE_PATH is not set` };
  }
}

/** Runs the suite in VS Code on a copy of the fixture workspace. */
async function runSuite() {
  const { path, why } = await findVSCode();
  if (path === undefined) return skip('VS Code suite', why);
  const workspace = await mkdtemp(join(tmpdir(), 'faultline-workspace-'));
  try {
    await cp(join(root, 'test/fixtures/workspace'), workspace, { recursive: true });
    const status = await runTests({
      vscodeExecutablePath: path,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, 'dist/test/suite.js'),
      launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust'],
    });
    return status === 0;
  } catch (error) {
    console.log(`FAILED VS Code suite: ${error instanceof Error ? error.message : error}`);
    return false;
  } finally {
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Drives the panel in a workbench in the browser. */
function runWorkbench() {
  if (!process.env.CODE_SERVER_DIR) return skip('workbench tests', 'CODE_SERVER_DIR is not set');
  if (!process.env.CHROMIUM) return skip('workbench tests', 'CHROMIUM is not set');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'dist/test/workbench.js')], { cwd: root, stdio: 'inherit' });
    child.on('close', (status) => resolve(status === 0));
  });
}

await bundleTests();
const passed = [only !== 'workbench' ? await runSuite() : true, only !== 'suite' ? await runWorkbench() : true];
process.exitCode = passed.every(Boolean) ? 0 : 1;
