import type { Catalog, Column, DefinedObject, Index, Table } from '../model/catalog';
import type { ObjectName } from '../model/operation';
import { mayBeRelation, tableOfName } from './relation-names';

/** Where a name without a schema is looked for when nothing else was said. */
export const defaultSchema = 'public';

/** Temporary tables hide all others, whatever the search path says. */
export const temporarySchema = 'pg_temp';

/** A catalog that knows where names without a schema are looked for at its moment: SET search_path has been followed. */
export interface SearchedCatalog extends Catalog {
  readonly searchPath?: readonly string[];
}

/** The table of that name, or undefined when the catalog has none. */
export function findTable(
  catalog: SearchedCatalog,
  name: ObjectName,
  searchPath: readonly string[] = catalog.searchPath ?? [defaultSchema],
): Table | undefined {
  const schemas = name.schema === undefined ? [temporarySchema, ...searchPath] : [name.schema];
  for (const schema of schemas) {
    const found = tableOfName(catalog, schema, name.name);
    if (found === 'unknown') return findNamed(catalog.tables, name, searchPath);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The index of that name with its table (or materialized view). */
export function findIndex(
  catalog: SearchedCatalog,
  name: ObjectName,
  searchPath: readonly string[] = catalog.searchPath ?? [defaultSchema],
): { readonly owner: Table | DefinedObject; readonly index: Index } | undefined {
  const schemas = name.schema === undefined ? [temporarySchema, ...searchPath] : [name.schema];
  for (const schema of schemas) {
    if (!mayBeRelation(catalog, schema, name.name)) continue;
    for (const owners of [catalog.tables, catalog.definitions]) {
      const owner = owners.find((candidate) => candidate.schema === schema && indexNames(candidate).has(name.name));
      const index = owner?.indexes?.find((candidate) => candidate.name === name.name);
      if (owner !== undefined && index !== undefined) return { owner, index };
    }
  }
  return undefined;
}

const namesKnown = new WeakMap<object, ReadonlySet<string>>();
const none: ReadonlySet<string> = new Set();

/** Objects never change, so what they hold is collected once. */
function indexNames(owner: Table | DefinedObject): ReadonlySet<string> {
  if (owner.indexes === undefined || owner.indexes.length === 0) return none;
  const known = namesKnown.get(owner);
  if (known !== undefined) return known;
  const names = new Set(owner.indexes.map((index) => index.name));
  namesKnown.set(owner, names);
  return names;
}

export function findColumn(table: Table | undefined, name: string): Column | undefined {
  return table?.columns.find((column) => column.name === name);
}

export function findNamed<T extends { readonly schema: string; readonly name: string }>(
  objects: readonly T[],
  name: ObjectName,
  searchPath: readonly string[] = [defaultSchema],
): T | undefined {
  const schemas = name.schema === undefined ? [temporarySchema, ...searchPath] : [name.schema];
  for (const schema of schemas) {
    const found = objects.find((object) => object.name === name.name && object.schema === schema);
    if (found !== undefined) return found;
  }
  return undefined;
}
