import type { Document, MongoClient } from 'mongodb';
import type { SessionLeft } from '../../../model/simulation';
import { controlProgramName } from '../connect';
import { sessionNumber } from '../session-number';

/** An operation or an idle session as `$currentOp` shows it. */
type Operation = Document;

/**
 * What is under way on the server, also idle sessions with an open transaction. Transactions of other users are seen too.
 * @throws the driver's error.
 */
export async function currentOperations(client: MongoClient): Promise<readonly Operation[]> {
  const stage = { $currentOp: { allUsers: true, idleSessions: true, idleCursors: false } };
  return client.db('admin').aggregate([stage]).toArray();
}

/**
 * The migration's sessions that still do something in a database or in one beside it, and its open transactions. Those that are idle name no
 * database: they are known by the sessions that the migration used.
 * @param sessionIds numbers of its sessions (`sessionNumber`) or connections.
 */
export function sessionsLeft(operations: readonly Operation[], database: string, sessionIds: readonly number[]): readonly SessionLeft[] {
  const known = new Set(sessionIds);
  return operations.filter((operation) => isOfMigration(operation, database, known)).map((operation) => sessionOf(operation, database));
}

function isOfMigration(operation: Operation, database: string, known: ReadonlySet<number>): boolean {
  if (operation.appName === controlProgramName) return false;
  const session = sessionNumber(operation.lsid?.id);
  const isKnown = session !== undefined && known.has(session);
  if (operation.type === 'idleSession') return isKnown && operation.transaction !== undefined;
  if (operation.type !== 'op' || operation.active !== true || isRead(operation)) return false;
  // What the server does by itself, as expiring documents, has no connection.
  if (operation.connectionId === undefined && !isBuild(operation)) return false;
  return isKnown || placeIn(operation, database) !== undefined;
}

/** It keeps nobody from writing. In a transaction it may be one of many commands. */
function isRead({ op, command, transaction }: Operation): boolean {
  if (transaction !== undefined) return false;
  const [name] = Object.keys((command ?? {}) as Document);
  return op === 'query' || op === 'getmore' || /^(find|count|distinct|getMore|listCollections|listIndexes)$/.test(name ?? '');
}

/** The collection that an operation works on, as the catalog calls it; empty for the database as a whole. Undefined for another database. */
function placeIn({ ns }: Operation, database: string): string | undefined {
  const namespace = String(ns ?? '');
  const point = namespace.indexOf('.');
  const [name, collection] = point === -1 ? [namespace, ''] : [namespace.slice(0, point), namespace.slice(point + 1)];
  const shown = collection === '$cmd' ? '' : collection;
  if (name === database) return shown;
  return name.startsWith(`${database}-`) ? `${name.slice(database.length + 1)}.${shown}` : undefined;
}

function sessionOf(operation: Operation, database: string): SessionLeft {
  const inTransaction = operation.transaction !== undefined;
  const isIdle = operation.type === 'idleSession';
  const relation = placeIn(operation, database);
  const lsid = lsidText(operation);
  return {
    pid: isIdle ? 0 : Number(operation.opid ?? 0),
    state: isIdle ? 'idle in transaction' : 'active',
    query: isIdle ? '' : commandText(operation),
    locks: [{ relation: relation || 'documents', mode: inTransaction ? 'transaction' : isBuild(operation) ? 'index build' : 'write' }],
    ...(lsid !== undefined && { lsid }),
  };
}

function isBuild({ msg, command }: Operation): boolean {
  return /index build/i.test(String(msg ?? '')) || command?.createIndexes !== undefined;
}

function lsidText({ lsid }: Operation): string | undefined {
  return sessionNumber(lsid?.id) === undefined ? undefined : String(lsid.id);
}

/** The command with its collection, without the values that it writes. */
function commandText({ op, ns, command }: Operation): string {
  const [name] = Object.keys((command ?? {}) as Document);
  return `${op === 'command' || op === undefined ? (name ?? 'command') : String(op)} ${String(ns ?? '')}`.trim();
}
