import type { Conditions } from '../conditions';
import {
  assignments,
  insertedColumns,
  mergedColumns,
  number,
  type QueryState,
  selectSql,
  updatedValues,
  withText,
  wrapTable,
} from '../query-sql';
import { asList, Embedded, isRecord } from '../values';
import type { Writer } from '../writer';

/** The statement: `dialects/mysql/query/mysql-querycompiler.js`. It has no RETURNING, and knows LIMIT for what changes rows. */
export function mysqlQuerySql(query: QueryState, where: Conditions, having: Conditions, writer: Writer): string {
  const whereText = where.text === '' ? '' : ` where ${where.text}`;
  const table = query.table === undefined ? '' : wrapTable(query, writer);
  const joins = query.joins.map(({ text }) => ` ${text}`).join('');
  switch (query.method) {
    case 'insert':
      return insertSql(query, table, writer);
    case 'update': {
      const order = query.orders.length === 0 ? '' : ` order by ${query.orders.join(', ')}`;
      return `${withText(query)}update ${table}${joins} set ${assignments(updatedValues(query, writer), writer)}${whereText}${order}${limitText(query)}`;
    }
    case 'del':
      return `${withText(query)}delete ${joins === '' ? '' : `${table} `}from ${table}${joins}${whereText}${limitText(query)}`;
    case 'truncate':
      return `truncate ${table}`;
    case 'columnInfo':
      return '';
    default:
      return selectSql(withLimit(query), table, whereText, having);
  }
}

/** OFFSET alone is none: all rows are asked for. */
function withLimit(query: QueryState): QueryState {
  const { limit, offset } = query;
  return (limit === undefined || limit === null) && offset ? { ...query, limit: '18446744073709551615' } : query;
}

function limitText({ limit }: QueryState): string {
  return limit === undefined || limit === null ? '' : ` limit ${number(limit)}`;
}

function insertSql(query: QueryState, table: string, writer: Writer): string {
  const { inserted, onConflict } = query;
  if (Array.isArray(inserted) && inserted.length === 0) return '';
  const head = `${withText(query)}insert ${onConflict?.ignore === true ? 'ignore ' : ''}into ${table} `;
  const tail = onConflict === undefined || onConflict.ignore ? '' : mergeText(query, onConflict.merged, writer);
  if (inserted instanceof Embedded) {
    inserted.isPart = true;
    return head + inserted.embed(false) + tail;
  }
  const rows = asList(inserted).filter(isRecord);
  const columns = insertedColumns(rows);
  // Of rows that are not known there are no columns to name either.
  if (columns.length === 0) return `${head}() values ()${tail}`;
  const values = rows.map((row) => {
    const own = columns.map((column) => row[column]);
    return `(${writer.literals(own, 'DEFAULT')})`;
  });
  return `${head}(${writer.columnize(columns)}) values ${values.join(', ')}${tail}`;
}

function mergeText(query: QueryState, merged: unknown, writer: Writer): string {
  if (isRecord(merged)) return ` on duplicate key update ${assignments(new Map(Object.entries(merged)), writer)}`;
  const columns = Array.isArray(merged) ? merged : mergedColumns(query);
  const changes = columns.map((column) => `${writer.wrap(column)} = values(${writer.wrap(column)})`);
  return ` on duplicate key update ${changes.join(', ')}`;
}
