import type { FaultName, Point } from '../../../model/fault';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { Inside } from '../faults/inside/moment';
import type { Instrument } from '../measure/instrument';
import type { ClientError } from './run';

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

export interface ExecutionOutcome {
  readonly result: 'success' | 'error' | 'connection lost' | 'skipped' | 'refused';
  /** As the client saw it; `code` is an SQLSTATE, an errno name, or empty. */
  readonly error?: ClientError;
  /** Statements that the server finished, whether or not the client heard of it, and whether or not they were undone later. */
  readonly statements: readonly FinishedStatement[];
  /** The server's processes behind its connections, in the order in which these were made. */
  readonly serverProcessIds: readonly number[];
}

export interface FinishedStatement {
  readonly index: number;
  /** When it was sent, in milliseconds of this process's clock. */
  readonly startedMs: number;
  readonly durationMs: number;
  readonly rows: number;
}
