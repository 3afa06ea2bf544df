import { alreadyThere } from './mongodb/already-there';
import { anotherDatabase } from './mongodb/another-database';
import { applicationImported } from './mongodb/application-imported';
import { connectionLeftOpen } from './mongodb/connection-left-open';
import { deprecatedCommand } from './mongodb/deprecated-command';
import { documentsDestroyed } from './mongodb/documents-destroyed';
import { errorsSwallowed } from './mongodb/errors-swallowed';
import { foreignHandle } from './mongodb/foreign-handle';
import { indexGap } from './mongodb/index-gap';
import { indexWithoutName } from './mongodb/index-without-name';
import { insertRepeated } from './mongodb/insert-repeated';
import { longTransaction } from './mongodb/long-transaction';
import { refusedInTransaction } from './mongodb/refused-in-transaction';
import { removedCommand } from './mongodb/removed-command';
import { sessionMissing } from './mongodb/session-missing';
import { statusApart } from './mongodb/status-apart';
import { transactionNotCommitted } from './mongodb/transaction-not-committed';
import { ttlOnExisting } from './mongodb/ttl-on-existing';
import { uniqueIndexUnchecked } from './mongodb/unique-index-unchecked';
import { updateRepeated } from './mongodb/update-repeated';
import { updateWithoutFilter } from './mongodb/update-without-filter';
import { validatorAtOnce } from './mongodb/validator-at-once';
import { weakWriteConcern } from './mongodb/weak-write-concern';
import { writePerDocument } from './mongodb/write-per-document';
import { algorithmNotStated } from './mysql/algorithm-not-stated';
import { algorithmRefused } from './mysql/algorithm-refused';
import { altersNotMerged } from './mysql/alters-not-merged';
import { checkOverRows } from './mysql/check-over-rows';
import { checksLeftOff } from './mysql/checks-left-off';
import { ddlEndsTransaction } from './mysql/ddl-ends-transaction';
import { definitionLost } from './mysql/definition-lost';
import { delimiterSent } from './mysql/delimiter-sent';
import { guardNotSupported } from './mysql/guard-not-supported';
import { implicitDefault } from './mysql/implicit-default';
import { indexDroppedAtOnce } from './mysql/index-dropped-at-once';
import { inexactMoney } from './mysql/inexact-money';
import { inlineReferencesIgnored } from './mysql/inline-references-ignored';
import { loadDataDirect } from './mysql/load-data-direct';
import { lockWaitTimeout } from './mysql/missing-lock-wait-timeout';
import { mysqlDestructiveChange } from './mysql/mysql-destructive-change';
import { foreignKeyAdded } from './mysql/mysql-foreign-key';
import { mysqlNameTaken } from './mysql/mysql-name-taken';
import { mysqlNotThere } from './mysql/mysql-not-there';
import { mysqlPartialOnFailure } from './mysql/mysql-partial-on-failure';
import { mysqlRefusedChange } from './mysql/mysql-refused-change';
import { countedKeyTooSmall } from './mysql/mysql-small-key';
import { mysqlStillNeeded } from './mysql/mysql-still-needed';
import { mysqlUnbatchedWrite } from './mysql/mysql-unbatched-write';
import { narrowCharset } from './mysql/narrow-charset';
import { narrowerType } from './mysql/narrower-type';
import { noPrimaryKey } from './mysql/no-primary-key';
import { notNullOverNulls } from './mysql/not-null-over-nulls';
import { onlineToolLeftover } from './mysql/online-tool-leftover';
import { readerLeftBroken } from './mysql/reader-left-broken';
import { replicationUnsafe } from './mysql/replication-unsafe';
import { routineNotReplaced } from './mysql/routine-not-replaced';
import { severalInOneCall } from './mysql/several-in-one-call';
import { tableCopy } from './mysql/table-copy';
import { tableEngine } from './mysql/table-engine';
import { tableSwap } from './mysql/table-swap';
import { uniqueOverDuplicates } from './mysql/unique-over-duplicates';
import { valuesFunction } from './mysql/values-function';
import { varyingDefault } from './mysql/varying-default';
import { zeroDate } from './mysql/zero-date';
import { addColumnRewrite } from './postgres/add-column-rewrite';
import { attachPartitionScan } from './postgres/attach-partition-scan';
import { backfillUnderLock } from './postgres/backfill-under-lock';
import { blockingMaintenance } from './postgres/blocking-maintenance';
import { columnTypeRewrite } from './postgres/column-type-rewrite';
import { concurrentInTransaction } from './postgres/concurrent-in-transaction';
import { conflictTarget } from './postgres/conflict-target';
import { constraintValidatedAtOnce } from './postgres/constraint-validated-at-once';
import { destructiveChange } from './postgres/destructive-change';
import { discouragedType } from './postgres/discouraged-type';
import { enumValueTooEarly } from './postgres/enum-value-too-early';
import { foreignKeyWithoutIndex } from './postgres/foreign-key-without-index';
import { guaranteeRemoved } from './postgres/guarantee-removed';
import { hiddenDifference } from './postgres/hidden-difference';
import { indexNotConcurrent } from './postgres/index-not-concurrent';
import { insertNotRepeatable } from './postgres/insert-not-repeatable';
import { invalidIndexKept } from './postgres/invalid-index-kept';
import { leftDisabled } from './postgres/left-disabled';
import { lockHeld } from './postgres/lock-held';
import { missingGuard } from './postgres/missing-guard';
import { missingLockTimeout } from './postgres/missing-lock-timeout';
import { missingStatementTimeout } from './postgres/missing-statement-timeout';
import { nameTaken } from './postgres/name-taken';
import { newColumnRequired } from './postgres/new-column-required';
import { newerThanServer } from './postgres/newer-than-server';
import { notThere } from './postgres/not-there';
import { openPrivileges } from './postgres/open-privileges';
import { partialOnFailure } from './postgres/partial-on-failure';
import { refusedChange } from './postgres/refused-change';
import { replicaIdentityMissing } from './postgres/replica-identity-missing';
import { requiredColumn } from './postgres/required-column';
import { routineBreaks } from './postgres/routine-breaks';
import { sequenceLeftBehind } from './postgres/sequence-left-behind';
import { setNotNullScan } from './postgres/set-not-null-scan';
import { severalTablesLocked } from './postgres/several-tables-locked';
import { smallKey } from './postgres/small-key';
import { stillNeeded } from './postgres/still-needed';
import { timeoutBreaksOff } from './postgres/timeout-breaks-off';
import { unbatchedWrite } from './postgres/unbatched-write';
import type { Rule } from './rule';
import { identifierTooLong } from './shared/identifier-too-long';
import { ignoredFile } from './shared/ignored-file';
import { irreversibleUnsaid } from './shared/irreversible-unsaid';
import { missingRollback } from './shared/missing-rollback';
import { needlessNoTransaction } from './shared/needless-no-transaction';
import { outsideTransaction } from './shared/outside-transaction';
import { promiseNotAwaited } from './shared/promise-not-awaited';
import { refusedByFramework } from './shared/refused-by-framework';
import { rollbackIncomplete } from './shared/rollback-incomplete';
import { settingLeaks } from './shared/setting-leaks';
import { statementMarks } from './shared/statement-marks';
import { transactionControl } from './shared/transaction-control';
import { unreadCode } from './shared/unread-code';
import { unreadableStatement } from './shared/unreadable-statement';
import { unresolvedPlaceholder } from './shared/unresolved-placeholder';
import { unusableFile } from './shared/unusable-file';
import { unusedSuppression } from './shared/unused-suppression';
import { versionGap } from './shared/version-gap';
import { versionOrder } from './shared/version-order';

