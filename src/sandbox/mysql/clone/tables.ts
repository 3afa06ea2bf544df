import { quote, text } from '../text';
import type { CloneSession } from './session';

/** A table that holds rows, as its server describes it. */
interface StoredTable {
  readonly name: string;
  readonly create: string;
  /** The columns that rows are written with: all that are not generated, the invisible ones too. */
  readonly columns: readonly string[];
}

/** The tables of a database that hold rows: base tables, MariaDB's system-versioned ones and its sequences. */
export async function readTables(session: CloneSession, database: string): Promise<readonly StoredTable[]> {
  const tables = await session.rows(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${text(database)} AND table_type NOT IN ('VIEW', 'SYSTEM VIEW') ORDER BY table_name`,
  );
  const names = tables.map(({ name }) => String(name));
  if (names.length === 0) return [];
  const columns = await session.rows(
    `SELECT table_name AS owner, column_name AS name FROM information_schema.columns
     WHERE table_schema = ${text(database)} AND COALESCE(generation_expression, '') = '' ORDER BY table_name, ordinal_position`,
  );
  const shown = await session.firstRows(names.map((name) => `SHOW CREATE TABLE ${quote(database)}.${quote(name)}`));
  return names.map((name, at) => ({
    name,
    create: String(shown[at]?.['Create Table']),
    columns: columns.filter(({ owner }) => owner === name).map((column) => String(column.name)),
  }));
}

/** Creates the tables in the database that the session uses. */
export async function createTables(session: CloneSession, tables: readonly StoredTable[]): Promise<void> {
  await session.run(tables.map(({ create }) => create));
}

/** Copies the rows of all tables in one transaction. */
export async function copyRows(session: CloneSession, tables: readonly StoredTable[], source: string): Promise<void> {
  const copies = tables.map(({ name, columns }) => {
    const list = columns.map(quote).join(', ');
    return `INSERT INTO ${quote(name)} (${list}) SELECT ${list} FROM ${quote(source)}.${quote(name)}`;
  });
  await session.run(['START TRANSACTION', ...copies, 'COMMIT']);
}
