import type { Engine, EngineName } from '../../model/engine';
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
import { halfUpdated } from './mongodb/half-update';
import { indexBuild } from './mongodb/index-build';
import { leftMigrating } from './mongodb/left-migrating';
import { migrationLockLeft } from './mongodb/lock-left';
import { orphanedReferences } from './mongodb/orphans';
import { renameMidSwap } from './mongodb/rename-swap';
import { uniqueDuplicates } from './mongodb/unique-duplicates';
import { invalidUnderValidator } from './mongodb/validator';
import { autoIncrementBehind, autoIncrementMoved } from './mysql/auto-increment';
import { bypassedChecks } from './mysql/bypassed-checks';
import { committedOneByOne } from './mysql/committed-one-by-one';
import { engineTableLeft } from './mysql/engine-table-left';
import { onlineToolLeft } from './mysql/online-tool';
import { mysqlSwap } from './mysql/swap';
import { xaTransaction } from './mysql/xa-transaction';
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
  committedOneByOne,
  xaTransaction,
  onlineToolLeft,
  mysqlSwap,
  engineTableLeft,
  bypassedChecks,
  autoIncrementBehind,
  autoIncrementMoved,
  migrationLockLeft,
  indexBuild,
  uniqueDuplicates,
  invalidUnderValidator,
  halfUpdated,
  leftMigrating,
  renameMidSwap,
  orphanedReferences,
];

const names: readonly EngineName[] = ['postgres', 'mysql', 'mariadb', 'mongodb'];
const byEngine: Readonly<Partial<Record<EngineName, readonly FailureMode[]>>> = Object.fromEntries(
  names.map((name) => [name, failureModes.filter(({ engines }) => engines.includes(name))]),
);

/** Those that an engine knows. */
export function modesFor({ name }: Pick<Engine, 'name'>): readonly FailureMode[] {
  return byEngine[name] ?? [];
}
