import { setTimeout as sleep } from 'node:timers/promises';
import type { Inside } from '../carrier';
import { ImpossibleHere, TooEarly } from '../impossible';
import type { WireError } from './wire';

/** Settings of a session, as the server takes them: `{ lock_timeout: '40ms' }`. What a server does not have is passed over. */
export type SessionSettings = Readonly<Record<string, string>>;

/** Something that a session of ours holds and that the server will wait for in the middle of a statement. */
export interface Barrier {
  /** The server is led through several waits, of which only the last counts. */
  readonly staged: boolean;
  /** The statement must be sent with a gate in its own text, or it does not wait. */
  readonly inText: boolean;
  /**
   * Resolves when the migration's session waits for it, as the server says; undefined when the statement ended without (`ended`).
   * Rejects as the driver does when the server dies.
   */
  reached(ended: () => boolean): Promise<Inside | undefined>;
  /** Asks for something that the migration's session holds, and so closes a circle of two waits. False when it holds none. */
  waitBack(): Promise<boolean>;
  /** Lets the server go on. Resolves when the session that held it has ended. Idempotent. */
  release(): Promise<void>;
}

export interface BarrierWish {
  /** Only what sessions of an application could hold too: no catalogs. */
  readonly contested: boolean;
  /** The migration's session must hold something while it waits. */
  readonly holding: boolean;
}

/** How an engine holds a server inside of a statement. `Moment`: what it has to know of it. */
export interface EntryTools<Moment> {
  /** Places the best barrier that there is, before the statement is sent. Undefined where there is none. */
  place(moment: Moment, wish: BarrierWish): Promise<Barrier | undefined>;
  /** Catches a statement as it runs, for want of anything to wait for. Absent: that is not tried. */
  sample?(moment: Moment): Promise<Barrier>;
  /** Whether sessions have a setting of this name. Absent: none is asked for. */
  hasSetting?(moment: Moment, name: string): Promise<boolean>;
  /** With these no timeout of the migration's own ends its waiting while it is held. */
  readonly noTimeouts: SessionSettings;
}

/** How a fault wants the server to be inside of a statement. */
export interface Entrance {
  /** Only behind what sessions of an application could hold too. */
  readonly contested: boolean;
  /** The server itself ends the statement, with this code, because of these settings; without it somebody strikes from outside. */
  readonly raises?: OwnEnd;
  /** Without anything to wait for it can't strike at all, for this reason. Absent: it is tried to catch the statement as it runs. */
  readonly needsBarrier?: string;
  /** Without this setting on the server it can't strike either. */
  readonly needsSetting?: { readonly name: string; readonly otherwise: string };
  /** A circle of waits is closed as soon as the server is inside. */
  readonly waitsBack?: boolean;
}

export interface OwnEnd {
  readonly code: string;
  readonly afterMs: number;
  settings(afterMs: number): SessionSettings;
  /** The error itself shows that the server waited for a lock. */
  readonly provesWaiting: boolean;
}

/** How many times as long the server has where it is led through several waits. */
const stagedFactor = 8;

/** To be struck from outside while the server executes the statement, wherever it is held. */
export const struckFromOutside: Entrance = { contested: false };

/** What becomes of the way in. Each is called once at most, and nothing after `failed`. */
export interface EntryEvents {
  /** The server is inside; for a failure of the statement's own, also when it has failed there. */
  arrived(): void;
  /** It can't be struck there. */
  failed(error: Error): void;
}

/** One way into a statement: prepared before it is sent, followed until the server is seen to be inside, and taken down again. */
export class Entry<Moment> {
  inside: Inside | undefined;
  private barrier: Barrier | undefined;
  private state: 'on the way' | 'arrived' | 'over' = 'on the way';
  private answered = false;

  /** @param patience how many times as long as usual the settings leave the server to get inside. */
  constructor(
    private readonly tools: EntryTools<Moment>,
    private readonly entrance: Entrance,
    private readonly patience: number,
    private readonly events: EntryEvents,
  ) {}

  /** The client gets an answer: the statement fails by itself, and nobody cuts the connection. */
  get answers(): boolean {
    return this.entrance.raises !== undefined;
  }

