import { recordOf } from '../../plain-objects';
import { onMysql, quoteMysqlName as quoteName, quoteMysqlTable as quoteTable } from './words';

/** The calls of the query interface that change rows. Values stand in the text: where the library binds them, the statement means the same. */

/** The columns of all rows together; a row that lacks one has NULL there. */
export function bulkInsert(table: unknown, rows: unknown, options: unknown): string[] {
  const records = (Array.isArray(rows) ? rows : []).map(recordOf);
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (columns.length === 0) return [];
  const tuples = records.map((record) => `(${columns.map((column) => onMysql.writeValue(record[column])).join(',')})`);
  const { ignoreDuplicates, updateOnDuplicate } = recordOf(options);
  const changes = Array.isArray(updateOnDuplicate)
    ? ` ON DUPLICATE KEY UPDATE ${updateOnDuplicate.map((column) => `${quoteName(column)}=VALUES(${quoteName(column)})`).join(',')}`
    : '';
  return [
    `INSERT ${ignoreDuplicates ? 'IGNORE ' : ''}INTO ${quoteTable(table)} (${columns.map(quoteName).join(',')}) VALUES ${tuples.join(',')}${changes};`,
  ];
}

export function bulkUpdate(table: unknown, values: unknown, where: unknown): string[] {
  const changes = Object.entries(recordOf(values)).map(([column, value]) => `${quoteName(column)}=${onMysql.writeValue(value)}`);
  if (changes.length === 0) return [];
  const condition = onMysql.writeCondition(where);
  return [`UPDATE ${quoteTable(table)} SET ${changes.join(',')}${condition === '' ? '' : ` WHERE ${condition}`}`];
}

export function bulkDelete(table: unknown, where: unknown, options: unknown): string[] {
  const { truncate, limit } = recordOf(options);
  if (truncate === true) return [`TRUNCATE ${quoteTable(table)}`];
  const condition = typeof where === 'number' ? `\`id\` = ${where}` : onMysql.writeCondition(where);
  return [`DELETE FROM ${quoteTable(table)}${condition === '' ? '' : ` WHERE ${condition}`}${limit ? ` LIMIT ${String(limit)}` : ''}`];
}
