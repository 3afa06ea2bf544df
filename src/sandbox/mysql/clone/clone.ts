import type { Connection } from 'mysql2/promise';
import type { ServerHost } from '../../server-engine';
import { quote } from '../text';
import { copyPrivileges } from './privileges';
import { createEvents, createRoutines, createTriggers } from './programs';
import { CloneSession } from './session';
import { placeOnSmallDisk } from './small-disk';
import { copyRows, createTables, readTables } from './tables';
import { createViews } from './views';

/** Nothing of the server's own checks may refuse what is there already. */
const settings = [
  'SET foreign_key_checks = 0, unique_checks = 0, innodb_strict_mode = 0',
  "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
  // A copy waits for a session that holds the source, but not for ever.
  'SET lock_wait_timeout = 30',
];
const ofMysql = 'SET sql_require_primary_key = 0, sql_generate_invisible_primary_key = 0';

export interface CloneOrder {
  readonly family: 'mysql' | 'mariadb';
  readonly source: string;
  readonly target: string;
  /** Where the files of the copy are to lie on the small disk: who moves them there. */
  readonly smallDisk?: ServerHost;
}

/**
 * Copies a database to a new one of the same server, as its own descriptions (SHOW CREATE) and rows. The connection uses the source, and may
 * send several statements at once. When it fails, what there is of the copy is removed.
 *
 * Not copied, as nothing asks for it: how often a table was altered INSTANTly, and the statistics of the optimizer.
 */
export async function cloneDatabase(connection: Connection, { family, source, target, smallDisk }: CloneOrder): Promise<void> {
  const session = new CloneSession(connection);
  await session.run(family === 'mysql' ? [...settings, ofMysql] : settings);
  const tables = await readTables(session, source);
  const [database] = await session.firstRows([`SHOW CREATE DATABASE ${quote(source)}`]);
  await session.run([String(database?.['Create Database']).replace(quote(source), () => quote(target))]);
  try {
    if (smallDisk !== undefined) await placeOnSmallDisk(smallDisk, target);
    await session.run([`USE ${quote(target)}`]);
    await createTables(session, tables, source, target);
    await copyRows(session, tables, source);
    await createRoutines(session, source, target);
    await createViews(session, source, target);
    await createTriggers(session, source, target);
    await createEvents(session, source, target);
    await copyPrivileges(session, source, target);
  } catch (error) {
    await session.run([`DROP DATABASE ${quote(target)}`]).catch(() => undefined);
    throw error;
  }
}
