import pg from 'pg';
import type { DatabaseAddress } from '../../model/sandbox';

/** The migration's own session, as pg_stat_activity shows it. */
export const migrationApplicationName = 'faultline migration';
/** Every session that is ours and not the migration's. */
const controlApplicationName = 'faultline control';

const connectTimeoutMs = 30_000;

/**
 * A client for this address, not connected yet. A connection that breaks while nobody waits for an answer does not end the process;
 * whoever asks next is told.
 */
export function createClient(address: DatabaseAddress, applicationName: string): pg.Client {
  const client = new pg.Client({
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    application_name: applicationName,
    // Given so that PGSSLMODE and PGOPTIONS of the user's shell, which are meant for other servers, have no effect.
    ssl: false,
    options: `-c application_name=${applicationName.replaceAll(' ', '\\ ')}`,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  client.on('error', () => undefined);
  return client;
}

/** A connected control client. The caller ends it. Rejects as `pg` does. */
export async function openControlClient(address: DatabaseAddress): Promise<pg.Client> {
  const client = createClient(address, controlApplicationName);
  await client.connect();
  return client;
}

/** Lends a control client to `work`. When this settles the session is closed, and its server process has ended. */
export async function withControlClient<T>(address: DatabaseAddress, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await openControlClient(address);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
