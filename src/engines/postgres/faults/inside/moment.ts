import type { Statement } from '../../../../model/migration';
import type { ObjectName } from '../../../../model/operation';
import type { DatabaseAddress } from '../../../../model/sandbox';

/** The moment before a session of the migration is given a statement to execute. */
export interface Moment {
  readonly address: DatabaseAddress;
  /** The migration's own server process. */
  readonly serverProcessId: number;
  readonly statement: Statement;
  /** The statement can be sent, or was sent already, as `withTextGate` writes it. */
  readonly gateInText: boolean;
}

/** What another session can hold so that the server must wait while it executes a statement, from its text alone. */
export type Obstacle =
  /** A snapshot from before: index builds with CONCURRENTLY wait for it when the index is built and not yet valid. */
  | { readonly kind: 'old snapshot' }
  /** A transaction that has read the table: DROP INDEX and DETACH with CONCURRENTLY wait for it after their first transaction. */
  | { readonly kind: 'reader'; readonly relations: readonly ObjectName[] }
  /** A row in the middle of those that the statement writes. */
  | { readonly kind: 'row' }
  /** A lock on a table that the statement needs: `mode` conflicts with every lock that it may want there. */
  | { readonly kind: 'table'; readonly relations: readonly ObjectName[]; readonly mode: ObstacleMode }
  /** Every table that the text names, against reading too: what it reads from, where only its text says so. */
  | { readonly kind: 'named tables' }
  /** The tables that the body of a DO block or of a function names. */
  | { readonly kind: 'body tables'; readonly body?: string; readonly functions: readonly ObjectName[] }
  /** The same, for a body that commits on its way: the session is let through to its second transaction. */
  | { readonly kind: 'batches'; readonly body?: string; readonly functions: readonly ObjectName[] }
  /** The advisory lock that the statement itself asks for. */
  | { readonly kind: 'advisory lock'; readonly key: string }
  /** An advisory lock for which the statement waits only if it is sent with a gate in its text. */
  | { readonly kind: 'gate in text' }
  /** The catalogs of this database, against writing: no definition can be changed. */
  | { readonly kind: 'catalogs' };

/**
 * Modes of LOCK TABLE (manual, table 13.2). SHARE UPDATE EXCLUSIVE conflicts with what every kind of DDL takes and with no reading or
 * writing of rows; EXCLUSIVE with writing rows too; ACCESS EXCLUSIVE with reading too.
 */
export type ObstacleMode = 'SHARE UPDATE EXCLUSIVE' | 'EXCLUSIVE' | 'ACCESS EXCLUSIVE';
