import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { WireRequest } from '../../../wire/postgres/handlers';
import type { TransactionStatus } from '../../../wire/postgres/messages';
import type { Completion } from '../../../wire/postgres/responses';
import type { ClientError } from '../../carrier';
import { withValues } from './parameters';

/** One request of a tool, in the order in which they reached the proxy, whichever connection it came on. */
export interface RecordedRequest {
  /** From 1, in the order in which the connections were made. */
  readonly connection: number;
  readonly protocol: WireRequest['protocol'];
  /** As the tool wrote it: one text of a simple query, or the prepared text of each Execute. */
  readonly texts: readonly string[];
  /** With the values of the parameters in it; undefined where these can't be written. */
  readonly sent: readonly (string | undefined)[];
  readonly inTransaction: boolean;
  /** The rows of COPY ... FROM stdin, as far as they are text and can be kept. */
  readonly copied?: string;
  /** Absent when no answer came. */
  readonly answer?: {
    readonly tags: readonly string[];
    readonly error?: ClientError;
    readonly status: TransactionStatus;
  };
}

/** Bytes of copied rows that are kept for each COPY. */
const greatestRows = 4 << 20;

/** Writes down what a tool sends, and how it is answered. */
export class Recorder {
  readonly requests: RecordedRequest[] = [];
  /** Per connection the position of its last request, and the rows that followed it; undefined when they were too many. */
  private readonly copying = new Map<PostgresConnection, { readonly position: number; rows: Buffer[] | undefined; length: number }>();
  private readonly positions = new WeakMap<WireRequest, number>();
  /** What the last answer on a connection said. */
  private readonly status = new WeakMap<PostgresConnection, TransactionStatus>();

  note(request: WireRequest): void {
    const { protocol, texts, values, connection } = request;
    this.positions.set(request, this.requests.length);
    this.copying.set(connection, { position: this.requests.length, rows: [], length: 0 });
    this.requests.push({
      connection: connection.number,
      protocol,
      texts: [...texts],
      sent: texts.map((text, position) => (protocol === 'extended' ? withValues(text, values[position]) : text)),
      inTransaction: (this.status.get(connection) ?? 'I') !== 'I',
    });
  }

  copied(connection: PostgresConnection, rows: Buffer): void {
    const copying = this.copying.get(connection);
    if (copying?.rows === undefined) return;
    copying.length += rows.length;
    if (copying.length > greatestRows || rows.includes(0)) copying.rows = undefined;
    else copying.rows.push(Buffer.from(rows));
  }

  answered(request: WireRequest, { results, error, status }: Completion): void {
    this.status.set(request.connection, status);
    const position = this.positions.get(request);
    const recorded = position === undefined ? undefined : this.requests[position];
    if (position === undefined || recorded === undefined) return;
    const copying = this.copying.get(request.connection);
    const rows = copying?.position === position ? copying.rows : undefined;
    const tags = results.map(({ tag }) => tag);
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
