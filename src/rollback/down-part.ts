import type { Table } from '../model/catalog';
import type { Loss } from '../state/loss';

/** A piece of a generated rollback. */
export interface DownPart {
  /** What is lost or left, in words. */
  readonly comments: readonly string[];
  /** Statements with semicolons; empty when nothing can be done. */
  readonly text: readonly string[];
  /** Rows and values that do not come back; tables as they are called before the migration. */
  readonly losses?: readonly Loss[];
  /** True when something of the schema stays as the migration left it. */
  readonly leavesSchema?: boolean;
  /** Rows that fit only when the columns are what they were: the table that they are taken from, which goes behind them. */
  readonly takenFrom?: Table;
}

/** A loss of rows or values, which the schema does not show. */
export function lostData(comment: string, ...losses: readonly Loss[]): DownPart {
  return { comments: [comment], text: [], losses };
}

/** A part of the schema that can't be put back from what is known. */
export function notUndone(what: string, ...losses: readonly Loss[]): DownPart {
  return { comments: [`Not undone: ${what}. Write it by hand.`], text: [], losses, leavesSchema: true };
}

export function statement(text: string): DownPart {
  return { comments: [], text: [text.endsWith(';') ? text : `${text};`] };
}
