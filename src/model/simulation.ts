import type { FaultName, Point, Verdict } from './fault';
import type { Range } from './text';

/** One difference between two states, for people. `kind` is the kind of object: table, column, index, rows, sequence, session ... */
export interface StateDifference {
  readonly kind: string;
  readonly name: string;
  /** As seen from the state named by the list: `differsFromBefore` says what was added, removed or changed since before. */
  readonly change: 'added' | 'removed' | 'changed';
  readonly detail: string;
}

export interface RecoveryStep {
  readonly title: string;
  readonly why: string;
  readonly text: string;
  /** `sql` and `mongosh` are for the database, and are executed. */
  readonly language: 'sql' | 'mongosh' | 'shell' | 'text';
  /** Absent: schema and data. What concerns sessions or the framework's own history has no place in a migration's rollback. */
  readonly concerns?: 'sessions' | 'history';
}

/** One question to the database after a plan: it shows, beside the fingerprint, that the plan did what it claims. */
export interface RecoveryCheck {
  readonly title: string;
  /** A query of one row and one column that a person can run too. */
  readonly text: string;
  /** What it has to give, as text. Counts and checksums are those of the simulated rows: elsewhere take them from a backup. */
  readonly expected: string;
  readonly passed: boolean;
  /** What it gave; absent when it could not be asked. */
  readonly found?: string;
}

/** One way in which the failure left something behind, as it was found. */
export interface RecoveryMode {
  readonly name: string;
  /** What it was found on: the name of an index, a constraint, a session's lock ... */
  readonly object: string;
  readonly detail: string;
  /** A query that shows it on a live server. */
  readonly query: string;
}

/** One measured fact of the decision between back and forward; `back` and `forward` say what it is for each. */
export interface DecisionFact {
  readonly name: string;
  readonly back: string;
  readonly forward: string;
}

/** Steps from a partial state to before (back) or after (forward), with the proof. */
export interface RecoveryPlan {
  readonly steps: readonly RecoveryStep[];
  /** Executed in a clone of the partial state, and the fingerprint reached is exactly the one claimed. */
  readonly verified: boolean;
  /** What can't be brought back, and where it would have to come from. A plan that loses something is never `verified`. */
  readonly loses?: string;
  /** True when all but what `loses` names was executed and compared. */
  readonly verifiedExceptLoss?: boolean;
  /** The fingerprint in which executing the steps ended; absent when they could not be executed. */
  readonly reached?: string;
  /** Why it is not verified: the step that failed, or what still differs. */
  readonly problem?: string;
  /** Validation, executed after the steps; absent when these could not be executed. */
  readonly checks?: readonly RecoveryCheck[];
  readonly durationMs?: number;
}

export interface SessionLeft {
  readonly pid: number;
  readonly state: string;
  readonly query: string;
  readonly locks: readonly { readonly relation: string; readonly mode: string }[];
  /** No session but what PREPARE TRANSACTION left of one: its name. The pid is 0 then. */
  readonly preparedTransaction?: string;
  /** MongoDB: the id of the logical session, as the text of its UUID; the pid is 0 where nothing of it runs just now. */
  readonly lsid?: string;
  /** Whom it waits for; pid 0 is a prepared transaction. */
  readonly blockedBy?: readonly { readonly pid: number; readonly application: string; readonly state: string; readonly query: string }[];
}

/** Rows that are put into the state before, so that a statement meets them. */
export interface CellDirt {
  /** What is wrong with them: "two rows with the same lower(email)". */
  readonly description: string;
  /** `schema.table`. */
  readonly table: string;
  /** How many rows were added. */
  readonly rows: number;
  /** The SQL that added them to the state before, so that it can be done again by hand. */
  readonly text: string;
}

export interface CellResult {
  readonly id: string;
  readonly point: Point;
  readonly fault: FaultName;
  readonly status: 'done' | 'impossible' | 'failed';
  readonly why?: string;
  readonly sameAs?: string;
  /** What happened in plain words: the story of the cell. */
  readonly story?: string;
  /** At `during`: where the server was seen to be when the fault struck: "waits for the lock on a row in the middle of public.orders". */
  readonly inside?: string;
  /** Fault `dirty-data`: the rows that were there before the migration and made the statement fail. */
  readonly dirt?: CellDirt;
  /** As the client saw it; absent when the client saw success. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly fingerprint?: string;
  readonly verdict?: Verdict;
  readonly differsFromBefore?: readonly StateDifference[];
  readonly differsFromAfter?: readonly StateDifference[];
  readonly bookkeeping?: readonly { readonly table: string; readonly row: Readonly<Record<string, unknown>> }[];
  readonly sessions?: readonly SessionLeft[];
  readonly retry?: {
    readonly outcome: 'after' | 'before' | 'error' | 'differs';
    readonly error?: { readonly code: string; readonly message: string };
    /** What it did that it was not meant to do, as it was measured: "20 rows of public.orders are written twice". */
    readonly effect?: string;
  };
  readonly recovery?: {
    readonly back: RecoveryPlan;
    readonly forward: RecoveryPlan;
    readonly recommended: 'back' | 'forward';
    readonly because: string;
    /** What the recommendation rests on. */
    readonly decision?: { readonly facts: readonly DecisionFact[] };
    /** What was found left behind, by the modes of docs/recovery.md. */
    readonly modes?: readonly RecoveryMode[];
  };
  readonly durationMs?: number;
}

