import mysql from 'mysql2/promise';
import type { DatabaseAddress } from '../../model/sandbox';

/** The migration's own session, as `performance_schema.session_connect_attrs` shows it. */
export const migrationProgramName = 'faultline migration';
/** Every session that is ours and not the migration's. */
const controlProgramName = 'faultline control';

const connectTimeoutMs = 30_000;

/** A connection that is ours, and what is read of it: one row of a result. */
export type ControlClient = mysql.Connection;
export type Row = Readonly<Record<string, unknown>>;

/**
 * A connected control client. Values come as the server writes them: times and numbers beyond a double as text, JSON too. A connection that
 * breaks while nobody waits for an answer does not end the process; whoever asks next is told. The caller ends it. Rejects as `mysql2` does.
 */
export function openControlClient(address: DatabaseAddress): Promise<ControlClient> {
  return openClient(address, controlProgramName);
}

/** The same for the session that carries out a migration. */
export function openMigrationClient(address: DatabaseAddress): Promise<ControlClient> {
  return openClient(address, migrationProgramName);
}

async function openClient(address: DatabaseAddress, programName: string): Promise<ControlClient> {
  const client = await mysql.createConnection({
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    charset: 'utf8mb4',
    connectTimeout: connectTimeoutMs,
    multipleStatements: true,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: false,
    jsonStrings: true,
    connectAttributes: { program_name: programName },
  });
  client.on('error', () => undefined);
  return client;
}

/** Lends a control client to `work`. When this settles the session is closed. */
export async function withControlClient<T>(address: DatabaseAddress, work: (client: ControlClient) => Promise<T>): Promise<T> {
  const client = await openControlClient(address);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => client.destroy());
  }
}

/** The rows of one query. */
export async function rowsOf(client: ControlClient, text: string): Promise<readonly Row[]> {
  return (await resultsOf(client, text))[0] ?? [];
}

/** Several statements as one request: the rows of each, none for one that gives no rows. */
export async function resultsOf(client: ControlClient, text: string): Promise<readonly (readonly Row[])[]> {
  const [answer, fields] = await client.query(text);
  // One statement gives its rows, several give a list of these: with the fields of each, or nothing where there are no rows.
  const isList = Array.isArray(fields) && fields.every((each: unknown) => each === undefined || Array.isArray(each));
  const results: readonly unknown[] = isList && fields.length > 0 ? (answer as unknown[]) : [answer];
  return results.map((result) => (Array.isArray(result) ? (result as Row[]) : []));
}
