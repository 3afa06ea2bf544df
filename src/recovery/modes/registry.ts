import { detachPending } from './detach-pending';
import { invalidIndex } from './invalid-index';
import type { FailureMode } from './mode';
import { preparedTransaction } from './prepared-transaction';

/**
 * Every failure mode that needs steps of its own, in the order in which they are taken. Those that only the catalogs differ by (a
 * constraint left NOT VALID, a trigger left disabled) are repaired by the writer of DDL.
 */
export const failureModes: readonly FailureMode[] = [preparedTransaction, detachPending, invalidIndex];
