import { relationKey, type Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { ObjectName, Operation } from '../../model/operation';
import { parentColumns } from '../../schema/mysql/parts';
import type { Situation } from '../situation';
import { tableOf } from '../situation';
import { optionOf } from './column-type';

/** What is known when a statement runs on MySQL or MariaDB. */
export interface MysqlSituation extends Situation {
  readonly engine: Engine;
  /** False after SET foreign_key_checks = 0. */
  readonly foreignKeyChecks: boolean;
}

/** The table, when all of its columns and keys are known. */
export function wholeTable(situation: MysqlSituation, name: ObjectName): Table | undefined {
  const table = tableOf(situation, name);
  return table?.complete === false ? undefined : table;
}

/** Tables of other engines know one way: all of it anew. */
export function isInnodb(table: Table | undefined): boolean {
  const engine = optionOf(table, 'engine');
  return engine === undefined || engine.toLowerCase() === 'innodb';
}

/**
 * Storage engines that know no transactions: a statement on them that fails midway has written what it has written (manual, "Alternative Storage
 * Engines"; of MariaDB, "Aria Storage Engine": crash-safe, and not transactional).
 */
const withoutTransactions = /^(myisam|aria|memory|heap|archive|csv|merge|mrg_myisam|blackhole)$/i;

/** Whether a storage engine of this name knows no transactions. */
export function knowsNoTransactions(storage: string): boolean {
  return withoutTransactions.test(storage);
}

/** The storage engine of a table whose rows the statement writes, where that knows no transactions. What is temporary ends with its session. */
export function storageWithoutTransactions(situation: MysqlSituation, { operations }: Statement): string | undefined {
  for (const operation of operations) {
    if (!writesRows(operation)) continue;
    const table = tableOf(situation, operation.table);
    const storage = optionOf(table, 'engine');
    if (storage !== undefined && table?.persistence !== 'temporary' && knowsNoTransactions(storage)) return storage;
  }
  return undefined;
}

function writesRows(operation: Operation): operation is Extract<Operation, { kind: 'insert' | 'update' | 'delete' | 'merge' | 'copy' }> {
  return ['insert', 'update', 'delete', 'merge', 'copy'].includes(operation.kind);
}

export function hasFulltext(table: Table | undefined): boolean {
  return table?.indexes.some(({ definition }) => /^FULLTEXT/i.test(definition)) ?? false;
}

export function isCompressed(table: Table | undefined): boolean {
  return optionOf(table, 'row_format')?.toLowerCase() === 'compressed' || optionOf(table, 'key_block_size') !== undefined;
}

/** Does a foreign key of any known table refer to this column? */
export function isReferenced({ catalog }: MysqlSituation, table: Table | undefined, column: string): boolean {
  if (table === undefined) return false;
  const key = relationKey(table);
  return catalog.tables.some(({ constraints }) =>
    constraints.some(
      (constraint) => constraint.kind === 'foreign key' && constraint.references === key && parentColumns(constraint).includes(column),
    ),
  );
}
