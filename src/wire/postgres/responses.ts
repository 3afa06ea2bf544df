import type { ServerAction } from '../connection';
import type { Segment } from './frames';
import { commandTag, type ServerReport, serverProcessId, serverReport, type TransactionStatus, transactionStatus } from './messages';

/** One CommandComplete of a response. */
export interface StatementResult {
  /** As `INSERT 0 5`; empty for an empty query. */
  readonly tag: string;
  /**
   * Milliseconds from sending the request to the arrival of this result. The server buffers its output and sends it when 8 kB are full,
   * with a notice, or at the end of the request; within one request the times are the server's own only where something makes it send.
   */
  readonly arrivedAfterMs: number;
}

/** How the server answered a request. */
export interface Completion {
  readonly results: readonly StatementResult[];
  readonly error?: ServerReport;
  readonly status: TransactionStatus;
  readonly durationMs: number;
}

/** A request whose ReadyForQuery has not arrived. */
export interface Pending {
  readonly sentAt: number;
  /** What the client must not see, as ordinals from 0: answers to what the proxy put in. */
  readonly hide: HiddenAnswers;
  /** How many results end the answer; undefined when a ReadyForQuery does. */
  readonly endsAfter?: number;
  /** Until it is released. */
  hold: boolean;
  /** The proxy's own question: the client must not see anything of the answer. */
  readonly own: boolean;
  readonly extended: boolean;
  readonly completed: (completion: Completion) => void;
  readonly results: StatementResult[];
  /** ParseComplete and BindComplete messages so far. */
  readonly prepared: { parses: number; binds: number };
  error?: ServerReport;
  /** The server asked for COPY data: from here to the end of the copy it ignores Sync. */
  copying: boolean;
}

export interface HiddenAnswers {
  readonly results: ReadonlySet<number>;
  readonly parses?: ReadonlySet<number>;
  readonly binds?: ReadonlySet<number>;
}

/** Server frames that must be whole to be understood. Rows and COPY data are passed on as they come. */
export function wholeFromServer(type: string): boolean {
  return 'CENZKIs12'.includes(type);
}

/** Follows what a server sends: which request it answers, and what the client may see of it. */
export class ResponseReader {
  processId: number | undefined;
  status: TransactionStatus = 'I';
  private readonly pending: Pending[] = [];
  private readonly now: () => number;
  private readonly onNotice: (notice: ServerReport) => 'show' | 'hide';
  private readonly onFarewell: (error: ServerReport) => void;

  constructor(now: () => number, onNotice: (notice: ServerReport) => 'show' | 'hide', onFarewell: (error: ServerReport) => void) {
    this.now = now;
    this.onNotice = onNotice;
    this.onFarewell = onFarewell;
  }

  get idle(): boolean {
    return this.pending.length === 0;
  }

  expect(pending: Pending): void {
    this.pending.push(pending);
  }

  /** What is still to come of the oldest response may be passed on. */
  releaseOldest(): void {
    const oldest = this.pending[0];
    if (oldest) oldest.hold = false;
  }

  /** True when the server ignores a Sync that is sent now (manual, "COPY Operations"). */
  get ignoresSync(): boolean {
    const oldest = this.pending[0];
    return oldest?.extended === true && oldest.copying;
  }

  accept(segment: Segment): ServerAction {
    const current = this.pending[0];
    const destination = current?.own ? 'nowhere' : current?.hold ? 'withheld' : 'client';
    if (segment.kind !== 'frame') return { destination, completes: false };
    switch (segment.type) {
      case 'C':
      case 'I':
      case 's':
        return { destination: this.result(segment, current) ? destination : 'nowhere', completes: this.endsWithResults(current) };
      case '1':
        return { destination: seen(current, 'parses') ? destination : 'nowhere', completes: false };
      case '2':
        return { destination: seen(current, 'binds') ? destination : 'nowhere', completes: false };
      case 'E':
        if (current) current.error = serverReport(segment.bytes);
        else this.onFarewell(serverReport(segment.bytes));
        return { destination, completes: this.endsWithResults(current) };
      case 'N':
        return { destination: this.onNotice(serverReport(segment.bytes)) === 'hide' ? 'nowhere' : destination, completes: false };
      case 'K':
        this.processId = serverProcessId(segment.bytes);
        return { destination, completes: false };
      case 'Z':
        return this.ready(segment.bytes, destination);
      default:
        return { destination, completes: false };
    }
  }

  /** For a segment of any kind: the server asks for COPY data. The client must see that even when the response is held, or it never sends any. */
  copyRequested(segment: Segment): boolean {
    const type = segment.kind === 'startup' ? '' : segment.type;
    if (type !== 'G' && type !== 'W') return false;
    const current = this.pending[0];
    if (current) current.copying = true;
    return true;
  }

  /** Notes a CommandComplete; false when the client must not see it. */
  private result(segment: Segment & { readonly kind: 'frame' }, current: Pending | undefined): boolean {
    if (!current) return true;
    const tag = segment.type === 'C' ? commandTag(segment.bytes) : '';
    current.results.push({ tag, arrivedAfterMs: this.now() - current.sentAt });
    return !current.hide.results.has(current.results.length - 1);
  }

  /** The answer to a request that a Flush ended is over with its last result, or with an error. */
  private endsWithResults(current: Pending | undefined): boolean {
    if (current?.endsAfter === undefined) return false;
    if (current.results.length < current.endsAfter && current.error === undefined) return false;
    this.finish();
    return true;
  }

  private ready(bytes: Buffer, destination: ServerAction['destination']): ServerAction {
    this.status = transactionStatus(bytes);
    // After an error the server skips everything up to the Sync, requests that a Flush had ended included.
    while (this.pending[0]?.endsAfter !== undefined) this.finish();
    this.finish();
    return { destination, completes: true };
  }

  private finish(): void {
    const done = this.pending.shift();
    done?.completed({
      results: done.results,
      ...(done.error && { error: done.error }),
      status: this.status,
      durationMs: this.now() - done.sentAt,
    });
  }
}

/** Counts a ParseComplete or BindComplete; false when the client must not see it. */
function seen(current: Pending | undefined, what: 'parses' | 'binds'): boolean {
  if (!current) return true;
  const ordinal = current.prepared[what];
  current.prepared[what] += 1;
  return current.hide[what]?.has(ordinal) !== true;
}
