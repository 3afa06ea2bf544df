import type { Connection } from 'mysql2/promise';
import { quote } from '../text';
import { createEvents, createRoutines, createTriggers } from './programs';
import { CloneSession } from './session';
import { copyRows, createTables, readTables } from './tables';
import { createViews } from './views';

/** Nothing of the sandbox's own checks may refuse what is there already. */
const settings = [
  'SET foreign_key_checks = 0, unique_checks = 0, innodb_strict_mode = 0',
  "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
  // A copy waits for a session that holds the source, but not for ever.
  'SET lock_wait_timeout = 30',
];

/** Copies a database to a new one of the same server. The connection uses the source, and may send several statements at once. */
export async function cloneDatabase(connection: Connection, family: 'mysql' | 'mariadb', source: string, target: string): Promise<void> {
  const session = new CloneSession(connection);
  await session.run(
    family === 'mysql' ? [...settings, 'SET sql_require_primary_key = 0, sql_generate_invisible_primary_key = 0'] : settings,
  );
  const tables = await readTables(session, source);
  const [database] = await session.firstRows([`SHOW CREATE DATABASE ${quote(source)}`]);
  await session.run([String(database?.['Create Database']).replace(quote(source), () => quote(target)), `USE ${quote(target)}`]);
  await createTables(session, tables);
  await copyRows(session, tables, source);
  await createRoutines(session, source, target);
  await createViews(session, source, target);
  await createTriggers(session, source, target);
  await createEvents(session, source, target);
}
