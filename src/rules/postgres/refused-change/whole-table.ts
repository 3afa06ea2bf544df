import type { Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { findTable, type SearchedCatalog } from '../../../schema/lookup';

/** The table of that name, where all of its columns are known. */
export function wholeTable(catalog: SearchedCatalog, name: ObjectName): Table | undefined {
  const table = findTable(catalog, name);
  const isWhole = table !== undefined && table.complete !== false && table.presumed !== true && table.columns.length > 0;
  return isWhole ? table : undefined;
}
