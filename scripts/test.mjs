// Runs every suite, or those that are named (`npm test -- unit docker`), one after another, and ends with
// `N passed, N failed, N skipped` over all of them. A suite that needs what this machine does not have is skipped, and said so in one
// line; with FAULTLINE_REQUIRE=docker,vscode such a skip is a failure.
import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';

const required = new Set((process.env.FAULTLINE_REQUIRE ?? '').split(',').filter(Boolean));

/** `missing` says in one line why a suite can't run here; nothing when it can. `needs` is its name in FAULTLINE_REQUIRE. */
const suites = [
  { name: 'unit', run: () => vitest('unit') },
  { name: 'engines', run: () => vitest('engines') },
  { name: 'suite', run: () => vitest('suite') },
  { name: 'tools', needs: 'tools', missing: toolsMissing, run: () => vitest('tools') },
  { name: 'docker', needs: 'docker', missing: dockerMissing, run: () => vitest('docker') },
  { name: 'webview', needs: 'vscode', missing: chromiumMissing, run: () => vitest('webview') },
  // This one looks for VS Code by itself, and says so when there is none.
  { name: 'extension', run: extensionTests },
];

const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = named.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`There is no suite "${unknown}": give ${suites.map((suite) => suite.name).join(', ')}.`);
  process.exit(2);
}

const reports = await mkdtemp(join(tmpdir(), 'faultline-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const suite of suites.filter(({ name }) => named.length === 0 || named.includes(name))) {
    const why = await suite.missing?.();
    if (why !== undefined) {
      const failed = required.has(suite.needs);
      total[failed ? 'failed' : 'skipped'] += 1;
      console.log(`\n${suite.name}: ${failed ? 'FAILED, it is required' : 'skipped'}: ${why}`);
      continue;
    }
    console.log(`\n${suite.name}:`);
    const started = performance.now();
    const counts = await suite.run();
    for (const key of Object.keys(total)) total[key] += counts[key];
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${suite.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s`);
  }
} finally {
  await rm(reports, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** One project of vitest.config.mts. What can't be counted, such as a file that does not load, is one failure. */
async function vitest(project) {
  const file = join(reports, `${project}.json`);
  const { status } = await run('npx', [
    'vitest',
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const report = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  const failed = report?.numFailedTests ?? 0;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: status === 0 ? 0 : Math.max(1, failed),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}

/** Mocha inside VS Code and in a browser: its counts, and the parts that were skipped, are read from what is printed. */
async function extensionTests() {
  const { status, output } = await run('node', ['scripts/test-extension.mjs'], { capture: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  const text = output.replace(/\u001b\[[0-9;]*m/g, '');
  const count = (word) => [...text.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'gm'))].reduce((sum, [, found]) => sum + Number(found), 0);
  const skippedParts = [...text.matchAll(/^skipped /gm)].length;
  const counts = { passed: count('passing'), failed: count('failing'), skipped: count('pending') + skippedParts };
  const nothingRan = counts.passed + counts.failed + skippedParts === 0;
  return { ...counts, failed: status === 0 && !nothingRan ? counts.failed : Math.max(1, counts.failed) };
}

/** Runs a program with its output shown; resolves to its exit status, and what it printed when asked for. */
function run(command, args, { capture = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from?.on('data', (data) => {
        output += data;
        to.write(data);
      });
    }
    child.on('error', (error) => resolve({ status: 1, output: `${error.message}\n` }));
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}

async function dockerMissing() {
  try {
    await within(5000, new Docker().ping());
    return undefined;
  } catch {
    return 'no Docker daemon answers (start one, or set DOCKER_HOST)';
  }
}

/** The real migration tools are a project of their own: nobody needs them to build or use Faultline. */
async function toolsMissing() {
  return access('test/tools/node_modules/knex').then(
    () => undefined,
    () => 'the migration tools are not installed (npm ci --prefix test/tools)',
  );
}

async function chromiumMissing() {
  const executable = process.env.CHROMIUM;
  if (!executable) return 'CHROMIUM does not name a Chromium executable';
  return access(executable).then(
    () => undefined,
    () => `CHROMIUM names ${executable}, which is not there`,
  );
}

function within(timeoutMs, promise) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), timeoutMs);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
