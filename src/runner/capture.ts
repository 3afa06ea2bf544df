import type { Baseline, CaptureOptions } from '../engines/capture';
import type { SessionLeft } from '../model/simulation';
import type { State, VolatileColumns } from '../model/state';
import type { Laboratory } from './laboratory';

/** Reads the state of a database over a connection of its own, which is closed again before this resolves. */
export async function capture(laboratory: Laboratory, database: string, options: CaptureOptions): Promise<State> {
  return laboratory.engine.captureState(laboratory.sandbox.address(database), options);
}

/** Reads the state before in full. Given as `baseline` of the options, it saves reading what is the same in later states. */
export async function captureFirst(laboratory: Laboratory, database: string, options: CaptureOptions): Promise<Baseline> {
  return laboratory.engine.captureBaseline(laboratory.sandbox.address(database), options);
}

/** The same baseline as it reads without the columns whose values differ from run to run. Its database is as it was. */
export async function maskBaseline(
  laboratory: Laboratory,
  database: string,
  baseline: Baseline,
  volatile: VolatileColumns,
): Promise<Baseline> {
  if (Object.keys(volatile).length === 0) return baseline;
  const options = { ...baseline.options, volatile };
  return { ...baseline, options, state: await capture(laboratory, database, { ...options, baseline }) };
}

/** The sessions of the migration that still hold locks. They are asked for first: their locks would make reading the state wait. */
export async function captureBlockingSessions(
  laboratory: Laboratory,
  database: string,
  processIds: readonly number[],
): Promise<readonly SessionLeft[]> {
  return laboratory.engine.captureBlockingSessions(laboratory.sandbox, database, processIds);
}
