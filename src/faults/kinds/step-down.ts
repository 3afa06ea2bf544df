import { committedAt } from '../course';
import { nothingToBeInside } from './inside';
import type { FaultKind } from './kind';

/**
 * The primary steps down: it ends what writes, aborts open transactions, and closes nothing (manual, "replSetStepDown"). The client looks for a
 * primary again, and retryable writes go on there.
 */
export const stepDownFault: FaultKind = {
  name: 'step-down',
  engines: ['mongodb'],
  happened: 'The primary stepped down',
  impossible: nothingToBeInside,
  completed: committedAt,
  equivalence: () => undefined,
};
