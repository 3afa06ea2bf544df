// Runs every suite, or those that are named (`npm test -- unit docker`), one after another, and ends with
// `N passed, N failed, N skipped` over all of them, and the failures once more, where a long log ends. A suite that needs what this
// machine does not have is skipped, and said so in one line; with FAULTLINE_REQUIRE=docker,vscode such a skip is a failure.
//
// With FAULTLINE_SECOND_TRY=1 (.ci/run) up to three failed tests of a suite are run again, alone: what passes then is named as unsteady,
// which is a defect to look at but no reason to throw away the rest.
import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import Docker from 'dockerode';

const required = new Set((process.env.FAULTLINE_REQUIRE ?? '').split(',').filter(Boolean));

/** `missing` says in one line why a suite can't run here; nothing when it can. `needs` is its name in FAULTLINE_REQUIRE. */
const suites = [
  { name: 'unit', run: () => vitest('unit') },
  { name: 'engines', run: () => vitest('engines') },
  { name: 'suite', run: () => vitest('suite') },
  { name: 'tools', needs: 'tools', missing: toolsMissing, run: () => vitest('tools') },
  { name: 'packages', needs: 'packages', missing: registryMissing, run: () => vitest('packages') },
  { name: 'docker', needs: 'docker', missing: dockerMissing, run: () => vitest('docker') },
  { name: 'docker-alone', needs: 'docker', missing: dockerMissing, run: () => vitest('docker-alone') },
  { name: 'docker-suite', needs: 'docker', missing: dockerMissing, run: () => vitest('docker-suite') },
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
const greatestSecondTry = 3;
const failures = [];
const unsteady = [];
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
for (const { name, message } of failures) console.log(`\nFAILED ${name}\n${firstLines(message)}`);
for (const { name, message } of unsteady) console.log(`\nUNSTEADY, run again: ${name}\n${firstLines(message)}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** One project of vitest.config.mts. What can't be counted, such as a file that does not load, is one failure. */
async function vitest(project) {
  const first = await vitestRun(project, []);
  let failed = first.failed;
  const again = process.env.FAULTLINE_SECOND_TRY === '1' && failed.length <= greatestSecondTry ? failed.filter(({ test }) => test) : [];
  for (const failure of again) {
    console.log(`\n${project}: once more, alone: ${failure.name}`);
    const second = await vitestRun(project, [failure.file, '-t', `^${failure.test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`]);
    if (second.status !== 0 || second.passed === 0) continue;
    unsteady.push(failure);
    failed = failed.filter((other) => other !== failure);
    first.passed += 1;
  }
  failures.push(...failed);
  const uncounted = first.status !== 0 && first.failed.length === 0 ? 1 : 0;
  if (uncounted > 0) failures.push({ name: project, message: 'vitest ended with an error of its own: see above.' });
  return { passed: first.passed, failed: failed.length + uncounted, skipped: first.skipped };
}

/** One run: counts, and the failed tests by name; a file that did not load is one, without `test`. */
async function vitestRun(project, args) {
  const file = join(reports, `${project}.json`);
  await rm(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { status, output } = await run('npx', ['vitest', 'run', '--project', project, ...args, '--passWithNoTests', ...reporters], {
    capture: true,
  });
  const plain = withoutColours(output);
  const report = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  const failed = (report?.testResults ?? []).flatMap((result) => {
    const path = relative(process.cwd(), result.name);
    const tests = result.assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0)
      return result.status === 'failed' ? [{ name: path, file: path, message: sectionOf(plain, path) ?? result.message ?? '' }] : [];
    return tests.map((test) => ({
      name: `${path} > ${test.fullName}`,
      file: path,
      test: test.fullName,
      message: sectionOf(plain, test.title) ?? test.failureMessages.join('\n'),
    }));
  });
  return {
    status,
    failed,
    passed: report?.numPassedTests ?? 0,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}

/** What vitest prints of a failed test: the error with what was expected and what came. */
function sectionOf(output, title) {
  return output
    .split(/^ FAIL {2}/m)
    .find((section, index) => index > 0 && section.split('\n', 1)[0].endsWith(title))
    ?.split('⎯⎯⎯⎯', 1)[0];
}

function withoutColours(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

/** As much of a failure as says what it is. */
function firstLines(message) {
  return message
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .slice(0, 40)
    .map((line) => `  ${line.slice(0, 300)}`)
    .join('\n');
}

/** Mocha inside VS Code and in a browser: its counts, and the parts that were skipped, are read from what is printed. */
async function extensionTests() {
  const { status, output } = await run('node', ['scripts/test-extension.mjs'], { capture: true });
  const text = withoutColours(output);
  const count = (word) => [...text.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'gm'))].reduce((sum, [, found]) => sum + Number(found), 0);
  const skippedParts = [...text.matchAll(/^skipped /gm)].length;
  const counts = { passed: count('passing'), failed: count('failing'), skipped: count('pending') + skippedParts };
  const nothingRan = counts.passed + counts.failed + skippedParts === 0;
  const failed = status === 0 && !nothingRan ? counts.failed : Math.max(1, counts.failed);
  for (const [, told] of text.matchAll(/^ONCE MORE (.+)$/gm)) unsteady.push({ name: 'extension', message: told });
  if (failed > 0) failures.push({ name: 'extension', message: text.split('\n').slice(-30).join('\n') });
  return { ...counts, failed };
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

/** Published packages are fetched from where npm gets them. */
async function registryMissing() {
  const { status } = await run('npm', ['view', 'ghost@6.65.0', 'version', '--silent'], { capture: true });
  return status === 0 ? undefined : 'the npm registry can not be reached';
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
