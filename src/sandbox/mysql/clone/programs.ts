import { quote, text } from '../text';
import { withDatabaseRenamed } from './rename';
import type { CloneSession, Row } from './session';

/** Creates the stored procedures and functions (and MariaDB's packages) of `source` in `target`, which the session uses. */
export async function createRoutines(session: CloneSession, source: string, target: string): Promise<void> {
  const routines = await session.rows(
    `SELECT routine_type AS type, routine_name AS name FROM information_schema.routines WHERE routine_schema = ${text(source)}
     ORDER BY routine_type = 'PACKAGE BODY', routine_type, routine_name`,
  );
  const shown = await session.firstRows(
    routines.map(({ type, name }) => `SHOW CREATE ${String(type)} ${quote(source)}.${quote(String(name))}`),
  );
  await createPrograms(session, shown, source, target);
}

/** Creates the triggers, in the order in which they fire. */
export async function createTriggers(session: CloneSession, source: string, target: string): Promise<void> {
  const triggers = await session.rows(
    `SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = ${text(source)}
     ORDER BY event_object_table, action_timing, event_manipulation, action_order`,
  );
  const shown = await session.firstRows(triggers.map(({ name }) => `SHOW CREATE TRIGGER ${quote(source)}.${quote(String(name))}`));
  await createPrograms(session, shown, source, target);
}

/** Creates the events. */
export async function createEvents(session: CloneSession, source: string, target: string): Promise<void> {
  const events = await session.rows(
    `SELECT event_name AS name, UNIX_TIMESTAMP(created) AS created FROM information_schema.events WHERE event_schema = ${text(source)} ORDER BY event_name`,
  );
  const shown = await session.firstRows(events.map(({ name }) => `SHOW CREATE EVENT ${quote(source)}.${quote(String(name))}`));
  await createPrograms(
    session,
    shown.map((row, at) => ({ ...row, created: events[at]?.created })),
    source,
    target,
  );
}

/** Each program keeps the settings of the session that made it (manual, SHOW CREATE PROCEDURE). */
async function createPrograms(session: CloneSession, shown: readonly Row[], source: string, target: string): Promise<void> {
  for (const row of shown) {
    const create = textOf(row);
    const { time_zone: zone, created } = row;
    await session.run([
      `SET character_set_client = ${String(row.character_set_client)}, collation_connection = ${String(row.collation_connection)}`,
      `SET sql_mode = ${text(String(row.sql_mode))}`,
      ...(typeof zone === 'string' ? [`SET time_zone = ${text(zone)}`] : []),
      // An event for a time that has passed since can only be made before it.
      ...(created === undefined ? [] : [`SET timestamp = ${Number(created)}`]),
    ]);
    await session.run([withDatabaseRenamed(create, source, target)]);
  }
  if (shown.length > 0)
    await session.run(['SET NAMES utf8mb4', "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'", 'SET time_zone = DEFAULT, timestamp = DEFAULT']);
}

/** `Create Procedure`, `Create Function`, `Create Event`; for triggers it is `SQL Original Statement`. */
function textOf(row: Row): string {
  const [, create] = Object.entries(row).find(([name]) => name.startsWith('Create ') || name === 'SQL Original Statement') ?? [];
  return String(create);
}
