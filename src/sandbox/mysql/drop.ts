import type { Connection } from 'mysql2/promise';
import { dropPrivileges } from './clone/privileges';
import { CloneSession, type Row } from './clone/session';
import { quote, text } from './text';

/** ER_LOCK_WAIT_TIMEOUT, which metadata locks give as well. */
const lockWaitTimeout = 1205;
/** How long a database is waited for before those that hold it are looked for, in seconds. */
const patienceS = 1;
const mostAttempts = 10;

/** Drops databases with the privileges on them, ending the sessions and the prepared transactions that hold them. */
export async function dropDatabases(connection: Connection, names: readonly string[]): Promise<void> {
  const session = new CloneSession(connection);
  // MariaDB waits for the locks of rows as well.
  await session.run([`SET lock_wait_timeout = ${patienceS}, innodb_lock_wait_timeout = ${patienceS}, foreign_key_checks = 0`]);
  const list = names.map(text).join(', ');
  await kill(session, await session.rows(`SELECT id FROM information_schema.processlist WHERE db IN (${list})`));
  for (const name of names) await drop(session, name);
  await dropPrivileges(session, names);
}

async function drop(session: CloneSession, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await session.run([`DROP DATABASE IF EXISTS ${quote(name)}`]);
    } catch (error) {
      if ((error as { errno?: number }).errno !== lockWaitTimeout || attempt === mostAttempts) throw error;
      await endHolders(session, name);
    }
  }
}

/** Ends what has a lock on something in this database though it uses another one: sessions, and transactions that outlived theirs (XA). */
async function endHolders(session: CloneSession, name: string): Promise<void> {
  const holders = await session.rows(
    `SELECT DISTINCT t.processlist_id AS id FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
     WHERE l.object_schema = ${text(name)} AND t.processlist_id <> CONNECTION_ID()`,
  );
  if (holders.length > 0) return kill(session, holders);
  for (const row of await session.rows('XA RECOVER CONVERT XID').catch(() => session.rows('XA RECOVER'))) {
    await session.run([`XA ROLLBACK ${transactionId(row)}`]).catch(() => undefined);
  }
}

async function kill(session: CloneSession, sessions: readonly Row[]): Promise<void> {
  for (const { id } of sessions) await session.run([`KILL ${Number(id)}`]).catch(() => undefined);
}

/** XA RECOVER tells both parts of an id as one, in hexadecimal when asked to, with their lengths. */
function transactionId(row: Row): string {
  const data = String(row.data);
  const bytes = data.startsWith('0x') ? Buffer.from(data.slice(2), 'hex') : Buffer.from(data, 'latin1');
  const length = Number(row.gtrid_length);
  return `x'${bytes.subarray(0, length).toString('hex')}', x'${bytes.subarray(length).toString('hex')}', ${Number(row.formatID)}`;
}
