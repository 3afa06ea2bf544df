import type { Migration } from '../../model/migration';
import type { RunDecision, RunProtocol } from '../../model/run-protocol';
import type { HistoryRow } from '../history';

/**
 * What a tool makes of its own history, on whichever engine the history lies: whether it runs a migration, how a person mends what an attempt
 * left in there, and what the rows say. How it is written is SQL of an engine, and given by the protocol for that engine.
 */
export interface ToolHistory extends Pick<RunProtocol, 'markApplied' | 'markNotApplied' | 'recorded'> {
  /** What the tool does once it has read its history. */
  decide(migration: Migration, rows: readonly HistoryRow[]): RunDecision;
}

/** Statements in an engine's SQL, without the semicolon behind them. */
export interface RowsOfHistory {
  /** The table, as a snapshot names it. */
  readonly table: string;
  /** Writes that the migration is done. */
  insertRow(migration: Migration): string;
  /** Removes what is written of the migration. */
  deleteRow(migration: Migration): string;
}
