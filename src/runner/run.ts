import type { Carrier, ExecutionOutcome } from '../engines/carrier';
import type { Laboratory } from './laboratory';

/** Runs a migration once with no fault. */
export async function runPlainly(laboratory: Laboratory, database: string, carrier: Carrier): Promise<ExecutionOutcome> {
  const execution = carrier.start({ address: laboratory.sandbox.address(database), signal: laboratory.signal });
  try {
    return await execution.outcome;
  } finally {
    await execution.close();
  }
}
