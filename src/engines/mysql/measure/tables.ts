import type { Statement } from '../../../model/migration';
import { unquoteIdentifier } from '../../../parse/mysql/identifiers';
import { tokensOf } from '../../../schema/mysql/tokens';
import { type ControlClient, rowsOf } from '../connect';

/** InnoDB's number of each table's file by the table's name; that of a partition by table and partition. A table that is written anew gets another one. */
export type TableFiles = ReadonlyMap<string, string>;

export async function readTableFiles(client: ControlClient): Promise<TableFiles> {
  const [server] = await rowsOf(client, 'SELECT VERSION() AS version');
  const view = String(server?.version).includes('MariaDB') ? 'INNODB_SYS_TABLES' : 'INNODB_TABLES';
  const rows = await rowsOf(
    client,
    `SELECT SUBSTRING(NAME, LENGTH(DATABASE()) + 2) AS name, TABLE_ID AS id FROM information_schema.${view} WHERE NAME LIKE CONCAT(REPLACE(DATABASE(), '_', '\\\\_'), '/%')`,
  );
  return new Map(rows.map(({ name, id }) => [String(name), String(id)]));
}

/** Tables that had a file before and have another one now, which no other table had before: a swap of names writes nothing. */
export function rewrittenTables(before: TableFiles, after: TableFiles): readonly string[] {
  const known = new Set(before.values());
  const names = [...after].filter(([name, id]) => before.has(name) && !known.has(id)).map(([name]) => name.split(/#p#/i)[0] ?? name);
  return [...new Set(names)];
}

/** Tables of the database that a text names. */
export function tablesNamed({ sent }: Statement, tables: readonly string[]): readonly string[] {
  const named = new Set(tokensOf(sent).flatMap(({ kind, text }) => (kind === 'name' || kind === 'word' ? [unquoteIdentifier(text)] : [])));
  return tables.filter((name) => named.has(name));
}

/** All tables that hold rows. */
export async function readTableNames(client: ControlClient): Promise<readonly string[]> {
  const rows = await rowsOf(
    client,
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
  );
  return rows.map(({ name }) => String(name));
}
