import type { EngineName } from '../model/engine';
import type { BookkeepingTable, State, VolatileColumns } from '../model/state';

/** How a state is read. */
export interface CaptureOptions {
  /** `schema.table` of the framework's own tables: their rows are given apart, and they are no part of schema and data. */
  readonly bookkeepingTables: readonly string[];
  /** Columns whose values differ between equal runs: only whether they are null is hashed, and for times whether they are from before `clockStart`. */
  readonly volatile: VolatileColumns;
  /** When the first run began, ISO 8601 in UTC: a time that a migration writes is later, one that was there before is earlier. */
  readonly clockStart?: string;
  /** Also a hash per column, to say which one differs. Costs about twice the time. */
  readonly columnHashes?: boolean;
  /** Schemas that hold the framework's own tables and nothing else; they are no part of the schema either. */
  readonly bookkeepingSchemas?: readonly string[];
  /** Leaves out of the history what says nothing about the migration, as its framework knows. */
  readonly normalHistory?: (tables: readonly BookkeepingTable[]) => readonly BookkeepingTable[];
  /** Given for the database that it was made of, and for copies of that and of them: what did not change since is taken from it. */
  readonly baseline?: Baseline;
}

/** A state that was read in full. An engine keeps with it what it needs to read a later one by what changed since. */
export interface Baseline {
  readonly engine: EngineName;
  readonly state: State;
  readonly options: CaptureOptions;
}
