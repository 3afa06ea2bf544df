import type { BoundValue } from './binary-values';
import type { MysqlConnection } from './connection';
import type { ServerReport } from './messages';
import type { Completion } from './responses';

/** One request of one connection: a text to execute, or a prepared statement. */
export interface WireRequest {
  readonly connection: MysqlConnection;
  /** From 1, counted within the connection. Preparing alone is no request. */
  readonly number: number;
  readonly protocol: 'text' | 'prepared';
  /** The one text; of a prepared statement that with which it was prepared. */
  readonly texts: readonly string[];
  /** Of a prepared statement; undefined where they could not be read. */
  readonly values: readonly BoundValue[] | undefined;
  /** False when the text was too long to keep. */
  readonly complete: boolean;
}

/** What is to be done with a request. */
export interface RequestOrder {
  /** Asked before it, on the same session; the client sees nothing of it. */
  readonly ahead?: readonly string[];
  /** Sent in place of the request. In place of a prepared statement it must give no rows: those of a text have another form. */
  readonly text?: string;
  /** Ordinals (from 0) of the results that the client must not see, as they belong to statements that `text` added; never the last one. */
  readonly hide?: readonly number[];
  /** Of which result (from 0) `announced` is to be told as soon as it arrives. */
  readonly announce?: number;
  /** Nothing of the response is passed on until `releaseResponse`. */
  readonly holdResponse?: boolean;
}

/** Who watches and steers. Every handler is optional. */
export interface WireHandlers {
  /** A request was read and nothing of it has reached the server. It is held back as long as the promise is pending. */
  request?(request: WireRequest): Promise<RequestOrder> | RequestOrder | undefined;
  /** The result that was to be announced has arrived: the server goes on with what is behind it. */
  announced?(connection: MysqlConnection): void;
  /** The server finished the request. Called before its last packet is passed on, and also when the response is held. */
  completed?(request: WireRequest, completion: Completion): void;
  /** What the client sends for LOAD DATA LOCAL in its last request, as it comes. */
  copied?(connection: MysqlConnection, rows: Buffer): void;
  /** An error that answers no request: the server refuses a client, or ends a session that waits. */
  farewell?(error: ServerReport, connection: MysqlConnection): void;
}
