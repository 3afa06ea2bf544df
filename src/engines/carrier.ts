import type { EngineName } from '../model/engine';
import type { FaultName, Point } from '../model/fault';
import type { DatabaseAddress } from '../model/sandbox';

/** How a migration is carried out: by the built-in client as its framework would, or by a real tool's command. */
export interface Carrier {
  /** Starts it in one database. Nothing is thrown: problems come through `outcome`. The caller closes the execution. */
  start(request: CarryRequest): Execution;
  /** The part of it that is left when the statements before are done already, or the statements in between alone. Absent: only as a whole. */
  part?(range: StatementRange): Carrier;
}

/** Statements from `from` to before `until`. Without `until` to the end, with all that the framework sends around them. */
export interface StatementRange {
  readonly from: number;
  readonly until?: number;
}

export interface CarryRequest {
  readonly address: DatabaseAddress;
  /** With `point`; without both the migration runs undisturbed. */
  readonly fault?: FaultName;
  readonly point?: Point;
  /** Looks on while the migration runs; only where no fault strikes. */
  readonly instrument?: Instrument;
  /** How many times as long as usual a timeout of the server's leaves it to get where it is to fire: after `TooEarly`. 1 by default. */
  readonly patience?: number;
  readonly signal: AbortSignal;
}

/** Where inside of a statement the server was seen to be. */
export interface Inside {
  /** For people: "waits for the lock on a row in the middle of public.orders". */
  readonly what: string;
  /** As the server names the wait, and the kind of wait where it has kinds. */
  readonly waitEvent: string;
  readonly waitEventType?: string;
  /** How far the statement is, where the server says so. */
  readonly phase?: string;
}

/** Looks over the shoulder of a run without faults. What it sees there is its engine's own affair: only that engine's carriers take it. */
export interface Instrument {
  readonly engine: EngineName;
}

/** An error as the client of a database sees it. */
export interface ClientError {
  /** An SQLSTATE, an error number or its name, an errno name, or empty where there is none. */
  readonly code: string;
  readonly message: string;
}

/** How a client's run ended. */
export interface Ending {
  readonly result: 'success' | 'error' | 'connection lost' | 'skipped' | 'refused';
  readonly error?: ClientError;
}

/** A migration that is being run, over connections that can be held and cut. */
export interface Execution {
  /** Resolves when the point is reached and the execution is held there, or when it ended before reaching it ('finished'). */
  readonly held: Promise<'held' | 'finished'>;
  /**
   * Carries out the fault now; does nothing unless the execution is held. A crash is the caller's to cause while it is held: `outcome`
   * then resolves by itself.
   */
  strike(): Promise<void>;
  /** Where inside of a statement the server was seen to be when it was held there; only at `during`. */
  readonly inside: Inside | undefined;
  /**
   * How the client saw it end. Resolves when the server has come to rest, so that the state is final. Rejects when the execution could
   * not be carried out (no such point, no connection, cancelled): then there is no result. `ImpossibleHere` is a result of its own, and
   * `TooEarly` asks for more patience.
   */
  readonly outcome: Promise<ExecutionOutcome>;
  /** Closes whatever is still open, the server's side of a connection after a lost answer too. Idempotent. */
  close(): Promise<void>;
}

export interface ExecutionOutcome extends Ending {
  /** Statements that the server finished, whether or not the client heard of it, and whether or not they were undone later. */
  readonly statements: readonly FinishedStatement[];
  /** Numbers of the statements that came to the proxy, whether or not the server got and finished them. */
  readonly sent?: readonly number[];
  /** The server's processes, or its sessions by number, behind the connections, in the order in which these were made. */
  readonly serverProcessIds: readonly number[];
}

export interface FinishedStatement {
  readonly index: number;
  /** When it was sent, in milliseconds of this process's clock. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly rows: number;
}
