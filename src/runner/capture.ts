import { withControlClient } from '../engines/postgres/connect';
import { anySessionQuery, captureSessions } from '../engines/postgres/snapshot/sessions';
import type { Baseline } from '../engines/postgres/snapshot/since';
import { type CaptureOptions, captureBaseline, captureState } from '../engines/postgres/snapshot/snapshot';
import type { SessionLeft } from '../model/simulation';
import type { State, VolatileColumns } from '../model/state';
import type { Laboratory } from './laboratory';

/** Reads the state of a database over a connection of its own, which is closed again before this resolves. */
export async function capture(laboratory: Laboratory, database: string, options: CaptureOptions): Promise<State> {
  return withControlClient(laboratory.sandbox.address(database), (client) => captureState(client, options));
}

/** Reads the state before in full. Given as `baseline` of the options, it saves reading what is the same in later states. */
export async function captureFirst(laboratory: Laboratory, database: string, options: CaptureOptions): Promise<Baseline> {
  return withControlClient(laboratory.sandbox.address(database), (client) => captureBaseline(client, options));
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
  // Mostly there are none, which any connection can tell; only a connection to the database can tell what a lock is on.
  const [found] = await laboratory.sandbox.query(anySessionQuery(database, processIds));
  if (found?.any !== true) return [];
  const sessions = await withControlClient(laboratory.sandbox.address(database), (client) => captureSessions(client, processIds));
  return sessions.filter((session) => session.locks.length > 0);
}
