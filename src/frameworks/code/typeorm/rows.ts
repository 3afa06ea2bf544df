import type { NativeUse } from '../../../code/native';
import { Missing, markedText, Opaque } from '../../../code/plain';
import type { Value } from '../../../code/value';
import { escapePath, literal, quoted, quotedList } from './paths';

/** Rows, values and conditions as SQL. TypeORM sends values as parameters; here they stand in the text, where rules can read them. */

/** The table of an entity: its name as a string, or a class, whose table only its decorator tells. */
export function entityTable(target: unknown): string | undefined {
  if (typeof target === 'string') return escapePath({ name: target });
  if (target instanceof Missing) return quoted(String(new Missing(target.name)));
  if (target instanceof Opaque && (target.value.kind === 'class' || target.value.kind === 'function')) {
    return quoted(String(new Missing(target.value.name)));
  }
  return undefined;
}

/** A value of a row. `use` calls functions: `() => 'now()'` is SQL. */
export function valueSql(value: unknown, use: NativeUse): string {
  if (value === null) return 'NULL';
  if (value === undefined) return 'DEFAULT';
  if (typeof value === 'string') return literal(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Missing) return String(value);
  if (value instanceof Opaque) return calledSql(value.value, use);
  return literal(JSON.stringify(value, (_, part: unknown) => (part instanceof Missing || part instanceof Opaque ? '' : part)) ?? '');
}

function calledSql(value: Value, use: NativeUse): string {
  if (value.kind !== 'function') return String(new Missing(use.machine.textOf(use.place)));
  const result = use.machine.call(value, [], use.place);
  return result.kind === 'text' ? markedText(result) : String(new Missing(value.name));
}

type Row = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Missing) && !(value instanceof Opaque);
}

/** INSERT of rows, or undefined where they are not known. All rows have the columns that any of them has. */
export function insertSql(table: string, values: unknown, conflict: string, use: NativeUse): string | undefined {
  const rows = (Array.isArray(values) ? values : [values]).filter(isRow);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return undefined;
  const lines = rows.map((row) => `(${columns.map((column) => valueSql(row[column], use)).join(', ')})`);
  return `INSERT INTO ${table} (${quotedList(columns)}) VALUES ${lines.join(', ')}${conflict}`;
}

/** What follows SET, or undefined where the row is not known. */
export function assignments(values: unknown, use: NativeUse): string | undefined {
  if (!isRow(values) || Object.keys(values).length === 0) return undefined;
  return Object.entries(values)
    .map(([column, value]) => `${quoted(column)} = ${valueSql(value, use)}`)
    .join(', ');
}

/** Criteria of `update`, `delete`: an identifier, several, or columns with their values. Empty for none. */
export function criteriaSql(criteria: unknown, use: NativeUse): string {
  if (criteria === undefined || criteria === null) return '';
  if (Array.isArray(criteria)) {
    if (criteria.some(isRow)) return criteria.map((item) => `(${criteriaSql(item, use)})`).join(' OR ');
    return `"id" IN (${criteria.map((item) => valueSql(item, use)).join(', ')})`;
  }
  if (criteria instanceof Missing) return String(criteria);
  if (!isRow(criteria)) return `"id" = ${valueSql(criteria, use)}`;
  return Object.entries(criteria)
    .map(([column, value]) => (value === null ? `${quoted(column)} IS NULL` : `${quoted(column)} = ${valueSql(value, use)}`))
    .join(' AND ');
}

export function whereClause(condition: string): string {
  return condition === '' ? '' : ` WHERE ${condition}`;
}
