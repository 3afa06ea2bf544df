import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { Attempt, WorkloadRequest } from '../../load';
import { createClient } from '../connect';
import type { LoadClock } from './clock';

/** Sessions of the workload, as pg_stat_activity shows them. */
const loadApplicationName = 'faultline load';

/** Milliseconds between two requests of a session. */
const thinkMs = 20;

/** One session that sends the same kind of request again and again. */
export class LoadSession {
  /** When the last attempt that has ended was begun, by `round`. */
  private endedRound = 0;
  private round = 0;
  private stopped = false;
  private wake: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  private constructor(
    readonly number: number,
    readonly request: WorkloadRequest,
    private readonly client: pg.Client,
    readonly processId: number,
    private readonly clock: LoadClock,
    private readonly random: () => number,
    private readonly done: (attempt: Attempt) => void,
  ) {}

  static async open(
    address: DatabaseAddress,
    number: number,
    request: WorkloadRequest,
    clock: LoadClock,
    random: () => number,
    done: (attempt: Attempt) => void,
  ): Promise<LoadSession> {
    const client = createClient(address, loadApplicationName);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new LoadSession(number, request, client, rows[0]?.pid ?? 0, clock, random, done);
  }

  start(): void {
    this.running = this.run();
  }

  /** A new round: whoever thinks, acts. */
  begin(round: number): void {
    this.round = round;
    this.wake();
  }

  /** An attempt that was begun in this round has ended, or none will come: the connection is lost. */
  hasEnded(round: number): boolean {
    return this.stopped || this.endedRound >= round;
  }

  /** Resolves when its session has ended. What is still waiting for a lock by then is broken off. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    const late = new AbortController();
    await Promise.race([this.running, sleep(1000, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    await this.client.end().catch(() => undefined);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const round = this.round;
      await this.attempt();
      this.endedRound = round;
      if (this.round === round && !this.stopped) await this.think();
    }
  }

  private async attempt(): Promise<void> {
    const { texts } = this.request;
    const text = texts[Math.floor(this.random() * texts.length)] ?? '';
    const startMs = this.clock.now();
    const started = performance.now();
    const error = await this.send(text);
    const realMs = performance.now() - started;
    if (this.stopped) return;
    this.done({ session: this.number, request: this.request, startMs, endMs: this.clock.now(), realMs, ...(error && { error }) });
  }

  private async send(text: string): Promise<Attempt['error']> {
    try {
      await this.client.query(text);
      return undefined;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) this.stopped = true;
      else await this.client.query('ROLLBACK').catch(() => undefined);
      const message = error instanceof Error ? error.message : String(error);
      return { code: error instanceof pg.DatabaseError ? (error.code ?? '') : '', message };
    }
  }

  private async think(): Promise<void> {
    const thought = new AbortController();
    this.wake = () => thought.abort();
    await sleep(thinkMs * (0.5 + this.random()), undefined, { signal: thought.signal }).catch(() => undefined);
    this.wake = () => undefined;
  }
}
