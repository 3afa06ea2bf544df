import { withControlClient } from '../engines/postgres/connect';
import { captureState } from '../engines/postgres/snapshot';
import type { State, VolatileColumns } from '../model/state';
import type { Laboratory } from './laboratory';

export interface CaptureOptions {
  readonly bookkeepingTables: readonly string[];
  readonly volatile: VolatileColumns;
  readonly columnHashes?: boolean;
  readonly migrationProcessIds?: readonly number[];
}

/** Reads the state of a database over a connection of its own, which is closed again before this resolves. */
export async function capture(laboratory: Laboratory, database: string, options: CaptureOptions): Promise<State> {
  return withControlClient(laboratory.sandbox.address(database), (client) => captureState(client, options));
}
