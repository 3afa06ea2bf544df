import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/mysql/identifiers';
import type { HistoryColumn, HistoryTable } from '../../command/history';
import { sqlWriting } from '../../command/sql-writing';
import { type ControlClient, type Row, rowsOf } from '../connect';

/**
 * The tables of these names that there are in the database in use, with all of their rows. Names are compared as they are written.
 * @throws the driver's error.
 */
export async function readHistoryTables(client: ControlClient, names: readonly string[]): Promise<readonly HistoryTable[]> {
  if (names.length === 0) return [];
  const columns = await rowsOf(
    client,
    `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name, COLUMN_TYPE AS type, COLUMN_KEY AS \`key\`, EXTRA AS extra
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND BINARY TABLE_NAME IN (${names.map(quoteLiteral).join(', ')})
     ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  );
  const tables = new Map<string, HistoryColumn[]>();
  for (const row of columns) {
    const name = String(row.table);
    tables.set(name, [...(tables.get(name) ?? []), columnOf(row)]);
  }
  const found: HistoryTable[] = [];
  for (const [name, own] of tables) {
    const values = own.map((column) => `CAST(${quoteIdentifier(column.name)} AS CHAR) AS ${quoteIdentifier(column.name)}`);
    const rows = await rowsOf(client, `SELECT ${values.join(', ')} FROM ${quoteIdentifier(name)}`);
    found.push({ schema: '', name, columns: own, rows: rows.map(texts) });
  }
  return found;
}

function texts(row: Row): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]));
}

function columnOf({ name, type, key, extra }: Row): HistoryColumn {
  return {
    name: String(name),
    type: typeOf(String(type)),
    isGiven: /auto_increment|generated/i.test(String(extra)) && !/default_generated$/i.test(String(extra)),
    isKey: key === 'PRI' || key === 'UNI',
  };
}

/** In the words in which the types that matter here are told apart: a truth, a moment, a whole number, a text. */
function typeOf(type: string): string {
  if (/^tinyint\(1\)/.test(type)) return 'boolean';
  if (/^(datetime|timestamp)/.test(type)) return 'timestamp';
  if (/^(tiny|small|medium|big)?int/.test(type)) return 'bigint';
  return /char|text/.test(type) ? 'text' : type;
}

/** Which of these function names are the server's own: those that nobody has made. @throws the driver's error. */
export async function builtInFunctions(client: ControlClient, names: readonly string[]): Promise<ReadonlySet<string>> {
  const made = await rowsOf(
    client,
    "SELECT DISTINCT LOWER(ROUTINE_NAME) AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA <> 'sys'",
  );
  const own = new Set(made.map(({ name }) => String(name)));
  return new Set(names.filter((name) => !own.has(name.toLowerCase())));
}

export const historyWriting = sqlWriting({
  name: ({ schema, name }) => quoteQualified(schema, name),
  identifier: quoteIdentifier,
  literal(value, type) {
    if (value == null) return 'NULL';
    return type === 'boolean' || type === 'bigint' ? value : quoteLiteral(value);
  },
  differ: (left, right) => `NOT (${left} <=> ${right})`,
  /** There are no blocks outside of routines: each statement is prepared, or one that does nothing in its place. */
  guarded({ name }, statements, when) {
    const there = `EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${quoteLiteral(name)})`;
    const test = when === 'there' ? there : `NOT ${there}`;
    return [
      `SET @faultline_runs = ${test};`,
      ...statements.flatMap((text) => [
        `SET @faultline_text = IF(@faultline_runs, ${quoteLiteral(text.replace(/;\s*$/, ''))}, 'DO 0');`,
        'PREPARE faultline FROM @faultline_text;',
        'EXECUTE faultline;',
        'DEALLOCATE PREPARE faultline;',
      ]),
    ];
  },
});
