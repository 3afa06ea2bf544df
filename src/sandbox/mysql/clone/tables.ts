import { quote, text } from '../text';
import { withDatabaseRenamed } from './rename';
import type { CloneSession } from './session';

/** A table that holds rows, as its server describes it. */
export interface StoredTable {
  readonly name: string;
  readonly create: string;
  /** The columns that rows are written with: all that are not generated, the invisible ones too. */
  readonly columns: readonly string[];
  /** The columns that say from when to when a row was valid, where MariaDB keeps the history of the table. */
  readonly period: readonly string[];
}

/** The tables of a database that hold rows: base tables, MariaDB's system-versioned ones and its sequences. */
export async function readTables(session: CloneSession, database: string): Promise<readonly StoredTable[]> {
  const tables = await session.rows(
    `SELECT table_name AS name, table_type AS type FROM information_schema.tables
     WHERE table_schema = ${text(database)} AND table_type NOT IN ('VIEW', 'SYSTEM VIEW')
     -- Defaults name sequences.
     ORDER BY table_type <> 'SEQUENCE', table_name`,
  );
  if (tables.length === 0) return [];
  const columns = await session.rows(
    `SELECT table_name AS owner, column_name AS name, COALESCE(generation_expression, '') AS expression FROM information_schema.columns
     WHERE table_schema = ${text(database)} ORDER BY table_name, ordinal_position`,
  );
  const shown = await session.firstRows(tables.map(({ name }) => `SHOW CREATE TABLE ${quote(database)}.${quote(String(name))}`));
  return tables.map(({ name, type }, at) => {
    const own = columns.filter(({ owner }) => owner === name);
    const bounds = own.filter(({ expression }) => /^ROW (START|END)$/.test(String(expression))).map((column) => String(column.name));
    // Where the columns of the period are not written out they are called so (manual, System-Versioned Tables).
    const period = type !== 'SYSTEM VERSIONED' ? [] : bounds.length > 0 ? bounds : ['row_start', 'row_end'];
    return {
      name: String(name),
      create: String(shown[at]?.['Create Table']),
      columns: own.filter(({ expression }) => expression === '').map((column) => String(column.name)),
      period,
    };
  });
}

/** Creates the tables of `source` in `target`, which the session uses. */
export async function createTables(session: CloneSession, tables: readonly StoredTable[], source: string, target: string): Promise<void> {
  await session.run(tables.map(({ create }) => withDatabaseRenamed(withoutImplicitCollations(create), source, target)));
}

/**
 * MySQL writes the collation of a column that has it from its table, where it is not the default of its character set; read back, it would
 * be the column's own, and written with its character set from then on. One that is the column's own is written with it already.
 */
function withoutImplicitCollations(create: string): string {
  const column = /^( {2}`(?:[^`]|``)+` \w+(?:\((?:[^')]|'(?:[^']|'')*')*\))?) COLLATE \w+/;
  return create
    .split('\n')
    .map((line) => line.replace(column, '$1'))
    .join('\n');
}

/** Copies the rows of all tables in one transaction. */
export async function copyRows(session: CloneSession, tables: readonly StoredTable[], source: string): Promise<void> {
  if (tables.some(({ period }) => period.length > 0)) await session.run(['SET system_versioning_insert_history = ON']);
  const copies = tables.map(({ name, columns, period }) => {
    const list = [...columns, ...period].map(quote).join(', ');
    const all = period.length > 0 ? ' FOR SYSTEM_TIME ALL' : '';
    return `INSERT INTO ${quote(name)} (${list}) SELECT ${list} FROM ${quote(source)}.${quote(name)}${all}`;
  });
  if (copies.length > 0) await session.run(['START TRANSACTION', ...copies, 'COMMIT']);
}
