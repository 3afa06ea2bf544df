import type { Column, Table } from '../model/catalog';
import type { TableData } from '../model/state';

/**
 * The columns of a table. A collection of documents has none in the catalog: its fields of the first level are those that its documents have, known
 * by their names alone.
 */
export function fieldsOf(table: Table, data: TableData | undefined): readonly Pick<Column, 'identity' | 'name'>[] {
  if (!hasDocuments(table)) return table.columns;
  const names = Object.keys(data?.columnHashes ?? {});
  return names.filter((name) => !name.includes('.') || !names.includes(name.split('.')[0] ?? '')).map((name) => ({ identity: name, name }));
}

/** A collection: a table without columns whose documents have fields of their own. A table of a relational server that has no columns has no rows to tell. */
export function hasDocuments({ columns, columnOrder }: Table): boolean {
  return columns.length === 0 && columnOrder === undefined;
}

/** Without the names of documents whose fields are among the names themselves: `meta.at` says all that `meta` would. */
export function innermost(names: readonly string[]): readonly string[] {
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`)));
}
