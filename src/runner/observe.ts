import type { Execution, ExecutionOutcome } from '../engines/carrier';
import { ImpossibleHere, TooEarly } from '../engines/impossible';
import type { PlannedCell } from '../model/fault';
import type { SessionLeft } from '../model/simulation';
import { captureBlockingSessions } from './capture';
import { SimulationCancelled, SimulationFailure } from './failure';
import type { Laboratory } from './laboratory';
import type { Trace } from './trace';

/** One experiment carried out: what the client saw, and the database that holds the state it left. */
export interface Observation {
  readonly cell: PlannedCell;
  /** What the migration does with no fault, from the very state in which this cell began. */
  readonly trace: Trace;
  readonly outcome: ExecutionOutcome;
  /** Sessions of the migration that the server still has, and that hold locks. */
  readonly blocking: readonly SessionLeft[];
  readonly database: string;
  /** Still open: after a lost answer its session lives on in the server. The one who judges closes it. */
  readonly execution: Execution;
  readonly startedAt: number;
}

export interface FailedExperiment {
  readonly cell: PlannedCell;
  /** `impossible` when the fault has no moment there, as was seen on the server. */
  readonly status: 'failed' | 'impossible';
  readonly why: string;
}

/** A timeout that fired too early is tried again with so many times the patience, up to so much of it. */
const patienceFactor = 4;
const greatestPatience = 64;

/** What belongs to a fault and is not done on the migration's own connection. */
export interface Staging {
  /** The clone of the state before in which the cell runs. */
  clone(source: string): Promise<string>;
  /** Done when the point is reached, before the migration goes on. */
  strike(): Promise<void>;
}

/** Runs one cell in a clone of the state before. */
export async function observe(
  laboratory: Laboratory,
  trace: Trace,
  cell: PlannedCell,
  staging?: Staging,
): Promise<Observation | FailedExperiment> {
  for (let patience = 1; ; patience *= patienceFactor) {
    const running = await start(laboratory, trace, cell, { patience, ...(staging !== undefined && { staging }) });
    try {
      await reachPoint(running);
      await staging?.strike();
      await running.execution.strike();
      return await settle(laboratory, running);
    } catch (error) {
      const failed = await abandon(laboratory, running, error);
      if (!(error instanceof TooEarly) || patience >= greatestPatience) return failed;
    }
  }
}

/** Lets work begin when it is its turn: so much is done at the same time, and no more. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs all of these cells up to their points, each in a clone of its own, and crashes the server under them once. */
export async function observeCrashes(
  laboratory: Laboratory,
  trace: Trace,
  cells: readonly PlannedCell[],
  turn: Turn,
): Promise<readonly (Observation | FailedExperiment)[]> {
  const prepared = await allSettled(cells.map((cell) => turn(() => hold(laboratory, trace, cell))));
  await laboratory.sandbox.crash();
  return allSettled(
    prepared.map(async (running) => {
      if ('why' in running) return running;
      // A host that dies sends no farewell: striking ends the client's wait for one.
      await running.execution.strike();
      return settle(laboratory, running).catch((error) => abandon(laboratory, running, error));
    }),
  );
}

/** Like Promise.all, but nothing is still under way when it rejects. */
async function allSettled<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function hold(laboratory: Laboratory, trace: Trace, cell: PlannedCell): Promise<Running | FailedExperiment> {
  let running: Running | undefined;
  try {
    running = await start(laboratory, trace, cell);
    await reachPoint(running);
    return running;
  } catch (error) {
    return running === undefined ? failedExperiment(laboratory, cell, error) : abandon(laboratory, running, error);
  }
}

interface Running {
  readonly cell: PlannedCell;
  readonly trace: Trace;
  readonly execution: Execution;
  readonly database: string;
  readonly startedAt: number;
}

async function start(
  laboratory: Laboratory,
  trace: Trace,
  cell: PlannedCell,
  { patience = 1, staging }: { readonly patience?: number; readonly staging?: Staging } = {},
): Promise<Running> {
  const startedAt = performance.now();
  const whole = { database: trace.beforeDatabase, carrier: trace.carrier };
  const from = staging === undefined ? (trace.prefixes?.startOf(trace, cell) ?? whole) : whole;
  const database = staging === undefined ? await laboratory.clone(from.database) : await staging.clone(from.database);
  const execution = from.carrier.start({
    address: laboratory.sandbox.address(database),
    fault: cell.fault,
    point: cell.point,
    patience,
    signal: laboratory.signal,
  });
  return { cell, trace, execution, database, startedAt };
}

/** Far beyond what a plain run takes, and no less than half a minute: only a hang reaches it. */
function limitMs(trace: Trace): number {
  return Math.max(30_000, trace.plainRunMs * 20);
}

async function reachPoint({ execution, trace }: Running): Promise<void> {
  const reached = await withinLimit(execution.held, trace, 'the point where the fault strikes was not reached');
  if (reached === 'held') return;
  const outcome = await execution.outcome;
  throw new SimulationFailure(
    `The migration ended (${outcome.error?.message ?? outcome.result}) before the point where the fault strikes.`,
  );
}

async function settle(laboratory: Laboratory, running: Running): Promise<Observation> {
  const outcome = await withinLimit(running.execution.outcome, running.trace, 'the migration did not end after the fault');
  return { ...running, outcome, blocking: await captureBlockingSessions(laboratory, running.database, outcome.serverProcessIds) };
}

async function abandon(laboratory: Laboratory, running: Running, error: unknown): Promise<FailedExperiment> {
  await running.execution.close();
  await laboratory.drop(running.database);
  return failedExperiment(laboratory, running.cell, error);
}

/** A cell that was not carried out fails alone. Throws when the simulation is cancelled. */
export function failedExperiment(laboratory: Laboratory, cell: PlannedCell, error: unknown): FailedExperiment {
  if (laboratory.signal.aborted || error instanceof SimulationCancelled) throw new SimulationCancelled('Cancelled.');
  const status = error instanceof ImpossibleHere ? 'impossible' : 'failed';
  return { cell, status, why: error instanceof Error ? error.message : String(error) };
}

async function withinLimit<T>(work: Promise<T>, trace: Trace, what: string): Promise<T> {
  const milliseconds = limitMs(trace);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SimulationFailure(`Given up after ${Math.round(milliseconds / 1000)} s: ${what}.`)), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
