import { splitMarked } from '../../../code/plain';
import type { Table, TableColumn } from './tables';

/** How TypeORM writes names for Postgres (`driver/postgres/PostgresDriver.js`, `parseTableName`; `PostgresQueryRunner.js`, `escapePath`). */

/** The schema of a connection that says nothing else: TypeORM asks for `current_schema()` and writes it where it names indexes and types. */
const currentSchema = 'public';

export interface Path {
  readonly schema: string;
  readonly name: string;
}

/** `schema.table`, or a table of the current schema. */
export function pathOf(target: { readonly schema?: string; readonly name: string }): Path {
  const [first = '', second] = splitMarked(target.name, '.');
  return { schema: target.schema ?? (second === undefined ? currentSchema : first), name: second ?? first };
}

/** A table or view as TypeORM writes it: the current schema is left out. */
export function escapePath(target: { readonly schema?: string; readonly name: string }): string {
  const { schema, name } = pathOf(target);
  return schema === currentSchema ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

/** What belongs to a table and is named with its schema: indexes. */
export function besideTable(table: Table, name: string): string {
  return `${quoted(pathOf(table).schema)}.${quoted(name)}`;
}

/** The type that an enum column has when it names none. */
export function enumPath(table: Table, column: TableColumn): string {
  return besideTable(table, enumName(table, column));
}

export function enumName(table: Table, column: TableColumn): string {
  return column.enumName ?? `${pathOf(table).name}_${column.name.toLowerCase()}_enum`;
}

export function sequencePath(table: Table, column: string): string {
  return escapePath({ schema: pathOf(table).schema, name: sequenceName(table, column) });
}

export function sequenceName(table: Table, column: string): string {
  const { name } = pathOf(table);
  const full = `${name}_${column}_seq`;
  return full.length <= 63 ? full : `${name.slice(0, 29)}_${column.slice(0, Math.max(29, 63 - table.name.length - 5))}_seq`;
}

/** TypeORM puts names between quotes as they are. */
export function quoted(name: string): string {
  return `"${name}"`;
}

export function quotedList(names: readonly string[]): string {
  return names.map(quoted).join(', ');
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
