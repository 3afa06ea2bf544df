import type { Catalog } from './catalog';
import type { SessionLeft } from './simulation';

/** A table's rows as numbers: enough to tell two states apart, too little to leak a value. */
export interface TableData {
  readonly table: string;
  readonly rowCount: number;
  /** Sum of a hash per row, so that physical order does not matter. Columns in name order; volatile columns left out. */
  readonly rowsHash: string;
  /** The same per column (name to sum); filled only where it was asked for, to say which column differs. */
  readonly columnHashes?: Readonly<Record<string, string>>;
}

export interface SequencePosition {
  /** The key of a sequence of the catalog, or `table.column` where the table itself counts: AUTO_INCREMENT. */
  readonly sequence: string;
  /** The table that counts by itself. */
  readonly countedBy?: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
  /** The greatest value in the column it belongs to; absent when it belongs to none or the table is empty. */
  readonly greatestInUse?: string;
}

/** Everything that the migration could have changed. */
export interface State {
  readonly catalog: Catalog;
  readonly data: readonly TableData[];
  readonly sequences: readonly SequencePosition[];
  /** Rows of the framework's history and lock tables, sorted. */
  readonly bookkeeping: readonly BookkeepingTable[];
  /** Sessions of the migration that are still there, with the locks they hold. */
  readonly sessions: readonly SessionLeft[];
  readonly preparedTransactions: readonly string[];
}

export interface BookkeepingTable {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Columns whose values differ between two fault-free runs (clock times, random ids). They are found by measuring, and left out of
 * row hashes. Key: `schema.table`, or a bookkeeping table; value: column names.
 */
export type VolatileColumns = Readonly<Record<string, readonly string[]>>;
