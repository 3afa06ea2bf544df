import { detachPending } from './detach-pending';
import { invalidIndex, reindexLeft } from './invalid-index';
import type { FailureMode } from './mode';
import { preparedTransaction } from './prepared-transaction';

/** Every failure mode, in the order in which its steps are taken. docs/recovery.md has a row for each. */
export const failureModes: readonly FailureMode[] = [preparedTransaction, detachPending, invalidIndex, reindexLeft];
