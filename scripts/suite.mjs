// Runs the suite of migrations again and again and compares the verdicts: `node scripts/suite.mjs --runs 10 [--cases a,b] [--keep DIR]`.
// Prints how long each run took, what each verdict came to, and every cell that was not the same in all runs. Exit status 1 when there is one, or
// when a run has failed.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { runs: { type: 'string' }, cases: { type: 'string' }, keep: { type: 'string' } } });
const runs = Number(values.runs ?? 10);
if (!Number.isInteger(runs) || runs < 1) {
  console.error('--runs wants a whole number from 1.');
  process.exit(2);
}

const folder = values.keep === undefined ? await mkdtemp(join(tmpdir(), 'faultline-suite-')) : resolve(values.keep);
await mkdir(folder, { recursive: true });
const reports = [];
let failed = 0;
try {
  for (let run = 1; run <= runs; run++) {
    const file = join(folder, `run-${run}.jsonl`);
    await rm(file, { force: true });
    const started = performance.now();
    const status = await suite(file);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const report = await readReport(file);
    reports.push(report);
    if (status !== 0) failed += 1;
    console.log(`run ${run}: ${status === 0 ? 'as expected' : 'NOT as expected'}, ${summaryOf(report)}, ${seconds} s`);
  }
} finally {
  if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
}

const differing = differences(reports);
for (const { cell, seen } of differing)
  console.log(`${cell}\n${seen.map(({ text, numbers }) => `    ${text}  in run ${numbers.join(', ')}`).join('\n')}`);
console.log(`\nverdicts: ${verdictsOf(reports[0])}`);
console.log(
  differing.length === 0
    ? `${runs} ${runs === 1 ? 'run' : 'runs'}: all ${reports[0]?.size ?? 0} cells came to the same each time${failed === 0 ? '' : `; ${failed} with expectations that were not met`}.`
    : `${runs} runs: ${differing.length} cells differ.`,
);
process.exitCode = differing.length > 0 || failed > 0 || reports[0]?.size === 0 ? 1 : 0;

/** One run of the vitest project; its own words are shown only when it fails. */
function suite(file) {
  return new Promise((done) => {
    const environment = { ...process.env, FAULTLINE_SUITE_REPORT: file, FAULTLINE_SUITE_CASES: values.cases ?? '', NO_COLOR: '1' };
    const child = spawn('npx', ['vitest', 'run', '--project', 'suite', 'test/suite/suite'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data;
      });
    }
    child.on('error', (error) => {
      console.error(error.message);
      done(1);
    });
    child.on('close', (status) => {
      if (status !== 0) console.log(output);
      done(status ?? 1);
    });
  });
}

/** Cell by `case cell id`. */
async function readReport(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  const cases = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const cells = new Map(cases.flatMap(({ name, cells: found }) => Object.entries(found).map(([id, came]) => [`${name} ${id}`, came])));
  cells.plansChecked = cases.reduce((sum, { plansChecked }) => sum + plansChecked, 0);
  cells.cases = cases.length;
  return cells;
}

function summaryOf(report) {
  return `${report.cases} cases, ${report.size} cells, ${report.plansChecked} verified plans verified again`;
}

function differences(all) {
  const ids = new Set(all.flatMap((report) => [...report.keys()]));
  return [...ids].flatMap((cell) => {
    const seen = new Map();
    for (const [position, report] of all.entries()) {
      const text = report.get(cell) ?? 'not there';
      seen.set(text, [...(seen.get(text) ?? []), position + 1]);
    }
    return seen.size < 2 ? [] : [{ cell, seen: [...seen].map(([text, numbers]) => ({ text, numbers })) }];
  });
}

function verdictsOf(report) {
  const counts = new Map();
  for (const came of report?.values() ?? []) {
    const verdict = came.split(/[ :]/)[0];
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([verdict, count]) => `${verdict} ${count}`)
    .join(', ');
}
