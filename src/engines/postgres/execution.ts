import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { FaultName, Point } from '../../model/fault';
import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import type { DatabaseAddress } from '../../model/sandbox';
import { PostgresConnection } from '../../wire/postgres/connection';
import type { RequestOrder, WireRequest } from '../../wire/postgres/handlers';
import { rowsOfTag } from '../../wire/postgres/messages';
import type { Completion } from '../../wire/postgres/responses';
import { startProxy, type WireProxy } from '../../wire/proxy';
import { createClient, migrationApplicationName } from './connect';
import { Gate } from './execution-gate';
import { type ClientError, type Ending, runSteps } from './execution-run';
import { Script } from './execution-script';
import { gated, gateNotice, marked, markNotice } from './execution-texts';
import type { Ambush, PostgresFault } from './faults/fault';
import { postgresFault } from './faults/registry';

export interface ExecutionRequest {
  readonly address: DatabaseAddress;
  readonly migration: Migration;
  readonly protocol: RunProtocol;
  /** With `point`; without both the migration runs undisturbed. */
  readonly fault?: FaultName;
  readonly point?: Point;
  readonly signal: AbortSignal;
}

/** A migration that is being run, as its framework would, over a connection that can be held and cut. */
export interface Execution {
  /** Resolves when the point is reached and the execution is held there, or when it ended before reaching it ('finished'). */
  readonly held: Promise<'held' | 'finished'>;
  /**
   * Carries out the fault now; does nothing unless the execution is held. A crash is the caller's to cause while it is held: `outcome`
   * then resolves by itself.
   */
  strike(): Promise<void>;
  /**
   * How the client saw it end. Resolves when the server has come to rest, so that the state is final. Rejects when the execution could
   * not be carried out (no such point, no connection, cancelled): then there is no result.
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
  readonly statements: readonly { readonly index: number; readonly durationMs: number; readonly rows: number }[];
  readonly serverProcessId?: number;
}

/** Longest time that a server may take to end its process after its client has gone. */
const serverEndTimeoutMs = 120_000;

/** Starts a migration. Nothing is thrown: problems come through `outcome`. */
export function startExecution(request: ExecutionRequest): Execution {
  return new PostgresExecution(request);
}

class PostgresExecution implements Execution {
  readonly held: Promise<'held' | 'finished'>;
  readonly outcome: Promise<ExecutionOutcome>;

  private readonly request: ExecutionRequest;
  private readonly script: Script;
  private readonly fault: PostgresFault | undefined;
  private ambush: Ambush | undefined;
  private readonly hidden = new Map<number, ReadonlySet<number>>();
  private readonly finished: ExecutionOutcome['statements'][number][] = [];
  private setHeld: (how: 'held' | 'finished') => void = () => undefined;
  private isHeld = false;
  private struck = false;
  /** Lets a request go that is held before the server. */
  private letRequestGo: (order: RequestOrder | undefined) => void = () => undefined;
  private proxy: WireProxy | undefined;
  private connection: PostgresConnection | undefined;
  private client: pg.Client | undefined;
  private gate: Gate | undefined;
  private closed = false;

  constructor(request: ExecutionRequest) {
    this.request = request;
    this.script = new Script(request.migration, request.protocol.steps(request.migration));
    this.fault = request.fault && postgresFault(request.fault);
    this.held = new Promise((resolve) => {
      this.setHeld = resolve;
    });
    this.outcome = this.run();
    // Whoever only waits for `held` must not end the process by not looking at `outcome`.
    this.outcome.catch(() => undefined);
  }

  async strike(): Promise<void> {
    const { connection, fault, request } = this;
    if (!this.isHeld || this.struck || !connection || !fault) return;
    this.struck = true;
    await fault.strike({ address: request.address, signal: request.signal, connection, release: () => this.release() });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.closeAll();
    // What was still being opened is closed by the run itself.
    await this.outcome.catch(() => undefined);
  }

  private async run(): Promise<ExecutionOutcome> {
    const { signal } = this.request;
    const abort = (): void => {
      this.closed = true;
      void this.closeAll();
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      this.ambush = this.plannedAmbush();
      const client = await this.connect();
      const ending = await runSteps(client, this.script.steps, this.request.protocol.onError(this.request.migration));
      await this.settle(client, ending);
      signal.throwIfAborted();
      return this.outcomeOf(ending);
    } catch (error) {
      await this.closeAll();
      throw signal.aborted ? new Error('Cancelled.') : this.explained(error);
    } finally {
      signal.removeEventListener('abort', abort);
      this.setHeld('finished');
    }
  }

  private plannedAmbush(): Ambush | undefined {
    const { fault, point } = this.request;
    if (fault === undefined) return undefined;
    if (!this.fault) throw new Error(`The fault ${fault} can't be carried out on PostgreSQL.`);
    if (!point) throw new Error(`The fault ${fault} needs a point at which to strike.`);
    const ambush = this.fault.ambush(this.script, point);
    if (!ambush) throw new Error(`This migration never comes to the point ${point.kind}${point.statement ? ` ${point.statement}` : ''}.`);
    return ambush;
  }

