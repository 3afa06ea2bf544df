import { type Column, relationKey, type Table } from '../../../model/catalog';
import { ownValue } from '../../../model/own-value';
import type { TableData, VolatileColumns } from '../../../model/state';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/mysql/identifiers';
import type { Row } from '../connect';

/** Columns whose values differ from run to run, and when the first run began. */
interface Masked {
  readonly names: readonly string[];
  readonly clockStart: string | undefined;
}

/**
 * The query that reads count and hash of a table's rows. A row is hashed as its columns' values in name order, each as a literal, so that a
 * null and the end of a value are unmistakable. Hashes are summed, so that the rows' order does not matter. (SHA2 is what every version has: MySQL
 * 9 has no MD5 any more, and CRC32 has 32 bits.)
 */
export function dataQuery(table: Table, volatile: VolatileColumns, columnHashes: boolean, clockStart: string | undefined): string {
  const masked = { names: ownValue(volatile, relationKey(table)) ?? [], clockStart };
  const hashes = columnHashes ? hashedColumns(table).map((column) => sumOfHashes(literal(column, masked))) : [];
  const columns = hashes.length === 0 ? '' : `, CONCAT_WS(',', ${hashes.join(', ')}) AS \`columns\``;
  return `SELECT COUNT(*) AS \`rows\`, ${rowsHash(table, masked)} AS \`hash\`${columns} FROM ${quoteQualified(table.schema, table.name)}`;
}

/** The query that gives `rowsHash` of one table alone, for whoever compares it by hand. */
export function checksumQuery(table: Table, volatile: VolatileColumns, clockStart: string | undefined): string {
  const masked = { names: ownValue(volatile, relationKey(table)) ?? [], clockStart };
  return `SELECT ${rowsHash(table, masked)} AS \`hash\` FROM ${quoteQualified(table.schema, table.name)}`;
}

/** What `dataQuery` gave for this table. */
export function tableData(table: Table, row: Row | undefined): TableData {
  const data = { table: relationKey(table), rowCount: Number(row?.rows ?? 0), rowsHash: String(row?.hash ?? '0') };
  if (typeof row?.columns !== 'string') return data;
  const hashes = row.columns.split(',');
  return { ...data, columnHashes: Object.fromEntries(hashedColumns(table).map((column, place) => [column.name, hashes[place] ?? ''])) };
}

/** Virtual columns hold no values of their own. */
function hashedColumns(table: Table): Column[] {
  return table.columns.filter(({ generated }) => generated?.kind !== 'virtual').sort((a, b) => (a.name < b.name ? -1 : 1));
}

function rowsHash(table: Table, masked: Masked): string {
  const values = hashedColumns(table).map((column) => literal(column, masked));
  return sumOfHashes(values.length === 0 ? "''" : `CONCAT_WS(',', ${values.join(', ')})`);
}

/** 64 bits of each text, summed without loss, as text. */
function sumOfHashes(text: string): string {
  return `CAST(COALESCE(SUM(CAST(CONV(LEFT(SHA2(${text}, 256), 16), 16, 10) AS UNSIGNED)), 0) AS CHAR)`;
}

/** A value as a literal; of a volatile one what is the same in every run: whether it is null, and whether a time is from before the runs. */
function literal(column: Column, { names, clockStart }: Masked): string {
  if (!names.includes(column.name)) return `QUOTE(${valueText(column)})`;
  const name = quoteIdentifier(column.name);
  const start = clockStart === undefined ? undefined : startAs(column.type, clockStart);
  return `QUOTE(${start === undefined ? `${name} IS NULL` : `${name} >= ${quoteLiteral(start)}`})`;
}

/** The start of the runs in the precision of a column that holds times: what was written then may have lost its fraction. */
function startAs(type: string, clockStart: string): string | undefined {
  if (type === 'date') return clockStart.slice(0, 'YYYY-MM-DD'.length);
  const [, digits] = /^(?:datetime|timestamp)(?:\((\d)\))?$/.exec(type) ?? [];
  if (!/^(datetime|timestamp)/.test(type)) return undefined;
  return clockStart.slice(0, 'YYYY-MM-DD HH:MM:SS'.length + (digits === undefined ? 0 : 1 + Number(digits)));
}

const textTypes = /^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b/;
const binaryTypes =
  /^(bit|binary|varbinary|tinyblob|blob|mediumblob|longblob|vector|geometry|point|linestring|polygon|multi\w+|geometrycollection|geomcollection)\b/;

/** A value as text that is the same for equal values only. A FLOAT shows six digits by itself, so it is taken as a double. */
export function valueText({ name, type }: Pick<Column, 'name' | 'type'>): string {
  const column = quoteIdentifier(name);
  if (textTypes.test(type)) return `CONVERT(${column} USING utf8mb4)`;
  if (binaryTypes.test(type)) return `HEX(${column})`;
  return /^(float|double|real)\b/.test(type) ? `CAST(${column} + 0e0 AS CHAR)` : `CAST(${column} AS CHAR)`;
}
