/**
 * What one cell of the matrix costs, in one run on one machine: against a plain run of the migration (clone, statements, drop), and
 * against a fresh server for every cell; how the cost grows with the number of statements; and the memory of the runner. Only ratios and
 * memory have limits. `--quick` leaves out the middle of the growth. `--engine mysql` or `mariadb` measures these, in Docker.
 */
import { parseArgs } from 'node:util';
import { type MeasuredSimulation, simulateInRunner } from './runner';
import { type BenchedEngine, benchedEngines, type Size, withSubject } from './subject';
import { Yardsticks } from './yardsticks';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    slack: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'postgres' },
  },
});
const { quick } = values;
const engine = benchedEngine(values.engine);
// A copy of a PostgreSQL database is one of files; elsewhere it is made table by table.
const large: Size = engine === 'postgres' ? { tables: 50, rowsPerTable: 1_000 } : { tables: 20, rowsPerTable: 200 };
const small: Size = { tables: 12, rowsPerTable: 100 };
const growth = quick ? [5, 20] : [5, 10, 20, 40];
/** Those whose number of cells grows with the statements, of both ways in which a cell is run. */
const growthFaults = ['error', 'disconnect', 'crash'] as const;
/** `--slack 1.5`: what a machine that does other work meanwhile may be beyond the limits. */
const slack = Number(values.slack);
const limits = { overPlainRun: 2.5, fasterThanFreshServer: engine === 'postgres' ? 10 : 5, growth: 1.5, memoryMb: 300 };

async function main(): Promise<void> {
  const checks = [...(await costOfCell()), ...(await costOfStatements())];
  const broken = checks.filter((check) => !check.holds);
  if (broken.length > 0) throw new Error(`Beyond the limit: ${broken.map((check) => check.name).join(', ')}.`);
}

function benchedEngine(name: string): BenchedEngine {
  const known = Object.keys(benchedEngines) as BenchedEngine[];
  const found = known.find((each) => each === name);
  if (found === undefined) throw new Error(`--engine is one of ${known.join(', ')}.`);
  return found;
}

interface Check {
  readonly name: string;
  readonly holds: boolean;
}

/** The matrix of a mixed migration on a database of some size. */
function costOfCell(): Promise<readonly Check[]> {
  return withSubject(engine, large, 6, 'all', async (request) => {
    const yardsticks = await Yardsticks.prepare(request);
    try {
      const rounds = { plain: 5, fresh: 2 };
      await yardsticks.measure(rounds);
      const measured = await simulateInRunner(request);
      await yardsticks.measure(rounds);
      return reportCell(measured, yardsticks);
    } finally {
      await yardsticks.dispose();
    }
  });
}

function reportCell({ simulation, ...measured }: MeasuredSimulation, { plainRunMs, freshServerMs }: Yardsticks): readonly Check[] {
  const { summary } = simulation;
  const own = simulation.cells.filter((cell) => cell.status === 'done' && cell.sameAs === undefined).length;
  line('database', `${large.tables} tables, ${(large.tables * large.rowsPerTable).toLocaleString('en')} rows`);
  line('matrix', `${summary.cells} cells, ${summary.done} answered by ${own} experiments, in ${summary.durationMs} ms, trace included`);
  line('first answer', `${measured.firstCellMs.toFixed(0)} ms after the start of the runner; all of it ${measured.totalMs.toFixed(0)} ms`);
  line('per answered cell', `${summary.perCellMs.toFixed(1)} ms: experiment, state, retry and both recoveries`);
  line('one plain run', `${plainRunMs.toFixed(1)} ms: clone, statements, drop`);
  line('fresh server', `${freshServerMs.toFixed(1)} ms: init, start, schema, rows, statements, removal`);
  const checks = [
    atMost('cell / plain run', summary.perCellMs / plainRunMs, limits.overPlainRun),
    atLeast('fresh server / cell', freshServerMs / summary.perCellMs, limits.fasterThanFreshServer),
  ];
  if (measured.peakMemoryMb === undefined) return checks;
  return [...checks, atMost('memory of runner, MB', measured.peakMemoryMb, limits.memoryMb)];
}

/** Twice the statements are twice the cells: the cost of one must stay. The first are measured again at the end, by a machine as busy. */
async function costOfStatements(): Promise<readonly Check[]> {
  const [first = 0, ...others] = growth;
  const early = await perCellMs(first);
  let last = early;
  for (const statements of others) last = await perCellMs(statements);
  const late = await perCellMs(first);
  return [atMost(`${growth.at(-1)} / ${first} statements`, (2 * last) / (early + late), limits.growth)];
}

async function perCellMs(statements: number): Promise<number> {
  const { simulation, peakMemoryMb } = await withSubject(engine, small, statements, growthFaults, simulateInRunner);
  const { done, durationMs } = simulation.summary;
  const memory = peakMemoryMb === undefined ? '' : `, ${peakMemoryMb.toFixed(0)} MB`;
  line(`${statements} statements`, `${durationMs} ms, ${done} cells, ${(durationMs / done).toFixed(1)} ms each${memory}`);
  return durationMs / done;
}

function atMost(name: string, value: number, limit: number): Check {
  line(name, `${value.toFixed(2)} (at most ${limit})`);
  return { name, holds: value <= limit * slack };
}

function atLeast(name: string, value: number, limit: number): Check {
  line(name, `${value.toFixed(2)} (at least ${limit})`);
  return { name, holds: value >= limit / slack };
}

function line(name: string, text: string): void {
  console.log(`${name.padEnd(22)}${text}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
