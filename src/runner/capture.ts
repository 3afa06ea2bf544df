import { withControlClient } from '../engines/postgres/connect';
import { type CaptureOptions, captureState } from '../engines/postgres/snapshot';
import { captureSessions } from '../engines/postgres/snapshot-sessions';
import type { SessionLeft } from '../model/simulation';
import type { State } from '../model/state';
import type { Laboratory } from './laboratory';

/** Reads the state of a database over a connection of its own, which is closed again before this resolves. */
export async function capture(laboratory: Laboratory, database: string, options: CaptureOptions): Promise<State> {
  return withControlClient(laboratory.sandbox.address(database), (client) => captureState(client, options));
}

/** The sessions of the migration that still hold locks. They are asked for first: their locks would make reading the state wait. */
export async function captureBlockingSessions(
  laboratory: Laboratory,
  database: string,
  processIds: readonly number[],
): Promise<readonly SessionLeft[]> {
  const sessions = await withControlClient(laboratory.sandbox.address(database), (client) => captureSessions(client, processIds));
  return sessions.filter((session) => session.locks.length > 0);
}
