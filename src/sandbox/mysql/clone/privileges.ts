import { quote, text } from '../text';
import type { CloneSession } from './session';

/** Tables of the server in which `Db` names the database that a privilege is on, the same in both engines. */
const tables = ['db', 'tables_priv', 'columns_priv', 'procs_priv'];

/** A name as it is written in those tables: literally, or with the wildcards of LIKE escaped, as GRANT has it. */
function spellings(database: string): readonly string[] {
  return [...new Set([database, database.replaceAll('_', '\\_').replaceAll('%', '\\%')])];
}

/** Which of the tables hold privileges on one of these databases. */
async function tablesWith(session: CloneSession, databases: readonly string[]): Promise<readonly string[]> {
  const names = databases.flatMap(spellings).map(text).join(', ');
  const found = await session.rows(
    tables.map((table) => `(SELECT '${table}' AS name FROM mysql.${table} WHERE Db IN (${names}) LIMIT 1)`).join(' UNION ALL '),
  );
  return found.map(({ name }) => String(name));
}

/** Gives everybody in `target` the privileges that they have in `source`. */
export async function copyPrivileges(session: CloneSession, source: string, target: string): Promise<void> {
  const holding = await tablesWith(session, [source]);
  for (const table of holding) {
    const columns = await session.rows(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'mysql' AND table_name = '${table}' ORDER BY ordinal_position`,
    );
    const names = columns.map(({ name }) => String(name));
    const list = names.map(quote).join(', ');
    const values = names.map((name) => (name === 'Db' ? text(target) : quote(name))).join(', ');
    const from = spellings(source).map(text).join(', ');
    await session.run([`INSERT IGNORE INTO mysql.${table} (${list}) SELECT ${values} FROM mysql.${table} WHERE Db IN (${from})`]);
  }
  if (holding.length > 0) await session.run(['FLUSH PRIVILEGES']);
}

/** Removes the privileges on databases that are gone: DROP DATABASE keeps them (manual). */
export async function dropPrivileges(session: CloneSession, databases: readonly string[]): Promise<void> {
  const holding = await tablesWith(session, databases);
  const names = databases.flatMap(spellings).map(text).join(', ');
  for (const table of holding) await session.run([`DELETE FROM mysql.${table} WHERE Db IN (${names})`]);
  if (holding.length > 0) await session.run(['FLUSH PRIVILEGES']);
}
