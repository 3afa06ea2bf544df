import type { Catalog, Table } from '../model/catalog';
import type { LayeredMap } from './layered-map';
import { type ObjectStore, storeKey } from './object-store';

/** What is found by name in a catalog, without looking through all that is in it. */
interface Names {
  readonly tables: ObjectStore<Table>;
  /** How many relations have a name. */
  readonly relations: LayeredMap<string, number>;
}

const namesOf = new WeakMap<Catalog, Names>();

/** Says which names the objects of a catalog have. Neither `tables` nor `relations` are changed any more. */
export function rememberNames(catalog: Catalog, tables: ObjectStore<Table>, relations: LayeredMap<string, number>): void {
  namesOf.set(catalog, { tables, relations });
}

/** The table of that name; not found, or `unknown` when the catalog comes from elsewhere. */
export function tableOfName(catalog: Catalog, schema: string, name: string): Table | undefined | 'unknown' {
  const names = namesOf.get(catalog);
  return names === undefined ? 'unknown' : names.tables.get(schema, name);
}

/**
 * False when no table, index, sequence or view of that schema has the name, which most questions are answered by without looking through
 * all of them. True when one has it, and for catalogs that come from elsewhere.
 */
export function mayBeRelation(catalog: Catalog, schema: string, name: string): boolean {
  return namesOf.get(catalog)?.relations.has(storeKey(schema, name)) ?? true;
}
