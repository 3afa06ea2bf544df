import type { Catalog, Table } from '../../../model/catalog';
import type { TableData } from '../../../model/state';
import { canonical } from '../../../state/canonical';

/** What tells whether a collection is the one that had another name before: its documents' _id's. */
export interface Held {
  readonly catalog: Catalog;
  readonly data: readonly TableData[];
}

/**
 * The catalog with the identities of `before` for collections that bear another name now. Copies of a database get new collection uuids, so that these
 * tell nothing: where one name is gone and one new collection holds all of its documents (or where both are empty, has all of its options and
 * indexes), it was renamed. Wants column hashes in both.
 */
export function followRenames(before: Held, now: Held): Catalog {
  const came = now.catalog.tables.filter((table) => !before.catalog.tables.some(({ name }) => name === table.name));
  const gone = before.catalog.tables.filter((table) => !now.catalog.tables.some(({ name }) => name === table.name));
  if (came.length === 0 || gone.length === 0) return now.catalog;
  const oldNames = new Map<Table, string>();
  for (const old of gone) {
    const kind = kindOf(before, old);
    const [only, ...others] = came.filter((table) => kindOf(now, table) === kind);
    const rivals = gone.filter((table) => kindOf(before, table) === kind);
    if (only !== undefined && others.length === 0 && rivals.length === 1) oldNames.set(only, old.identity);
  }
  if (oldNames.size === 0) return now.catalog;
  const tables = now.catalog.tables.map((table) => {
    const identity = oldNames.get(table);
    return identity === undefined ? table : { ...table, identity };
  });
  return { ...now.catalog, tables };
}

function kindOf({ data }: Held, { name, options = [], indexes }: Table): string {
  const own = data.find(({ table }) => table === name);
  const ids = own?.columnHashes?._id;
  return own === undefined || own.rowCount === 0 || ids === undefined
    ? `empty ${canonical({ options, indexes })}`
    : `${own.rowCount} ${ids}`;
}
