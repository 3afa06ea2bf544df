import type { ObjectName } from '../model/operation';
import type { CostClass, PlannedLock, PostgresLockMode } from '../model/plan';
import { label } from './situation';

/** What one operation locks and costs, and why. */
export interface Fact {
  readonly locks: readonly PlannedLock[];
  readonly cost: CostClass;
  readonly because: string;
}

/** Reasons that say no more than the cost does. */
export const catalogOnly = 'Only the catalog changes';
export const rowsWritten = 'It writes rows';

export function fact(cost: CostClass, because: string, ...locks: readonly (readonly [ObjectName, PostgresLockMode])[]): Fact {
  return { cost, because, locks: locks.map(([name, mode]) => ({ relation: label(name), name, mode })) };
}
