import { type Document, type MongoClient, MongoServerError } from 'mongodb';
import { databaseNames, isPartOf } from './clone';

/** How long a database is waited for before the transactions that hold it are looked for. */
const patienceMs = 1000;
const mostAttempts = 10;
/** LockTimeout, MaxTimeMSExpired, LockBusy, WriteConflict. */
const heldCodes: ReadonlySet<unknown> = new Set([24, 50, 46, 112]);

/** Drops databases with all that belongs to them (`NAME-other`), ending the transactions that hold them. */
export async function dropDatabases(client: MongoClient, names: readonly string[]): Promise<void> {
  const there = await databaseNames(client);
  for (const name of there.filter((each) => names.some((database) => isPartOf(each, database)))) await drop(client, name);
}

async function drop(client: MongoClient, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.db(name).command({ dropDatabase: 1, maxTimeMS: patienceMs });
      return;
    } catch (error) {
      if (!(error instanceof MongoServerError) || !heldCodes.has(error.code) || attempt === mostAttempts) throw error;
      await endHolders(client, name);
    }
  }
}

/**
 * Ends what works on this database, and the transactions that nobody can end any more: a transaction outlives the connection that it was made on,
 * for 60 seconds if nobody ends it, and does not tell which databases it holds. So only those are ended whose connection is gone; the others
 * may be of a migration beside this one.
 */
async function endHolders(client: MongoClient, name: string): Promise<void> {
  const stages = [{ $currentOp: { allUsers: true, idleConnections: true, idleSessions: true } }];
  const all = await client.db('admin').aggregate(stages).toArray();
  const connected = new Set(all.flatMap(({ type, client: from }) => (type !== 'idleSession' && typeof from === 'string' ? [from] : [])));
  const sessions = all.flatMap((each) => (holds(each, name, connected) && each.lsid !== undefined ? [each.lsid as Document] : []));
  if (sessions.length === 0) return;
  // A session of another account is named together with it, by `uid`; here there are no accounts.
  await client.db('admin').command({ killSessions: sessions.map(({ id }) => ({ id })) });
}

function holds(operation: Document, name: string, connected: ReadonlySet<unknown>): boolean {
  if (operation.type === 'idleSession') return operation.transaction !== undefined && !connected.has(operation.client);
  const { ns, command } = operation as { ns?: unknown; command?: Document };
  return typeof ns === 'string' && ns.startsWith(`${name}.`) && command?.dropDatabase === undefined;
}
