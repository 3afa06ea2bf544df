import { besideSchemas } from './beside-schemas';
import { brokenRows } from './broken-rows';
import { bypassedConstraint } from './bypassed-constraint';
import { detachPending } from './detach-pending';
import { disabledTrigger } from './disabled-trigger';
import { duplicates } from './duplicates';
import { emptiedUnlogged } from './emptied-unlogged';
import { enumValue } from './enum-value';
import { halfBackfill } from './half-backfill';
import { invalidIndex, reindexLeft } from './invalid-index';
import type { FailureMode } from './mode';
import { notEnforced, notValidated } from './not-validated';
import { openSession } from './open-session';
import { preparedTransaction } from './prepared-transaction';
import { replicaDiverged, subscriptionStopped } from './replication';
import { sequenceBehind, sequenceMoved } from './sequence-behind';
import { tableSwap } from './table-swap';

/**
 * Every failure mode that states show, in the order in which its steps are taken; what the error alone tells is in `server-error`.
 * docs/recovery.md has a row for each.
 */
export const failureModes: readonly FailureMode[] = [
  openSession,
  preparedTransaction,
  detachPending,
  invalidIndex,
  reindexLeft,
  emptiedUnlogged,
  duplicates,
  brokenRows,
  halfBackfill,
  tableSwap,
  enumValue,
  notValidated,
  notEnforced,
  disabledTrigger,
  besideSchemas,
  replicaDiverged,
  subscriptionStopped,
  sequenceBehind,
  sequenceMoved,
  bypassedConstraint,
];
