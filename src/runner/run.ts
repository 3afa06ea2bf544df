import { type ExecutionOutcome, startExecution } from '../engines/postgres/execution';
import type { Migration } from '../model/migration';
import type { RunProtocol } from '../model/run-protocol';
import type { Laboratory } from './laboratory';

/** Runs a migration once with no fault, as its framework would. */
export async function runPlainly(
  laboratory: Laboratory,
  database: string,
  migration: Migration,
  protocol: RunProtocol,
): Promise<ExecutionOutcome> {
  const execution = startExecution({ address: laboratory.sandbox.address(database), migration, protocol, signal: laboratory.signal });
  try {
    return await execution.outcome;
  } finally {
    await execution.close();
  }
}
