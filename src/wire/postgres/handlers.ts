import type { PostgresConnection } from './connection';
import type { ServerReport } from './messages';
import type { RequestText } from './requests';
import type { Completion } from './responses';

/** One request of one connection. */
export interface WireRequest extends RequestText {
  readonly connection: PostgresConnection;
  /** From 1, counted within the connection. */
  readonly number: number;
}

/** What is to be done with a request. */
export interface RequestOrder {
  /** Sent in place of the request's own text, when it is a simple query. */
  readonly text?: string;
  /** Ordinals (from 0) of the results that the client must not see, as they belong to statements that `text` added. */
  readonly hide?: readonly number[];
  /** The same for a request of the extended protocol, which has no text of its own. */
  readonly extended?: ExtendedOrder;
  /** Nothing of the response is passed on until `releaseResponse`. */
  readonly holdResponse?: boolean;
}

/**
 * Statements that are executed before one Execute of a request, or in its place (the client sees nothing of them but an error), and another
 * text for that which it executes.
 */
export interface ExtendedOrder {
  /** Which Execute, from 0. */
  readonly execution: number;
  readonly texts: readonly string[];
  /** The Execute itself is sent after them. */
  readonly keep: boolean;
  /** Prepared in place of the client's own text, with the same parameters. Only where the request says that it is `replaceable`. */
  readonly text?: string;
}

/** Who watches and steers. Every handler is optional. */
export interface WireHandlers {
  /** A request was read and nothing of it has reached the server. It is held back as long as the promise is pending. */
  request?(request: WireRequest): Promise<RequestOrder> | RequestOrder | undefined;
  /** The server finished the request. Called before its last frame is passed on, and also when the response is held. */
  completed?(request: WireRequest, completion: Completion): void;
  /** Rows that the client sends for the COPY of its last request, as they come. */
  copied?(connection: PostgresConnection, rows: Buffer): void;
  /** An error that answers no request: the server refuses a client, or ends a session that waits. */
  farewell?(error: ServerReport, connection: PostgresConnection): void;
  notice?(notice: ServerReport, connection: PostgresConnection): 'show' | 'hide';
}
