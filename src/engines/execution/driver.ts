import type { DatabaseAddress } from '../../model/sandbox';
import type { Ending } from '../carrier';
import type { WireTypes } from './wire';

/** The client's side of one execution: what sends the migration to the server. An execution holds, strikes and measures on the way. */
export interface Driver<W extends WireTypes> {
  /**
   * Sends the migration to this address, which is the proxy's. Resolves when the client will send nothing more by itself; rejects when
   * it could not be started at all.
   */
  run(through: DatabaseAddress, signal: AbortSignal): Promise<Ending>;
  /** Which step of the script this request is, from 1; undefined for one that is none of them. Asked once for each request, in order. */
  stepOf(request: W['request']): number | undefined;
  /** Why this request must not reach the server, for the user: the execution ends there. Asked before `stepOf`. Absent: all may. */
  refusal?(request: W['request']): string | undefined;
  /** The server has answered the request, whether or not the client hears of it. */
  completed(request: W['request'], completion: W['completion']): void;
  /** The server told an error that answers no request. */
  farewell(error: W['error']): void;
  /** The client sends rows for what this connection asked for last. */
  copied(connection: W['connection'], rows: Buffer): void;
  /** The point where the fault strikes is reached: what the server refused before that is not how it ends. */
  reached(): void;
  /** The fault strikes now. */
  struck(): void;
  /** The client dies without a word; its connections are cut already. */
  die(): Promise<void>;
  /** Ends the client's connections in an orderly way, but for one that the server must believe to be open. */
  leave(idling: W['connection'] | undefined): Promise<void>;
  /** Ends everything at once. Idempotent. */
  close(): Promise<void>;
}
