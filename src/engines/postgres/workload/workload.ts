import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Statement } from '../../../model/migration';
import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { RequestOrder, WireRequest } from '../../../wire/postgres/handlers';
import type { ServerReport } from '../../../wire/postgres/messages';
import type { Attempt, LoadedAttempt, LoadOptions, LoadRecord, RunningLoad } from '../../load';
import { openControlClient } from '../connect';
import type { PostgresInstrument } from '../measure/instrument';
import { isAboutSession } from '../measure/texts';
import { LoadClock } from './clock';
import { Gates, pauseNotice } from './gates';
import { LoadSession } from './session';

const lookEveryMs = 3;
/** A kind of request that neither ends nor waits for the migration is not waited for any longer. */
const greatestPauseMs = 3000;

/**
 * A workload beside an undisturbed run. It runs freely; but behind each statement, while its locks are held, and again when its
 * transaction has ended, the migration is paused until every session has made one attempt that ended or was seen to wait for the
 * migration. So what meets what does not depend on how fast a machine is. The clock stands still in those pauses.
 */
export class Load implements PostgresInstrument, RunningLoad {
  readonly engine = 'postgres';
  private readonly clock = new LoadClock();
  private readonly sessions: LoadSession[] = [];
  private readonly attempts: LoadedAttempt[] = [];
  private readonly times = new Map<number, { startMs: number; endMs: number; releasedMs?: number }>();
  private readonly blockedBy = new Map<number, number>();
  private readonly attemptsOf = new Map<number, number>();
  private readonly runs = new Map<PostgresConnection, RunningRequest>();
  private readonly gates: Gates;
  private round = 0;
  private phase: LoadedAttempt['phase'] = 'before';
  /** The statement that is running, or was the last to run; and the last that was done. */
  private current = 0;
  private finished = 0;
  private watching: Promise<void> = Promise.resolve();
  private over = false;
  /** Why it could not be carried out. */
  private failure: Error | undefined;

  private constructor(
    private readonly looker: pg.Client,
    private readonly keeper: pg.Client,
    private readonly bare: ReadonlySet<number>,
  ) {
    this.gates = new Gates(keeper);
  }

  /** Sessions that are connected and at work; the caller closes them. Rejects as `pg` does, with none of them left. */
  static async start(options: LoadOptions): Promise<Load> {
    const [looker, keeper] = [await openControlClient(options.address), await openControlClient(options.address)];
    const load = new Load(looker, keeper, options.bare);
    const wanted = options.requests.flatMap((request) => Array.from({ length: options.sessionsPerRequest }, () => request));
    const opening = wanted.map((request, index) => {
      const random = randomFrom(options.seed + index);
      return LoadSession.open(options.address, index + 1, request, load.clock, random, (attempt) => load.note(attempt));
    });
    try {
      const opened = await Promise.allSettled(opening);
      load.sessions.push(...opened.flatMap((session) => (session.status === 'fulfilled' ? [session.value] : [])));
      const refused = opened.find((session) => session.status === 'rejected');
      if (refused !== undefined) throw refused.reason;
      for (const session of load.sessions) session.start();
      load.watching = load.watch();
      // What a request takes when nobody is in its way.
      for (let warm = 0; warm < 3; warm++) await load.meet();
      return load;
    } catch (error) {
      await load.close();
      throw error;
    }
  }

  get sessionCount(): number {
    return this.sessions.length;
  }

  async order(request: WireRequest, statements: readonly Statement[]): Promise<RequestOrder> {
    const order = await this.clock.stoppedFor(() => this.prepare(request, statements));
    const next = this.runs.get(request.connection)?.left[0];
    if (next !== undefined) this.begin(next);
    return order;
  }

  private async prepare(request: WireRequest, statements: readonly Statement[]): Promise<RequestOrder> {
    const { connection } = request;
    const meaningful = statements.filter((statement) => !isAboutSession(statement)).map(({ index }) => index);
    if (meaningful.length === 0) return {};
    if (connection.transactionStatus === 'I') await this.meet();
    this.phase = 'during';
    const isBare = meaningful.every((index) => this.bare.has(index));
    const isHeld = !isBare && request.protocol !== 'simple';
    this.runs.set(connection, { left: meaningful, isBare, isHeld, isAlone: isHeld && connection.transactionStatus === 'I' });
    const order = isBare ? {} : isHeld ? { holdResponse: true } : await this.gates.behind(statements);
    if (this.runs.get(connection)?.isAlone) await connection.ask('BEGIN');
    return order;
  }

  completed({ connection }: WireRequest): void {
    const run = this.runs.get(connection);
    this.runs.delete(connection);
    if (run?.isHeld) this.endHeld(connection, run).catch((error: unknown) => this.fail(error));
    else if (run !== undefined) {
      // With gates, what is left is what came after the last one, or what the server refused.
      if (run.isBare) this.end(run.left[0] ?? this.current);
      else this.gates.skip();
    }
    if (!run?.isHeld && connection.transactionStatus === 'I') this.release();
  }

  notice({ message }: ServerReport, connection: PostgresConnection): boolean {
    if (message !== pauseNotice) return false;
    this.pauseAtGate(connection).catch((error: unknown) => this.fail(error));
    return true;
  }

