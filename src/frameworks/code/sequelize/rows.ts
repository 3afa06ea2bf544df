import { recordOf } from '../plain-objects';
import { quoteName, quoteTable } from './names';
import { onPostgres } from './postgres-words';

/**
 * The calls of Sequelize 6's query interface that change rows. Values stand in the text: where the library binds them to `$1`, the
 * statement means the same.
 */

/** The columns of all rows together; a row that lacks one has NULL there. */
export function bulkInsert(table: unknown, rows: unknown, options: unknown): string[] {
  const records = (Array.isArray(rows) ? rows : []).map(recordOf);
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (columns.length === 0) return [];
  const tuples = records.map((record) => `(${columns.map((column) => onPostgres.writeValue(record[column])).join(',')})`);
  return [insert(table, columns, tuples, options)];
}

export function insertRow(table: unknown, values: unknown, options: unknown): string[] {
  const record = recordOf(values);
  const columns = Object.keys(record);
  if (columns.length === 0) return [`INSERT INTO ${quoteTable(table)} DEFAULT VALUES;`];
  return [insert(table, columns, [`(${columns.map((column) => onPostgres.writeValue(record[column])).join(',')})`], options)];
}

function insert(table: unknown, columns: readonly string[], tuples: readonly string[], options: unknown): string {
  const { updateOnDuplicate, upsertKeys, ignoreDuplicates, returning } = recordOf(options);
  const parts = [`INSERT INTO ${quoteTable(table)} (${columns.map(quoteName).join(',')}) VALUES ${tuples.join(',')}`];
  if (Array.isArray(updateOnDuplicate) && Array.isArray(upsertKeys)) {
    const changes = updateOnDuplicate.map((column) => `${quoteName(column)}=EXCLUDED.${quoteName(column)}`);
    parts.push(`ON CONFLICT (${upsertKeys.map(quoteName).join(',')}) DO UPDATE SET ${changes.join(',')}`);
  }
  if (ignoreDuplicates) parts.push('ON CONFLICT DO NOTHING');
  if (returning) parts.push(Array.isArray(returning) ? `RETURNING ${returning.map(quoteName).join(',')}` : 'RETURNING *');
  return `${parts.join(' ')};`;
}

export function bulkUpdate(table: unknown, values: unknown, where: unknown, options: unknown): string[] {
  const changes = Object.entries(recordOf(values)).map(([column, value]) => `${quoteName(column)}=${onPostgres.writeValue(value)}`);
  if (changes.length === 0) return [];
  const condition = onPostgres.writeCondition(where);
  const returning = recordOf(options).returning ? ' RETURNING *' : '';
  return [`UPDATE ${quoteTable(table)} SET ${changes.join(',')}${condition === '' ? '' : ` WHERE ${condition}`}${returning}`];
}

export function bulkDelete(table: unknown, where: unknown, options: unknown): string[] {
  const { truncate, restartIdentity, cascade } = recordOf(options);
  if (truncate === true) {
    return [`TRUNCATE ${quoteTable(table)}${restartIdentity ? ' RESTART IDENTITY' : ''}${cascade ? ' CASCADE' : ''}`];
  }
  const condition = typeof where === 'number' ? `"id" = ${where}` : onPostgres.writeCondition(where);
  return [`DELETE FROM ${quoteTable(table)}${condition === '' ? '' : ` WHERE ${condition}`}`];
}
