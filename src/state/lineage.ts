import type { Catalog, Column, Table } from '../model/catalog';
import { canonical } from './canonical';

/**
 * `to` with the identities of `from` for what bears another name there, as far as that can be known. Where the server keeps no identity of its own
 * (MySQL: identities are names) a rename shows only in what came and went: one table with the same columns as one that is gone, or a column of the
 * same kind in the place of one that is gone. Catalogs with identities that survive a rename are given back as they are.
 */
export function followRenames(from: Catalog, to: Catalog): Catalog {
  if (!to.tables.some(isNamedByIdentity)) return to;
  const renamed = pairsAlike(from.tables, to.tables, (table) => canonical(table.columns.map(likeness)));
  const tables = to.tables.map((table) => {
    const old = renamed.get(table) ?? from.tables.find(({ identity }) => identity === table.identity);
    return old === undefined ? table : withColumnsOf(old, table);
  });
  return { ...to, tables };
}

function isNamedByIdentity(table: Table): boolean {
  return table.columnOrder !== undefined;
}

function withColumnsOf(old: Table, table: Table): Table {
  const renamed = pairsAlike(old.columns, table.columns, (column, place) => `${place} ${canonical(likeness(column))}`);
  if (renamed.size === 0) return old.identity === table.identity ? table : { ...table, identity: old.identity };
  const columns = table.columns.map((column) => ({ ...column, identity: renamed.get(column)?.identity ?? column.identity }));
  return { ...table, identity: old.identity, columns };
}

/** All of a column but what it is called. */
function likeness({ name: _name, identity: _identity, ...rest }: Column): object {
  return rest;
}

/** What is new with what is gone, where one of each kind is. */
function pairsAlike<T extends { readonly identity: string }>(
  from: readonly T[],
  to: readonly T[],
  kindOf: (object: T, place: number) => string,
): Map<T, T> {
  const gone = groups(from, to, kindOf);
  const pairs = new Map<T, T>();
  for (const [kind, added] of groups(to, from, kindOf)) {
    const [old, ...others] = gone.get(kind) ?? [];
    const [only, ...more] = added;
    if (old !== undefined && only !== undefined && others.length + more.length === 0) pairs.set(only, old);
  }
  return pairs;
}

/** What is not in the other list, by kind. */
function groups<T extends { readonly identity: string }>(
  list: readonly T[],
  other: readonly T[],
  kindOf: (object: T, place: number) => string,
): Map<string, T[]> {
  const known = new Set(other.map(({ identity }) => identity));
  const found = new Map<string, T[]>();
  for (const [place, object] of list.entries()) {
    if (known.has(object.identity)) continue;
    const kind = kindOf(object, place);
    found.set(kind, [...(found.get(kind) ?? []), object]);
  }
  return found;
}