  /** The statement must be sent as `withTextGate` writes it. Known when it is prepared. */
  get needsTextGate(): boolean {
    return this.barrier?.inText === true;
  }

  /** What the session must have set before the statement. */
  get settings(): SessionSettings {
    const { raises } = this.entrance;
    return raises === undefined ? this.tools.noTimeouts : { ...this.tools.noTimeouts, ...raises.settings(this.afterMs(raises)) };
  }

  private afterMs({ afterMs }: OwnEnd): number {
    return afterMs * this.patience * (this.barrier?.staged ? stagedFactor : 1);
  }

  /**
   * Places what the server will wait for; the settings follow from that. Rejects with `ImpossibleHere` where there must be something and is nothing.
   * @param alone the statement is all of its request, so that a session that is active is executing it.
   */
  async prepare(moment: Moment, alone: boolean): Promise<void> {
    const { contested, raises, needsBarrier, needsSetting } = this.entrance;
    const lacks = needsSetting !== undefined && !(await this.tools.hasSetting?.(moment, needsSetting.name));
    if (lacks) throw new ImpossibleHere(needsSetting.otherwise);
    this.barrier = await this.tools.place(moment, { contested, holding: this.entrance.waitsBack === true });
    if (this.state === 'over') return this.release();
    if (this.barrier !== undefined) return;
    if (needsBarrier !== undefined) throw new ImpossibleHere(needsBarrier);
    if (raises !== undefined) return;
    if (!alone || this.tools.sample === undefined) {
      throw new ImpossibleHere('Nothing can be held that the statement would wait for, so it is over before it can be struck.');
    }
    this.barrier = await this.tools.sample(moment);
    if (this.isOver) await this.release();
  }

  /** The statement has been sent. */
  follow(): void {
    this.watch().catch((error: unknown) => this.fail(error instanceof Error ? error : new Error(String(error))));
  }

  /** The server has answered the request. */
  answer({ error }: { readonly error?: WireError }): void {
    this.answered = true;
    const { raises } = this.entrance;
    if (raises !== undefined && error?.code === raises.code) {
      this.failedInside();
      return;
    }
    if (this.state === 'over') return;
    this.fail(new ImpossibleHere(this.whyNot(error)));
  }

  /** The fault strikes from outside: whatever the server answers now, the entry has done its part. */
  struck(): void {
    if (this.entrance.raises === undefined) this.state = 'over';
  }

  /** Lets the server go on. Idempotent. */
  async release(): Promise<void> {
    this.state = 'over';
    await this.barrier?.release();
  }

  private async watch(): Promise<void> {
    const inside = await this.barrier?.reached(() => this.answered || this.state === 'over');
    if (inside === undefined || this.state !== 'on the way') return;
    this.inside = inside;
    const { waitsBack, needsBarrier, raises } = this.entrance;
    if (waitsBack && !(await this.barrier?.waitBack())) throw new ImpossibleHere(needsBarrier ?? 'It holds nothing while it waits.');
    this.arrive();
    if (raises === undefined) return;
    await sleep(this.afterMs(raises) * 4 + 1000, undefined, { ref: false });
    if (!this.answered && !this.isOver) throw waitsBack ? new TooEarly() : new ImpossibleHere('The statement sets a timeout of its own.');
  }

  /** The statement has met its end where it was meant to, if it had come there. */
  private failedInside(): void {
    const proven = this.inside !== undefined || (this.entrance.raises?.provesWaiting && this.barrier?.staged !== true);
    if (this.barrier !== undefined && !proven) this.fail(new TooEarly());
    else this.arrive();
    void this.release();
  }

  private whyNot(error: WireError | undefined): string {
    const { needsBarrier } = this.entrance;
    if (needsBarrier !== undefined && error === undefined && this.inside === undefined) return needsBarrier;
    const ending = error === undefined ? 'The statement ended' : `The statement ended by itself (${error.message})`;
    const place = this.inside === undefined ? 'without waiting for anything that another session can hold' : 'in spite of it';
    return `${ending} ${place}.`;
  }

  private get isOver(): boolean {
    return this.state === 'over';
  }

  private arrive(): void {
    if (this.state !== 'on the way') return;
    this.state = 'arrived';
    this.events.arrived();
  }

  private fail(error: Error): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.events.failed(error);
  }
}
