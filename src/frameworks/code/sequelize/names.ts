import { isRecord, recordOf, textOf } from '../plain-objects';

/** Names in SQL, from `dialects/abstract/query-generator.js` and `dialects/postgres/query-generator.js`. */

/** Quotes in a name are taken away, not doubled. */
export function quoteName(name: unknown): string {
  return name === '*' ? '*' : `"${String(name).replaceAll('"', '')}"`;
}

/** A name with dots: all but the last part are one. */
export function quotePath(name: unknown): string {
  const parts = String(name).split('.');
  const last = parts.pop();
  return parts.length === 0 ? quoteName(last) : `${quoteName(parts.join('->'))}.${quoteName(last)}`;
}

/** `'users'`, or `{ tableName: 'users', schema: 'app' }`. */
export function quoteTable(table: unknown): string {
  if (!isRecord(table)) return quoteName(table);
  const schema = textOf(table.schema);
  return `${schema ? `${quoteName(schema)}.` : ''}${quoteName(table.tableName)}`;
}

/** Where the library asks for a table in its parts, one without a schema is in "public". */
export function tableParts(table: unknown): { readonly tableName: string; readonly schema: string } {
  const { tableName, schema } = recordOf(table);
  return { tableName: String(isRecord(table) ? tableName : table), schema: textOf(schema) || 'public' };
}

/** As `addColumn` and `removeColumn` write a table: always with a schema. */
export function quoteQualified(table: unknown): string {
  const { tableName, schema } = tableParts(table);
  return `${quoteName(schema)}.${quoteName(tableName)}`;
}
