import type { Catalog } from '../model/catalog';
import type { LayeredMap } from './layered-map';
import { storeKey } from './object-store';

const namesOf = new WeakMap<Catalog, LayeredMap<string, number>>();

/** Says which names the relations of a catalog have. `names` is not changed any more. */
export function rememberRelationNames(catalog: Catalog, names: LayeredMap<string, number>): void {
  namesOf.set(catalog, names);
}

/**
 * False when no table, index, sequence or view of that schema has the name, which most questions are answered by without looking through
 * all of them. True when one has it, and for catalogs that come from elsewhere.
 */
export function mayBeRelation(catalog: Catalog, schema: string, name: string): boolean {
  return namesOf.get(catalog)?.has(storeKey(schema, name)) ?? true;
}