/** A table-level lock that a statement takes. */
export interface StatementLock {
  /** As other sessions know it, without the schema public. */
  readonly relation: string;
  /** As the manual spells it: `ACCESS EXCLUSIVE`. */
  readonly mode: string;
  /** From the moment that the statement was sent to the end of its transaction. */
  readonly heldMs: number;
  /** For an index that is locked more strongly than its table: that table, whose users have to wait too. */
  readonly table?: string;
}

export interface SimulatedStatement {
  readonly index: number;
  readonly text: string;
  readonly range?: Range;
  /** Number of the transaction it ran in. */
  readonly transaction: number;
  readonly durationMs: number;
  /** Weakest first. */
  readonly locks: readonly StatementLock[];
  /** Tables that are written anew into another file. */
  readonly rewrites: readonly string[];
  /** Rows inserted, updated and deleted; when measured, those of triggers and cascades too. */
  readonly rows: number;
  /** Bytes of write-ahead log; only when measured. A server with full_page_writes writes more after each checkpoint. */
  readonly walBytes?: number;
  /** True when locks, rewrites, rows and log are what the server told; absent when they are what the plan says. */
  readonly measured?: true;
}

/** What requests of an application do: find a row by its key, add one, change one. */
export type LoadOperation = 'read' | 'insert' | 'update';

/**
 * What an application would have felt: a light workload on the tables that the migration touches ran beside one more undisturbed run. Times
 * are milliseconds since the first statement was sent. After each statement the migration waits until every kind of request has met
 * what it left; those waits are taken out of the clock.
 */
export interface SimulatedLoad {
  /** One session for each kind of request and table, or more. */
  readonly sessions: number;
  readonly durationMs: number;
  readonly timeline: readonly LoadedStatement[];
  /** Requests that had to wait for the migration, in the order in which they began. */
  readonly blocked: readonly BlockedRequest[];
  readonly errors: readonly LoadError[];
  readonly summary: LoadSummary;
  /** Tables that were left alone, and why. */
  readonly notes: readonly string[];
}

export interface LoadedStatement {
  readonly statement: number;
  readonly startMs: number;
  readonly endMs: number;
  /** When its transaction ended, and its locks with it. */
  readonly releasedMs: number;
  readonly locks: readonly Omit<StatementLock, 'heldMs'>[];
}

export interface BlockedRequest {
  /** From 1. */
  readonly session: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly operation: LoadOperation;
  readonly relation: string;
  /** The statement that it met. */
  readonly statement: number;
}

/** Requests that failed alike, behind the same statement. */
export interface LoadError {
  readonly operation: LoadOperation;
  readonly relation: string;
  readonly code: string;
  readonly message: string;
  /** The statement after which it failed first. */
  readonly statement: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  /** Still failing when the migration was done: an application that is not changed goes on failing. */
  readonly lasting: boolean;
}

export interface LoadSummary {
  readonly requests: number;
  readonly blockedRequests: number;
  /** Of all sessions together. */
  readonly blockedMs: number;
  readonly longestBlockedMs: number;
  readonly errors: number;
  /** Of one request, in the middle of all: before the migration, and while it ran. */
  readonly latencyBeforeMs: number;
  readonly latencyDuringMs: number;
}

export interface SimulatedMigration {
  readonly path?: string;
  readonly command?: string;
  readonly id: string;
  readonly framework: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly sandbox: string;
  readonly seed: number;
  readonly rows: number;
  /** Tables for which no rows could be made, with the reason: what only rows would show is not seen in them. Absent: there is none. */
  readonly unfilled?: readonly UnfilledTable[];
}

export interface UnfilledTable {
  /** With its schema. */
  readonly table: string;
  readonly why: string;
}

export interface SimulationSummary {
  readonly cells: number;
  readonly done: number;
  readonly byVerdict: Readonly<Partial<Record<Verdict, number>>>;
  /** Number of recovery plans that were verified, of both directions. */
  readonly recoveryVerified: number;
  readonly durationMs: number;
  /** `durationMs` over all cells that were answered, the collapsed ones included. */
  readonly perCellMs: number;
}

/** The simulation of one migration. */
export interface Simulation {
  readonly migration: SimulatedMigration;
  readonly statements: readonly SimulatedStatement[];
  readonly transactions: readonly { readonly index: number; readonly kind: string; readonly statements: readonly number[] }[];
  /** `after` is absent when the migration fails by itself, with no fault injected. */
  readonly states: { readonly before: { readonly fingerprint: string }; readonly after?: { readonly fingerprint: string } };
  /** The migration's own failure, with no fault injected. */
  readonly failsByItself?: { readonly statement?: number; readonly code: string; readonly message: string };
  /** Why nothing is known of what a failure leaves, although there are cells: none could be carried out. Absent when one was. */
  readonly untried?: string;
  readonly cells: readonly CellResult[];
  /** Absent when no workload was asked for, or there was no table that it could work on. */
  readonly load?: SimulatedLoad;
  readonly summary: SimulationSummary;
}

/** A part of the migrations of a folder: every `count`-th, beginning with the `index`-th, from 1 on. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** `simulate --format json`. */
export interface SimulationReport {
  readonly version: 1;
  /** Present when this is a part of a report: `faultline merge` joins them. */
  readonly shard?: Shard;
  readonly simulations: readonly Simulation[];
  readonly summary: {
    readonly simulations: number;
    readonly cells: number;
    readonly byVerdict: Readonly<Partial<Record<Verdict, number>>>;
    readonly durationMs: number;
  };
}