  /** To be called when the migration has ended. Lets every kind of request meet what it left, and ends the sessions. */
  async finish(): Promise<LoadRecord> {
    const endedMs = this.clock.now();
    this.phase = 'after';
    this.release();
    await this.meet();
    await this.close();
    if (this.failure) throw this.failure;
    const timeline = [...this.times].map(([statement, { startMs, endMs, releasedMs = endMs }]) => ({
      statement,
      startMs,
      endMs,
      releasedMs,
    }));
    return { attempts: this.attempts, timeline, endedMs };
  }

  /** Ends all sessions. Idempotent. */
  async close(): Promise<void> {
    this.over = true;
    await this.watching;
    await Promise.all(this.sessions.map((session) => session.stop()));
    await Promise.all([this.looker.end().catch(() => undefined), this.keeper.end().catch(() => undefined)]);
  }

  /** The server could not be asked. The end of the keeper's session opens every gate, so that the migration comes to its end; `finish` tells. */
  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.keeper.end().catch(() => undefined);
  }

  private async pauseAtGate(connection: PostgresConnection): Promise<void> {
    const run = this.runs.get(connection);
    const [done, next] = run?.left ?? [];
    if (done !== undefined) this.end(done);
    if (run !== undefined) this.runs.set(connection, { ...run, left: run.left.slice(1) });
    await this.clock.stoppedFor(async () => {
      await this.meet();
      await this.gates.open();
    });
    if (next !== undefined) this.begin(next);
  }

  private async endHeld(connection: PostgresConnection, { left, isAlone }: RunningRequest): Promise<void> {
    const refused = connection.transactionStatus === 'E';
    try {
      if (!refused) {
        for (const statement of left) this.end(statement);
        await this.meet();
      }
      if (isAlone) {
        await connection.ask('COMMIT').catch(() => undefined);
        this.release();
      }
    } finally {
      connection.releaseResponse();
    }
  }

  private begin(statement: number): void {
    this.current = statement;
    // Where nothing can be put behind a statement, the application comes while it runs.
    if (this.bare.has(statement)) {
      this.round += 1;
      for (const session of this.sessions) session.begin(this.round);
    }
    const now = this.clock.now();
    this.times.set(statement, { startMs: now, endMs: now });
  }

  private end(statement: number): void {
    const times = this.times.get(statement);
    const endMs = this.clock.now();
    this.times.set(statement, { startMs: times?.startMs ?? endMs, endMs });
    this.finished = Math.max(this.finished, statement);
  }

  /** No transaction of the migration is open: what it held is free. */
  private release(): void {
    const releasedMs = this.clock.now();
    for (const times of this.times.values()) times.releasedMs ??= releasedMs;
  }

  private note(attempt: Attempt): void {
    const { session } = attempt;
    const blockedBy = this.blockedBy.get(session);
    this.blockedBy.delete(session);
    this.attemptsOf.set(session, (this.attemptsOf.get(session) ?? 0) + 1);
    this.attempts.push({
      ...attempt,
      ...(blockedBy !== undefined && { blockedBy }),
      behind: this.finished,
      beside: this.current,
      phase: this.phase,
    });
  }

  /** Stops the clock until every session has made an attempt that ended, or waits for the migration. */
  private async meet(): Promise<void> {
    this.round += 1;
    const { round } = this;
    await this.clock.stoppedFor(async () => {
      for (const session of this.sessions) session.begin(round);
      const startedMs = performance.now();
      while (!this.over && performance.now() - startedMs < greatestPauseMs) {
        const waiting = await this.look();
        if (this.sessions.every((session) => session.hasEnded(round) || waiting.has(session.processId))) return;
        await sleep(1);
      }
    });
  }

  private async watch(): Promise<void> {
    while (!this.over) {
      await this.look().catch(() => undefined);
      await sleep(lookEveryMs);
    }
  }

  /** The server processes of sessions that wait for the migration, be it behind others that do. */
  private async look(): Promise<ReadonlySet<number>> {
    const attempts = new Map(this.attemptsOf);
    const waiting = new Map<number, readonly number[]>();
    const { rows } = await this.looker.query<{ pid: number; blockers: number[] }>(
      'SELECT pid, pg_blocking_pids(pid) AS blockers FROM unnest($1::int[]) AS pid WHERE cardinality(pg_blocking_pids(pid)) > 0',
      [this.sessions.map(({ processId }) => processId)],
    );
    for (const { pid, blockers } of rows) waiting.set(pid, blockers);
    const ours = new Set(this.sessions.map(({ processId }) => processId));
    const blocked = new Set<number>();
    for (let before = -1; before !== blocked.size; ) {
      before = blocked.size;
      for (const [pid, blockers] of waiting) if (blockers.some((blocker) => !ours.has(blocker) || blocked.has(blocker))) blocked.add(pid);
    }
    for (const { number, processId } of this.sessions) {
      // Since the server was asked another attempt may have begun.
      const isSame = attempts.get(number) === this.attemptsOf.get(number);
      if (isSame && blocked.has(processId) && !this.blockedBy.has(number)) this.blockedBy.set(number, this.current);
    }
    return blocked;
  }
}

interface RunningRequest {
  /** Statements that are not done yet. */
  readonly left: readonly number[];
  readonly isBare: boolean;
  /** Its response is held back, as nothing can be put behind its statement. */
  readonly isHeld: boolean;
  /** In a transaction that was opened for it. */
  readonly isAlone: boolean;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
