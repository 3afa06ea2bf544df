import type { Statement } from '../model/migration';
import type { CellDirt, UnfilledTable } from '../model/simulation';

export interface GenerateRowsOptions {
  /** Tables with fewer rows are filled up to this many. */
  readonly rows: number;
  /** The same seed in the same schema gives the same rows, byte by byte. */
  readonly seed: number;
  /** Tables to leave alone, as `schema.table`, or `table` in any schema. */
  readonly excludeTables: readonly string[];
  /** What the migration is going to do: an engine whose schema says little of its rows makes such as the migration will meet. */
  readonly meant?: readonly Statement[];
}

export interface GeneratedRows {
  /** What was added to each table, as `schema.table`. */
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  /** Tables that got none, with the reason in words. */
  readonly skipped: readonly UnfilledTable[];
}

/** What dirty rows are made with. */
export interface DirtSource {
  readonly seed: number;
  /** Columns of a table that the migration makes, so that rows of before have none of them. */
  readonly fresh: (table: string) => readonly string[];
}

/** What was put in, or why the schema does not let such rows be. */
export type MadeDirt = CellDirt | { readonly why: string };
