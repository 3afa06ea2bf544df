import type { DatabaseEngine } from '../engine';
import { askAll } from './ask';
import { mongodbCommands } from './command/tools';
import { withControlClient } from './connect';
import { makeDirt } from './dirt/make';
import { generateRows } from './generate-rows/generate-rows';
import { readRowHeap } from './row-heap';
import { captureBaseline, captureSessions, captureState } from './snapshot/snapshot';
import { executeSteps } from './steps';

/** MongoDB, as a simulation needs it. */
export const mongodbEngine: DatabaseEngine = {
  command: mongodbCommands,

  captureState,
  captureBaseline,
  captureBlockingSessions: (sandbox, database, sessionIds) => captureSessions(sandbox.address(database), sessionIds),
  serverClock: (sandbox) =>
    withControlClient(sandbox.address('admin'), async (database) => {
      const { localTime } = await database.command({ hello: 1 });
      return (localTime instanceof Date ? localTime : new Date()).toISOString();
    }),
  readRowHeap,
  // No query of the shell sums up documents as we do.
  checksumQuery: () => undefined,

  executeSteps,
  askAll,

  generateRows,
  rowsFollowMigration: true,
  makeDirt,
  // A document database draws no numbers.
  putNumbersBack: async () => undefined,

  // A sandbox's server has no accounts, and a migration that makes users does so in its own database.
  serverAccounts: async () => new Set(),
  dropServerAccounts: async () => undefined,
};