/** Every rule, in the order in which findings at one place are shown. Adding one is adding its file and a line here. */
export const allRules: readonly Rule[] = [
  unreadableStatement,
  unreadCode,
  refusedByFramework,
  transactionControl,
  concurrentInTransaction,
  enumValueTooEarly,
  newerThanServer,
  requiredColumn,
  indexNotConcurrent,
  invalidIndexKept,
  addColumnRewrite,
  columnTypeRewrite,
  setNotNullScan,
  constraintValidatedAtOnce,
  attachPartitionScan,
  blockingMaintenance,
  leftDisabled,
  sequenceLeftBehind,
  settingLeaks,
  unbatchedWrite,
  destructiveChange,
  missingLockTimeout,
  missingStatementTimeout,
  timeoutBreaksOff,
  partialOnFailure,
  missingGuard,
  missingRollback,
  foreignKeyWithoutIndex,
  lockHeld,
  openPrivileges,
  identifierTooLong,
  smallKey,
  discouragedType,
  conflictTarget,
  nameTaken,
  newColumnRequired,
  notThere,
  stillNeeded,
  routineBreaks,
  refusedChange,
  hiddenDifference,
  insertNotRepeatable,
  severalTablesLocked,
  backfillUnderLock,
  unusableFile,
  versionOrder,
  versionGap,
  ignoredFile,
  rollbackIncomplete,
  guaranteeRemoved,
  replicaIdentityMissing,
  statementMarks,
  outsideTransaction,
  irreversibleUnsaid,
  needlessNoTransaction,
  unresolvedPlaceholder,
  algorithmRefused,
  tableCopy,
  foreignKeyAdded,
  algorithmNotStated,
  altersNotMerged,
  indexDroppedAtOnce,
  guardNotSupported,
  routineNotReplaced,
  valuesFunction,
  mysqlUnbatchedWrite,
  loadDataDirect,
  ddlEndsTransaction,
  mysqlPartialOnFailure,
  lockWaitTimeout,
  uniqueOverDuplicates,
  notNullOverNulls,
  narrowerType,
  checkOverRows,
  inlineReferencesIgnored,
  definitionLost,
  implicitDefault,
  varyingDefault,
  noPrimaryKey,
  tableEngine,
  narrowCharset,
  inexactMoney,
  zeroDate,
  countedKeyTooSmall,
  checksLeftOff,
  tableSwap,
  onlineToolLeftover,
  replicationUnsafe,
  mysqlDestructiveChange,
  delimiterSent,
  severalInOneCall,
  mysqlRefusedChange,
  mysqlStillNeeded,
  readerLeftBroken,
  mysqlNameTaken,
  mysqlNotThere,
  refusedInTransaction,
  sessionMissing,
  transactionNotCommitted,
  promiseNotAwaited,
  removedCommand,
  longTransaction,
  errorsSwallowed,
  weakWriteConcern,
  anotherDatabase,
  foreignHandle,
  connectionLeftOpen,
  applicationImported,
  deprecatedCommand,
  insertRepeated,
  indexWithoutName,
  ttlOnExisting,
  uniqueIndexUnchecked,
  updateRepeated,
  validatorAtOnce,
  writePerDocument,
  documentsDestroyed,
  statusApart,
  indexGap,
  alreadyThere,
  updateWithoutFilter,
  unusedSuppression,
];

export function ruleById(id: string): Rule | undefined {
  return allRules.find((rule) => rule.id === id);
}
