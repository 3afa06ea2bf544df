import type { Instrument } from './carrier';

export interface MeasuredLock {
  /** As other sessions know it at that moment, without the schema public. */
  readonly relation: string;
  /** As the manual spells it. */
  readonly mode: string;
  /** For an index that is locked more strongly than its table: that table, whose users have to wait too. */
  readonly table?: string;
}

/** What one statement did to the server, as the server tells it. */
export interface StatementMeasure {
  readonly statement: number;
  /** Taken by it, weakest first; on relations that are nobody else's yet, none. */
  readonly taken: readonly MeasuredLock[];
  /** All that its transaction holds when it is done, the earlier statements' included. */
  readonly held: readonly MeasuredLock[];
  /** Tables that were written anew into another file. */
  readonly rewrites: readonly string[];
  /** Rows inserted, updated and deleted, by triggers and cascades too. Undefined where only the statement itself can count them. */
  readonly rows?: number;
  /** Bytes of the server's log, where it tells. */
  readonly walBytes?: number;
}

/** Measures one undisturbed run. Give it to the carrier, then close it. */
export interface Meter extends Instrument {
  /** What was measured, by statement. Idempotent. */
  close(): Promise<ReadonlyMap<number, StatementMeasure>>;
}
