/**
 * What one cell of the matrix costs, in one run on one machine: against a plain run of the migration (clone, statements, drop), and
 * against the naive way, a fresh server for every cell. The database has 50 tables and 50,000 rows.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withControlClient } from '../src/engines/postgres/connect';
import { builtInCarrier } from '../src/engines/postgres/execution';
import { generateRows } from '../src/engines/postgres/generate-rows';
import type { Sandbox } from '../src/model/sandbox';
import type { SimulationRequest } from '../src/protocol/simulation';
import { Groundwork } from '../src/runner/groundwork';
import { Laboratory } from '../src/runner/laboratory';
import { runPlainly } from '../src/runner/run';
import { simulate } from '../src/runner/simulate';
import { readSubject, type Subject } from '../src/runner/subject';
import { sandboxProviders } from '../src/sandbox/providers';

const tableCount = 50;
const rowsPerTable = 1_000;
const limits = { overPlainRun: 5, fasterThanFreshServer: 5 };
const neverAborted = new AbortController().signal;

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  try {
    await writeFile(join(folder, '001_schema.sql'), schema());
    await writeFile(join(folder, '002_change.sql'), change);
    const request = requestFor(join(folder, '002_change.sql'));
    const [simulation] = await simulate(request, () => undefined, neverAborted);
    if (simulation === undefined) throw new Error('The simulation gave no result.');
    const { summary } = simulation;
    const subject = await readSubject(request);
    const plainRunMs = await measurePlainRun(subject);
    const freshServerMs = await measureFreshServer(subject);
    print({ ...summary, plainRunMs, freshServerMs });
    const failed = summary.cells - summary.done - simulation.cells.filter((cell) => cell.status === 'impossible').length;
    if (failed > 0) throw new Error(`${failed} cells failed.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function schema(): string {
  const tables = Array.from({ length: tableCount }, (_, index) => {
    const parent = index === 0 ? '' : `, parent_id bigint NOT NULL REFERENCES t${index - 1} (id)`;
    return `CREATE TABLE t${index} (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, amount numeric(12,2) NOT NULL, note text, created_at timestamptz NOT NULL${parent});`;
  });
  return `${tables.join('\n')}\n`;
}

const change = `
ALTER TABLE t7 ADD COLUMN currency text;
UPDATE t7 SET currency = 'EUR';
CREATE INDEX CONCURRENTLY t7_currency_idx ON t7 (currency);
ALTER TABLE t7 ALTER COLUMN currency SET NOT NULL;
CREATE TABLE t7_audit (id bigserial PRIMARY KEY, t7_id bigint REFERENCES t7 (id), was text);
INSERT INTO t7_audit (was) VALUES ('start');
`;

function requestFor(path: string): SimulationRequest {
  return {
    path,
    framework: 'sql',
    sandbox: 'embedded',
    faults: 'all',
    points: 'all',
    rows: rowsPerTable,
    seed: 1,
    jobs: 2,
    placeholders: {},
    collapse: true,
  };
}

async function startSandbox(subject: Subject): Promise<Sandbox> {
  const started = await sandboxProviders.embedded.start({ engine: subject.engine, onProgress: () => undefined, signal: neverAborted });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

/** The state before, with its rows, in a database of `sandbox`. */
async function layGroundwork(sandbox: Sandbox, subject: Subject): Promise<{ laboratory: Laboratory; database: string }> {
  const laboratory = new Laboratory(sandbox, neverAborted);
  const groundwork = await Groundwork.lay(laboratory, subject);
  await groundwork.advanceTo(subject.targets[0] ?? 0);
  await withControlClient(sandbox.address(groundwork.database), (client) =>
    generateRows(client, { rows: rowsPerTable, seed: 1, excludeTables: [] }),
  );
  return { laboratory, database: groundwork.database };
}

async function runTarget(laboratory: Laboratory, database: string, subject: Subject): Promise<void> {
  const migration = subject.migrations[subject.targets[0] ?? 0];
  if (migration === undefined) throw new Error('No migration.');
  const outcome = await runPlainly(laboratory, database, builtInCarrier(migration, subject.framework.run));
  if (outcome.result !== 'success') throw new Error(outcome.error?.message ?? outcome.result);
}

/** Median milliseconds of clone, statements, drop. */
async function measurePlainRun(subject: Subject): Promise<number> {
  const sandbox = await startSandbox(subject);
  try {
    const { laboratory, database } = await layGroundwork(sandbox, subject);
    return await median(9, () => laboratory.withClone(database, (clone) => runTarget(laboratory, clone, subject)));
  } finally {
    await sandbox.dispose();
  }
}

/** Median milliseconds of a new server with schema and rows, the migration, and its removal. */
async function measureFreshServer(subject: Subject): Promise<number> {
  return median(3, async () => {
    const sandbox = await startSandbox(subject);
    try {
      const { laboratory, database } = await layGroundwork(sandbox, subject);
      await runTarget(laboratory, database, subject);
    } finally {
      await sandbox.dispose();
    }
  });
}

async function median(times: number, work: () => Promise<unknown>): Promise<number> {
  const durations: number[] = [];
  for (let round = 0; round < times; round++) {
    const started = performance.now();
    await work();
    durations.push(performance.now() - started);
  }
  durations.sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? 0;
}

function print(figures: {
  cells: number;
  done: number;
  durationMs: number;
  perCellMs: number;
  plainRunMs: number;
  freshServerMs: number;
}): void {
  const overPlainRun = figures.perCellMs / figures.plainRunMs;
  const fasterThanFreshServer = figures.freshServerMs / figures.perCellMs;
  console.log(`database             ${tableCount} tables, ${(tableCount * rowsPerTable).toLocaleString('en')} rows`);
  console.log(
    `matrix               ${figures.cells} cells, ${figures.done} answered, in ${figures.durationMs} ms (the state before and the trace included)`,
  );
  console.log(`per answered cell    ${figures.perCellMs.toFixed(1)} ms (state, retry and both recoveries included)`);
  console.log(`one plain run        ${figures.plainRunMs.toFixed(1)} ms (clone, statements, drop)`);
  console.log(`fresh server         ${figures.freshServerMs.toFixed(1)} ms (init, start, schema, rows, statements, removal)`);
  console.log(`cell / plain run     ${overPlainRun.toFixed(2)} (at most ${limits.overPlainRun})`);
  console.log(`fresh server / cell  ${fasterThanFreshServer.toFixed(2)} (at least ${limits.fasterThanFreshServer})`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
