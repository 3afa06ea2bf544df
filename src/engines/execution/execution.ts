import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from '../../model/sandbox';
import { startProxy, type WireProxy } from '../../wire/proxy';
import type { CarryRequest, Ending, Execution, ExecutionOutcome, FinishedStatement, Inside } from '../carrier';
import type { Driver } from './driver';
import type { Script } from './script';
import type { Ambush, AnyOrder, ConnectionEvents, EngineFault, ExecutionDialect, Gate, WayIn, WireTypes } from './wire';

/** How long the other sessions of a client may take to end while one of them stays. */
const leaveTimeoutMs = 5_000;
/** How long what is left of an answer is waited for: it is under way, unless a client gave up by itself while the server waits. */
const answerTimeoutMs = 1_000;
/** Longest time that a server may take to end its session after its client has gone. */
const serverEndTimeoutMs = 120_000;

/**
 * Starts what `driver` sends, in the words of one engine; `script` has the points. Nothing is thrown: problems come through `outcome`.
 */
export function startDriven<W extends WireTypes>(
  dialect: ExecutionDialect<W>,
  request: CarryRequest,
  script: Script,
  driver: Driver<W>,
): Execution {
  return new DrivenExecution(dialect, request, script, driver);
}

class DrivenExecution<W extends WireTypes> implements Execution {
  readonly held: Promise<'held' | 'finished'>;
  readonly outcome: Promise<ExecutionOutcome>;

  private readonly dialect: ExecutionDialect<W>;
  private readonly request: CarryRequest;
  private readonly driver: Driver<W>;
  private readonly script: Script;
  private readonly fault: EngineFault<W> | undefined;
  private readonly instrument: W['instrument'] | undefined;
  private ambush: Ambush<W> | undefined;
  /** The step of the script that a request is, and the results of it that the client does not see. */
  private readonly steps = new WeakMap<W['request'], number>();
  private readonly hidden = new WeakMap<W['request'], ReadonlySet<number>>();
  private readonly finished: FinishedStatement[] = [];
  private readonly sent: number[] = [];
  private setHeld: (how: 'held' | 'finished') => void = () => undefined;
  private isHeld = false;
  private struck = false;
  /** Lets a request go that is held before the server. */
  private letRequestGo: (order: W['order'] | undefined) => void = () => undefined;
  /** Settled when the request with the point in it has been answered to the end. Absent until it is sent. */
  private awaited: Promise<void> | undefined;
  private setAnswered: () => void = () => undefined;
  private proxy: WireProxy | undefined;
  private readonly connections: W['connection'][] = [];
  /** The connection that is held at the point: the fault strikes at this one. */
  private connection: W['connection'] | undefined;
  private gate: Gate | undefined;
  /** The way into the statement, at `during`. */
  private wayIn: WayIn<W> | undefined;
  /** Why the fault could not be carried out. */
  private failure: Error | undefined;
  private closed = false;

  constructor(dialect: ExecutionDialect<W>, request: CarryRequest, script: Script, driver: Driver<W>) {
    this.dialect = dialect;
    this.request = request;
    this.driver = driver;
    this.script = script;
    this.fault = request.fault && dialect.fault(request.fault);
    this.instrument = request.instrument && dialect.ownInstrument(request.instrument);
    this.held = new Promise((resolve) => {
      this.setHeld = resolve;
    });
    this.outcome = this.run();
    // Whoever only waits for `held` must not end the process by not looking at `outcome`.
    this.outcome.catch(() => undefined);
  }

  get inside(): Inside | undefined {
    return this.wayIn?.inside;
  }

  async strike(): Promise<void> {
    const { connection, fault, request } = this;
    if (!this.isHeld || this.struck || !connection || !fault) return;
    this.struck = true;
    this.wayIn?.struck();
    this.driver.struck();
    const { address, signal } = request;
    await fault.strike({ address, signal, connection, killClient: () => this.killClient(), release: () => this.release() });
  }

