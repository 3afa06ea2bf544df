import type { Document } from 'bson';
import type { MongodbConnection } from './connection';
import type { RawCommand } from './messages';

/** One request of one connection: a command. */
export interface WireRequest {
  readonly connection: MongodbConnection;
  /** From 1, counted within the connection. */
  readonly number: number;
  /** What the command is called: `insert`, `commitTransaction`. */
  readonly name: string;
  /** As it goes to the server: with the server's names of databases. */
  readonly raw: RawCommand;
  /** The database that the client named, where it is another than the execution's own: `admin`, one beside it. */
  readonly foreignDatabase: string | undefined;
  /** Its logical session; undefined where it has none. */
  readonly session: Buffer | undefined;
  /** It belongs to a transaction of several commands, of which it may be the end. */
  readonly inTransaction: boolean;
  /** From 1 in the order in which sessions began transactions; only with `inTransaction`. A transaction may use several connections. */
  readonly transactionSession: number | undefined;
  /**
   * As the client sent it, but with `$db` only where that is a foreign database. Decoded when it is first asked for.
   * @throws as bson does where its values are broken
   */
  readonly command: Document;
}

/** What is to be done with a request. */
export interface RequestOrder {
  /** Sent in place of the request's command. */
  readonly command?: RawCommand | ((request: WireRequest) => RawCommand);
  /** The client is answered with this, and the server is asked nothing. */
  readonly answer?: Document;
  /** What the client gets in place of what the server answered. Not called where nothing is answered. */
  changeAnswer?(answer: Document): Document;
  /** Nothing of the response is passed on until `releaseResponse`. */
  readonly holdResponse?: boolean;
}

/** An error as the server tells it. */
export interface ServerError {
  readonly code: string;
  readonly message: string;
}

/** What a command did, where it succeeded. */
export interface CommandResult {
  /** Documents that it wrote (inserted, changed, removed), or returned. */
  readonly rows: number;
  readonly arrivedAfterMs: number;
}

/** How the server answered a request. */
export interface Completion {
  /** One, or none where the command failed, in part too. */
  readonly results: readonly CommandResult[];
  readonly error?: ServerError;
  readonly durationMs: number;
}

/** Who watches and steers. Every handler is optional. */
export interface WireHandlers {
  /** A request was read and nothing of it has reached the server. It is held back as long as the promise is pending. */
  request?(request: WireRequest): Promise<RequestOrder> | RequestOrder | undefined;
  /** The server finished the request. Called before its answer is passed on, and also when that is held. */
  completed?(request: WireRequest, completion: Completion): void;
}
