import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { WireRequest } from '../../../wire/postgres/handlers';
import type { TransactionStatus } from '../../../wire/postgres/messages';
import type { Completion } from '../../../wire/postgres/responses';
import type { ClientError } from '../execution-run';
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
  /** Absent when no answer came. */
  readonly answer?: {
    readonly tags: readonly string[];
    readonly error?: ClientError;
    readonly status: TransactionStatus;
  };
}

/** Writes down what a tool sends, and how it is answered. */
export class Recorder {
  readonly requests: RecordedRequest[] = [];
  private readonly positions = new WeakMap<WireRequest, number>();
  /** What the last answer on a connection said. */
  private readonly status = new WeakMap<PostgresConnection, TransactionStatus>();

  note(request: WireRequest): void {
    const { protocol, texts, values, connection } = request;
    this.positions.set(request, this.requests.length);
    this.requests.push({
      connection: connection.number,
      protocol,
      texts: [...texts],
      sent: texts.map((text, position) => (protocol === 'extended' ? withValues(text, values[position]) : text)),
      inTransaction: (this.status.get(connection) ?? 'I') !== 'I',
    });
  }

  answered(request: WireRequest, { results, error, status }: Completion): void {
    this.status.set(request.connection, status);
    const position = this.positions.get(request);
    const recorded = position === undefined ? undefined : this.requests[position];
    if (position === undefined || recorded === undefined) return;
    const tags = results.map(({ tag }) => tag);
    const answer = { tags, status, ...(error && { error: { code: error.code, message: error.message } }) };
    this.requests[position] = { ...recorded, answer };
  }
}

/** A recorded request, with what it is in the script that was made of the recording. */
export interface KnownRequest extends RecordedRequest {
  /** From 1; absent for what is no step: reads and settings of the tool. */
  readonly step?: number;
  /** It sends statements of the migration. */
  readonly isStatement: boolean;
}