  private async killClient(): Promise<void> {
    for (const connection of this.connections) connection.cut({ client: 'reset', server: 'end' });
    await this.driver.die();
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
      const ending = await this.driver.run(await this.listen(), signal);
      await this.settle();
      signal.throwIfAborted();
      if (this.failure) throw this.failure;
      return this.outcomeOf(ending);
    } catch (error) {
      await this.closeAll();
      throw signal.aborted ? new Error('Cancelled.') : this.explained(error);
    } finally {
      signal.removeEventListener('abort', abort);
      this.setHeld('finished');
    }
  }

  private plannedAmbush(): Ambush<W> | undefined {
    const { fault, point } = this.request;
    if (fault === undefined) return undefined;
    if (!this.fault) throw new Error(`The fault ${fault} can't be carried out on ${this.dialect.displayName}.`);
    if (!point) throw new Error(`The fault ${fault} needs a point at which to strike.`);
    const ambush = this.fault.ambush(this.script, point);
    if (!ambush) throw new Error(`This migration never comes to the point ${point.kind}${point.statement ? ` ${point.statement}` : ''}.`);
    return ambush;
  }

  /** Where the driver's connections go: through the proxy. */
  private async listen(): Promise<DatabaseAddress> {
    const { address } = this.request;
    this.proxy = await startProxy((socket, number) => {
      const connection = this.dialect.connect(socket, address, number, this.events, this.instrument);
      this.connections.push(connection);
      return connection;
    });
    const { enters } = this.ambush ?? {};
    if (enters) this.wayIn = this.dialect.wayIn(address, enters, this.request.patience ?? 1, this.wayInEvents);
    if (this.ambush?.place.kind === 'inside') this.gate = await this.dialect.closeGate(address);
    if (this.closed) throw new Error('Closed before it had begun.');
    return { ...address, host: '127.0.0.1', port: this.proxy.port };
  }

  private readonly wayInEvents = {
    arrived: (connection: W['connection']) => this.hold(connection),
    failed: (error: unknown) => this.fail(error),
  };

  private readonly events: ConnectionEvents<W> = {
    request: (request) => this.onRequest(request),
    completed: (request, completion) => this.onCompleted(request, completion),
    farewell: (error) => this.driver.farewell(error),
    copied: (connection, rows) => this.driver.copied(connection, rows),
    atGate: (connection) => this.atGate(connection),
  };

  private onRequest(request: W['request']): AnyOrder<W> | Promise<AnyOrder<W>> | undefined {
    const refusal = this.driver.refusal?.(request);
    if (refusal !== undefined) {
      this.fail(new Error(refusal));
      // It is never let go: its connection is cut.
      return new Promise(() => undefined);
    }
    const number = this.driver.stepOf(request);
    const connection = this.dialect.connectionOf(request);
    const restoration = this.wayIn?.takeRestoration(connection);
    if (restoration === undefined) return this.orderFor(request, number);
    return connection.ask(restoration).then(() => this.orderFor(request, number) ?? {});
  }

  private orderFor(request: W['request'], number: number | undefined): AnyOrder<W> | Promise<AnyOrder<W>> | undefined {
    if (number === undefined) return undefined;
    this.steps.set(request, number);
    this.sent.push(...this.script.statementsOf(number).map(({ index }) => index));
    const place = this.ambush?.place;
    if (place?.request !== number || this.isHeld) return this.undisturbed(request, number);
    this.awaited = new Promise((resolve) => {
      this.setAnswered = resolve;
    });
    const statements = this.script.statementsOf(number);
    switch (place.kind) {
      case 'response':
        return { holdResponse: true };
      case 'inside':
        // Withheld as well: results that were already under way would make the client's view of the cut a matter of chance.
        return this.ordered(
          request,
          this.wayIn?.gatedRequest(request, statements, place.position) ?? {
            ...this.dialect.gated(statements, place.position, this.request.address),
            holdResponse: true,
          },
        );
      case 'request':
        if (this.wayIn) return this.wayIn.withRequest(request, statements[0]).then((order) => this.ordered(request, order));
        return new Promise((resolve) => {
          this.letRequestGo = (order) => resolve(this.ordered(request, order) ?? {});
          this.hold(this.dialect.connectionOf(request));
        });
    }
  }

  private atGate(connection: W['connection']): void {
    if (this.wayIn) void this.wayIn.throughGate(connection, async () => this.gate?.open());
    else this.hold(connection);
  }

  /** The fault can't be carried out: the execution ends here. */
  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    void this.closeAll();
  }

  /** A run without any fault is also what the statements' durations are measured on. */
  private undisturbed(request: W['request'], number: number): Promise<AnyOrder<W>> | AnyOrder<W> | undefined {
    const statements = this.script.statementsOf(number);
    const instrumented =
      statements.length > 0 && this.instrument ? this.dialect.instrumented(this.instrument, request, statements) : undefined;
    if (instrumented !== undefined) return Promise.resolve(instrumented).then((order) => this.ordered(request, order) ?? {});
    return this.fault || statements.length < 2 ? undefined : this.ordered(request, this.dialect.marked(statements));
  }

  private ordered<T extends W['order'] | undefined>(request: W['request'], order: T): T {
    this.hidden.set(request, this.dialect.hidden(request, order));
    return order;
  }

  private onCompleted(request: W['request'], completion: W['completion']): void {
    const { results, durationMs } = completion;
    this.driver.completed(request, completion);
    if (this.instrument) this.dialect.answered(this.instrument, request);
    const number = this.steps.get(request);
    if (number === undefined) return;
    const statements = this.script.statementsOf(number);
    const startedMs = performance.now() - durationMs;
    const shown = results.filter((_, ordinal) => !this.hidden.get(request)?.has(ordinal));
    let previousMs = 0;
    for (const [position, result] of shown.entries()) {
      const statement = statements[position];
      if (!statement) break;
      const endedMs = position === statements.length - 1 ? durationMs : result.arrivedAfterMs;
      this.finished.push({
        index: statement.index,
        startedMs: startedMs + previousMs,
        durationMs: endedMs - previousMs,
        rows: this.dialect.rowsOf(result),
      });
      previousMs = endedMs;
    }
    const place = this.ambush?.place;
    if (place?.request === number) this.wayIn?.answer(completion);
    if (place?.request === number) this.setAnswered();
    if (place?.kind === 'response' && place.request === number && !this.isHeld) this.hold(this.dialect.connectionOf(request));
  }

  private hold(connection: W['connection']): void {
    // Of the processes that are killed one after the other, one may still find the time to say that another is gone.
    if (this.fault?.aftermath === 'dies') for (const each of this.connections) each.mute();
    this.connection = connection;
    this.isHeld = true;
    // A crash ends the client before the strike is told to it.
    this.driver.reached();
    this.setHeld('held');
  }

  private async release(): Promise<void> {
    this.letRequestGo(this.ambush?.order);
    this.connection?.releaseResponse();
    await this.gate?.open();
    await this.wayIn?.release();
  }

  /** The driver has ended. Waits until the server has come to rest. */
  private async settle(): Promise<void> {
    if (this.isHeld && this.fault?.aftermath === 'dies') {
      await this.gate?.open();
      await this.wayIn?.release();
      await Promise.all(this.connections.map((connection) => connection.close()));
    } else {
      const idling = this.struck && this.fault?.aftermath === 'idles' ? this.connection : undefined;
      await this.inTime(this.rest(idling));
      if (idling) return;
    }
    await this.proxy?.close();
  }

  /** The server closes its socket as the last thing that its process does: the session is then gone, and all its locks. */
  private async rest(idling: W['connection'] | undefined): Promise<void> {
    await idling?.whenIdle();
    await this.wholeAnswer();
    if (!idling) await this.gate?.open();
    await this.wayIn?.release();
    await this.driver.leave(idling);
    const others = Promise.all(this.connections.filter((each) => each !== idling).map((each) => each.serverClosed));
    // A session of the client's may wait for what the idling one holds: it then stays as long as that does.
    await Promise.race([others, ...(idling ? [sleep(leaveTimeoutMs, undefined, { ref: false })] : [])]);
  }

  /**
   * A client can be done as soon as it has read of an error, while the server still undoes the statement and only then says that it is ready
   * (manual, "Message Flow"). What became of the way in is known with that.
   */
  private async wholeAnswer(): Promise<void> {
    if (this.wayIn === undefined || this.awaited === undefined || this.isHeld || this.failure !== undefined) return;
    await Promise.race([this.awaited, sleep(answerTimeoutMs, undefined, { ref: false })]);
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
    return {
      result,
      ...(error && { error }),
      statements: this.finished,
      sent: this.sent,
      serverProcessIds: [
        ...this.connections.flatMap((connection) => connection.serverProcessId ?? []),
        ...new Set(this.connections.flatMap((connection) => this.dialect.sessionsOf?.(connection) ?? [])),
      ],
    };
  }

  /** What went wrong between the proxy and the server says more than what the client made of it. */
  private explained(error: unknown): Error {
    if (this.failure) return this.failure;
    const problem = this.connections.find((connection) => connection.problem)?.problem;
    if (problem) return new Error(`The sandbox's server could not be reached: ${problem.message}`);
    return error instanceof Error ? error : new Error(String(error));
  }

  /** Closes what is open now. Harmless when it is closed already. */
  private async closeAll(): Promise<void> {
    // A session that is still there reads the end of its connection and ends; that takes as long as what it is doing.
    for (const connection of this.connections) connection.cut({ client: 'end', server: 'end' });
    await this.gate?.open();
    await this.wayIn?.release();
    const gone = Promise.all(this.connections.map((connection) => connection.serverClosed));
    if (this.connections.length > 0) await Promise.race([gone, sleep(1000, undefined, { ref: false })]);
    await this.proxy?.close();
    await this.driver.close();
    await this.dialect.endSessions?.(this.request.address, this.connections);
  }
}