  private async connect(): Promise<pg.Client> {
    const { address } = this.request;
    this.proxy = await startProxy((socket, number) => {
      const connection = new PostgresConnection(socket, address, this.handlers, number);
      this.connection = connection;
      return connection;
    });
    const through: DatabaseAddress = { ...address, host: '127.0.0.1', port: this.proxy.port };
    this.client = createClient(through, migrationApplicationName);
    if (this.ambush?.place.kind === 'inside') this.gate = await Gate.close(address);
    if (this.closed) throw new Error('Closed before it had begun.');
    await this.client.connect();
    return this.client;
  }

  private readonly handlers = {
    request: (request: WireRequest) => this.onRequest(request),
    completed: (request: WireRequest, completion: Completion) => this.onCompleted(request, completion),
    notice: ({ severity, message }: { readonly severity: string; readonly message: string }) => {
      if (severity !== 'INFO' || (message !== gateNotice && message !== markNotice)) return 'show' as const;
      if (message === gateNotice) this.hold();
      return 'hide' as const;
    },
  };

  private onRequest({ number }: WireRequest): RequestOrder | Promise<RequestOrder> | undefined {
    const place = this.ambush?.place;
    if (place?.request !== number) return this.undisturbed(number);
    switch (place.kind) {
      case 'response':
        return { holdResponse: true };
      case 'inside':
        // Withheld as well: results that were already under way would make the client's view of the cut a matter of chance.
        return this.ordered(number, { ...gated(this.script.statementsOf(number), place.position), holdResponse: true });
      case 'request':
        return new Promise((resolve) => {
          this.letRequestGo = (order) => resolve(this.ordered(number, order) ?? {});
          this.hold();
        });
    }
  }

  /** A run without any fault is also what the statements' durations are measured on. */
  private undisturbed(number: number): RequestOrder | undefined {
    const statements = this.script.statementsOf(number);
    return this.fault || statements.length < 2 ? undefined : this.ordered(number, marked(statements));
  }

  private ordered<T extends RequestOrder | undefined>(number: number, order: T): T {
    this.hidden.set(number, new Set(order?.hide));
    return order;
  }

  private onCompleted({ number }: WireRequest, { results, durationMs }: Completion): void {
    const statements = this.script.statementsOf(number);
    const shown = results.filter((_, ordinal) => !this.hidden.get(number)?.has(ordinal));
    let previousMs = 0;
    for (const [position, result] of shown.entries()) {
      const statement = statements[position];
      if (!statement) break;
      const endedMs = position === statements.length - 1 ? durationMs : result.arrivedAfterMs;
      this.finished.push({ index: statement.index, durationMs: endedMs - previousMs, rows: rowsOfTag(result.tag) });
      previousMs = endedMs;
    }
    const place = this.ambush?.place;
    if (place?.kind === 'response' && place.request === number) this.hold();
  }

  private hold(): void {
    // Of the processes that are killed one after the other, one may still find the time to say that another is gone.
    if (this.fault?.aftermath === 'dies') this.connection?.mute();
    this.isHeld = true;
    this.setHeld('held');
  }

  private async release(): Promise<void> {
    this.letRequestGo(this.ambush?.order);
    this.connection?.releaseResponse();
    await this.gate?.open();
  }

  /** Waits until the server has come to rest. */
  private async settle(client: pg.Client, ending: Ending): Promise<void> {
    const { connection } = this;
    if (!connection) return;
    const aftermath = ending.result === 'connection lost' && this.struck ? this.fault?.aftermath : undefined;
    const crashed = ending.result === 'connection lost' && this.fault?.aftermath === 'dies';
    if (aftermath === 'idles') {
      await this.inTime(connection.whenIdle());
      return;
    }
    await this.gate?.open();
    if (crashed) await connection.close();
    else {
      // The server closes its socket as the last thing that its process does: the session is then gone, and all its locks.
      await client.end();
      await this.inTime(connection.serverClosed);
    }
    await this.proxy?.close();
  }

  private async inTime(rest: Promise<void>): Promise<void> {
    const timer = new AbortController();
    const { signal } = this.request;
    const late = sleep(serverEndTimeoutMs, 'late' as const, { signal: timer.signal }).catch(() => undefined);
    const aborted = once(signal, 'abort', { signal: timer.signal }).catch(() => undefined);
    const won = await Promise.race([rest, late, aborted]);
    timer.abort();
    if (won === 'late') throw new Error(`The server was still busy ${serverEndTimeoutMs / 1000} s after its client had gone.`);
  }

  private outcomeOf({ result, error }: Ending): ExecutionOutcome {
    const serverProcessId = this.connection?.serverProcessId;
    return {
      result,
      ...(error && { error }),
      statements: this.finished,
      ...(serverProcessId !== undefined && { serverProcessId }),
    };
  }

  /** What went wrong between the proxy and the server says more than what the client made of it. */
  private explained(error: unknown): Error {
    const problem = this.connection?.problem;
    if (problem) return new Error(`The sandbox's server could not be reached: ${problem.message}`);
    return error instanceof Error ? error : new Error(String(error));
  }

  /** Closes what is open now. Harmless when it is closed already. */
  private async closeAll(): Promise<void> {
    // A session that is still there reads the end of its connection and ends; that takes as long as what it is doing.
    this.connection?.cut({ client: 'end', server: 'end' });
    await this.gate?.open();
    if (this.connection) await Promise.race([this.connection.serverClosed, sleep(1000, undefined, { ref: false })]);
    await this.proxy?.close();
    await this.client?.end().catch(() => undefined);
  }
}
