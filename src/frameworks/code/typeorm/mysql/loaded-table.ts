import type { Catalog } from '../../../../model/catalog';
import { findTable } from '../../../../schema/lookup';
import { namedTable, type Table, unseenColumn } from '../tables';

/** A table as far as its builders ask for it: which indexes, keys and columns there are. How its columns are defined is not told. */
export function mysqlTableOf(path: string, catalog: Catalog): Table {
  const found = findTable(catalog, { name: path.slice(path.lastIndexOf('.') + 1) }, ['']);
  if (found === undefined || found.complete === false) return namedTable(path);
  const keys = found.constraints.filter(({ kind }) => kind === 'foreign key');
  const primary = found.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  const foreignKeys = keys.map(({ name, columns, references }) => ({
    name,
    columnNames: columns,
    referencedTableName: references ?? '',
    referencedColumnNames: [],
  }));
  return {
    name: path,
    columns: found.columns.map(({ name }) => ({ ...unseenColumn(name), isPrimary: primary.includes(name) })),
    // An index that serves a foreign key bears its name, and goes with it.
    indices: found.indexes
      .filter(({ name }) => name !== 'PRIMARY' && !keys.some((key) => key.name === name))
      .map(({ name, keys: columnNames, unique }) => ({ name, columnNames, isUnique: unique, isConcurrent: false, where: '' })),
    foreignKeys,
    uniques: [],
    checks: [],
    exclusions: [],
  };
}
