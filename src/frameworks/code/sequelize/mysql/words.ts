import { escapedText } from '../../mysql-text';
import { isRecord, textOf } from '../../plain-objects';
import { Expressions } from '../expressions';

/** Names, values and conditions for MySQL and MariaDB: `dialects/mysql/query-generator.js`. */

/** Backticks in a name are taken away, not doubled. */
export function quoteMysqlName(name: unknown): string {
  return name === '*' ? '*' : `\`${String(name).replaceAll('`', '')}\``;
}

/** A name with dots: all but the last part are one. */
export function quoteMysqlPath(name: unknown): string {
  const parts = String(name).split('.');
  const last = parts.pop();
  return parts.length === 0 ? quoteMysqlName(last) : `${quoteMysqlName(parts.join('->'))}.${quoteMysqlName(last)}`;
}

/** `'users'`, or `{ tableName: 'users', schema: 'app' }`: the library knows no schemas there, and makes one name of both. */
export function quoteMysqlTable(table: unknown): string {
  if (!isRecord(table)) return quoteMysqlName(table);
  const schema = textOf(table.schema);
  return quoteMysqlName(schema ? `${schema}.${String(table.tableName)}` : table.tableName);
}

export const onMysql = new Expressions({
  quoteName: quoteMysqlName,
  quotePath: quoteMysqlPath,
  quoteText: (text) => `'${escapedText(text)}'`,
  list: (items) => items.join(', '),
  jsonPath(column, path, operand) {
    const found = `json_unquote(json_extract(${column},'$.${path.join('.')}'))`;
    return typeof operand === 'number' ? `CAST(${found} AS DECIMAL)` : found;
  },
  castType(type) {
    if (/timestamp/i.test(type)) return 'datetime';
    if (/double precision|boolean|integer/i.test(type)) return 'decimal';
    return /text/i.test(type) ? 'char' : type;
  },
  comparators: { regexp: 'REGEXP', notRegexp: 'NOT REGEXP' },
});
