import type { ClientError } from '../carrier';
import type { WireTypes } from '../execution/wire';

/** One request of a tool, in the order in which they reached the proxy, whichever connection it came on. */
export interface RecordedRequest {
  /** From 1, in the order in which the connections were made. */
  readonly connection: number;
  /** As the engine's protocol calls it. */
  readonly protocol: string;
  /** As the tool wrote it: one text, or the prepared text of each that is executed. */
  readonly texts: readonly string[];
  /** With the values of the parameters in it; undefined where these can't be written. */
  readonly sent: readonly (string | undefined)[];
  readonly inTransaction: boolean;
  /** The rows of COPY ... FROM stdin, as far as they are text and can be kept. */
  readonly copied?: string;
  /** Absent when no answer came. */
  readonly answer?: {
    /** What was done, in the order of the statements: each begins with its verb in upper case. */
    readonly tags: readonly string[];
    readonly error?: ClientError;
    /** Outside of a transaction, in one, in one that failed. */
    readonly status: 'I' | 'T' | 'E';
  };
}

/** How an engine's requests are written down. */
export interface RequestReader<W extends WireTypes> {
  /** `inTransaction` where a request says it by itself; else the answers before it do. */
  asked(
    request: W['request'],
  ): Pick<RecordedRequest, 'connection' | 'protocol' | 'texts' | 'sent'> & Partial<Pick<RecordedRequest, 'inTransaction'>>;
  answered(request: W['request'], completion: W['completion']): Pick<NonNullable<RecordedRequest['answer']>, 'tags' | 'status'>;
  connectionOf(request: W['request']): W['connection'];
}

/** Bytes of copied rows that are kept for each COPY. */
const greatestRows = 4 << 20;

/** Writes down what a tool sends, and how it is answered. */
export class Recorder<W extends WireTypes> {
  readonly requests: RecordedRequest[] = [];
  /** Per connection the position of its last request, and the rows that followed it; undefined when they were too many. */
  private readonly copying = new Map<W['connection'], { readonly position: number; rows: Buffer[] | undefined; length: number }>();
  private readonly positions = new WeakMap<W['request'], number>();
  /** What the last answer on a connection said. */
  private readonly status = new WeakMap<W['connection'], 'I' | 'T' | 'E'>();

  constructor(private readonly reader: RequestReader<W>) {}

  note(request: W['request']): void {
    const connection = this.reader.connectionOf(request);
    this.positions.set(request, this.requests.length);
    this.copying.set(connection, { position: this.requests.length, rows: [], length: 0 });
    this.requests.push({ inTransaction: (this.status.get(connection) ?? 'I') !== 'I', ...this.reader.asked(request) });
  }

  copied(connection: W['connection'], rows: Buffer): void {
    const copying = this.copying.get(connection);
    if (copying?.rows === undefined) return;
    copying.length += rows.length;
    if (copying.length > greatestRows || rows.includes(0)) copying.rows = undefined;
    else copying.rows.push(Buffer.from(rows));
  }

  answered(request: W['request'], completion: W['completion']): void {
    const connection = this.reader.connectionOf(request);
    const { tags, status } = this.reader.answered(request, completion);
    this.status.set(connection, status);
    const position = this.positions.get(request);
    const recorded = position === undefined ? undefined : this.requests[position];
    if (position === undefined || recorded === undefined) return;
    const copying = this.copying.get(connection);
    const rows = copying?.position === position ? copying.rows : undefined;
    const { error } = completion;
    const answer = { tags, status, ...(error && { error: { code: error.code, message: error.message } }) };
    const copied = rows === undefined || rows.length === 0 ? {} : { copied: Buffer.concat(rows).toString('utf8') };
    this.requests[position] = { ...recorded, ...copied, answer };
  }
}

/** A recorded request, with what it is in the script that was made of the recording. */
export interface KnownRequest extends RecordedRequest {
  /** From 1; absent for what is no step: reads and settings of the tool. */
  readonly step?: number;
  /** It sends statements of the migration. */
  readonly isStatement: boolean;
}
