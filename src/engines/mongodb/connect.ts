import { type Db, MongoClient } from 'mongodb';
import type { DatabaseAddress } from '../../model/sandbox';

/** Every session that is ours and not the migration's, as `$currentOp` shows it. */
export const controlProgramName = 'faultline control';

const connectTimeoutMs = 30_000;

/**
 * The address as drivers read it. `directConnection`: the set's own view of its members leads past the proxy and out of a container's port.
 * A server that is killed is not waited for half a minute, which is what drivers do by themselves (manual, "Connection String Options").
 */
export function connectionUrl({ host, port, user, password, database }: DatabaseAddress, serverSelectionTimeoutMs = 2_000): string {
  const account = user === '' ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  const options = new URLSearchParams({ directConnection: 'true', serverSelectionTimeoutMS: String(serverSelectionTimeoutMs) });
  if (user !== '') options.set('authSource', 'admin');
  return `mongodb://${account}${host}:${port}/${encodeURIComponent(database)}?${options.toString()}`;
}

/**
 * Lends the database of an address, over a client of ours, to `work`. When this settles the client is closed. Numbers of 64 bits and all
 * other BSON types come as they are (`promoteValues: false` is the caller's to ask for). Rejects as `mongodb` does.
 */
export async function withControlClient<T>(address: DatabaseAddress, work: (database: Db, client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(connectionUrl(address, connectTimeoutMs), {
    appName: controlProgramName,
    maxPoolSize: 4,
    retryReads: false,
    retryWrites: false,
    monitorCommands: false,
  });
  try {
    await client.connect();
    return await work(client.db(address.database), client);
  } finally {
    await client.close().catch(() => undefined);
  }
}
