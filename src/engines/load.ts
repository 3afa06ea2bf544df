import type { DatabaseAddress } from '../model/sandbox';
import type { LoadOperation } from '../model/simulation';
import type { Instrument } from './carrier';

/** One kind of request on one table, as texts that differ in the row they are about. */
export interface WorkloadRequest {
  readonly operation: LoadOperation;
  readonly relation: string;
  readonly texts: readonly string[];
}

export interface Workload {
  readonly requests: readonly WorkloadRequest[];
  /** What could not be made, and why. */
  readonly notes: readonly string[];
}

export interface WorkloadSource {
  /** The database that the workload will run in; nothing in it is changed. */
  readonly address: DatabaseAddress;
  /** A copy of it that may be spoilt: new rows are made there. */
  readonly scratch: DatabaseAddress;
  /** Tables to work on, by name. */
  readonly tables: readonly string[];
  readonly seed: number;
}

/** One request as an application felt it. */
export interface Attempt {
  readonly session: number;
  readonly request: WorkloadRequest;
  readonly startMs: number;
  readonly endMs: number;
  /** By a clock that was not stopped. */
  readonly realMs: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What a request met, beside what it felt. */
export interface LoadedAttempt extends Attempt {
  /** The statement for whose locks it was seen to wait. */
  readonly blockedBy?: number;
  /** The last statement that was done when it ended; 0 before the first. */
  readonly behind: number;
  /** The statement that was running when it ended, or the last that ran. */
  readonly beside: number;
  readonly phase: 'before' | 'during' | 'after';
}

export interface LoadedStatementTimes {
  readonly statement: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly releasedMs: number;
}

export interface LoadRecord {
  readonly attempts: readonly LoadedAttempt[];
  readonly timeline: readonly LoadedStatementTimes[];
  readonly endedMs: number;
}

export interface LoadOptions {
  readonly address: DatabaseAddress;
  readonly requests: readonly WorkloadRequest[];
  /** Sessions for each kind of request. */
  readonly sessionsPerRequest: number;
  /** Numbers of the statements that can't stand in a transaction. */
  readonly bare: ReadonlySet<number>;
  readonly seed: number;
}

/** A workload that is at work. Give it to the carrier of the migration, then ask it what happened, and close it. */
export interface RunningLoad extends Instrument {
  readonly sessionCount: number;
  finish(): Promise<LoadRecord>;
  close(): Promise<void>;
}
