import type { NativeUse } from '../../../code/native';
import { Missing, markedText, Opaque } from '../../../code/plain';
import type { Value } from '../../../code/value';

/** What INSERT does with rows that are there already. `raw`: words of PostgreSQL that the code itself gives. */
export type Conflict =
  | { readonly kind: 'ignore' }
  | { readonly kind: 'update'; readonly target: readonly string[]; readonly columns: readonly string[] }
  | { readonly kind: 'raw'; readonly text: string };

/** How an engine writes rows. */
export interface RowDialect {
  quoted(name: string): string;
  /** A table, perhaps with its schema before a dot. */
  table(name: string): string;
  literal(text: string): string;
  /** The words before INTO and behind the rows. */
  conflict(conflict: Conflict): { readonly verb: string; readonly tail: string };
}

/** Rows, values and conditions as SQL. TypeORM sends values as parameters; here they stand in the text, where rules can read them. */

/** The table of an entity: its name as a string, or a class, whose table only its decorator tells. */
export function entityTable(target: unknown, dialect: RowDialect): string | undefined {
  if (typeof target === 'string') return dialect.table(target);
  if (target instanceof Missing) return dialect.quoted(String(new Missing(target.name)));
  if (target instanceof Opaque && (target.value.kind === 'class' || target.value.kind === 'function')) {
    return dialect.quoted(String(new Missing(target.value.name)));
  }
  return undefined;
}

/** A value of a row. `use` calls functions: `() => 'now()'` is SQL. */
export function valueSql(value: unknown, use: NativeUse, dialect: RowDialect): string {
  if (value === null) return 'NULL';
  if (value === undefined) return 'DEFAULT';
  if (typeof value === 'string') return dialect.literal(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Missing) return String(value);
  if (value instanceof Opaque) return calledSql(value.value, use);
  return dialect.literal(
    JSON.stringify(value, (_, part: unknown) => (part instanceof Missing || part instanceof Opaque ? '' : part)) ?? '',
  );
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
export function insertSql(
  table: string,
  values: unknown,
  conflict: Conflict | undefined,
  use: NativeUse,
  dialect: RowDialect,
): string | undefined {
  const rows = (Array.isArray(values) ? values : [values]).filter(isRow);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return undefined;
  const lines = rows.map((row) => `(${columns.map((column) => valueSql(row[column], use, dialect)).join(', ')})`);
  const { verb, tail } = conflict === undefined ? { verb: 'INSERT', tail: '' } : dialect.conflict(conflict);
  const names = columns.map((column) => dialect.quoted(column)).join(', ');
  return `${verb} INTO ${table} (${names}) VALUES ${lines.join(', ')}${tail}`;
}

/** What follows SET, or undefined where the row is not known. */
export function assignments(values: unknown, use: NativeUse, dialect: RowDialect): string | undefined {
  if (!isRow(values) || Object.keys(values).length === 0) return undefined;
  return Object.entries(values)
    .map(([column, value]) => `${dialect.quoted(column)} = ${valueSql(value, use, dialect)}`)
    .join(', ');
}

/** Criteria of `update`, `delete`: an identifier, several, or columns with their values. Empty for none. */
export function criteriaSql(criteria: unknown, use: NativeUse, dialect: RowDialect): string {
  if (criteria === undefined || criteria === null) return '';
  if (Array.isArray(criteria)) {
    if (criteria.some(isRow)) return criteria.map((item) => `(${criteriaSql(item, use, dialect)})`).join(' OR ');
    return `${dialect.quoted('id')} IN (${criteria.map((item) => valueSql(item, use, dialect)).join(', ')})`;
  }
  if (criteria instanceof Missing) return String(criteria);
  if (!isRow(criteria)) return `${dialect.quoted('id')} = ${valueSql(criteria, use, dialect)}`;
  return Object.entries(criteria)
    .map(([column, value]) =>
      value === null ? `${dialect.quoted(column)} IS NULL` : `${dialect.quoted(column)} = ${valueSql(value, use, dialect)}`,
    )
    .join(' AND ');
}

export function whereClause(condition: string): string {
  return condition === '' ? '' : ` WHERE ${condition}`;
}
