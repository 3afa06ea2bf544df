import type { Catalog, Column, DefinedObject, Index, Table } from '../model/catalog';
import type { ObjectName } from '../model/operation';
import { temporarySchema } from '../model/temporary';
import { mayBeRelation, tableOfName } from './relation-names';

/** Where a name without a schema is looked for when nothing else was said. */
export const defaultSchema = 'public';

const defaultPath: readonly string[] = [defaultSchema];
const searchedByDefault: readonly string[] = [temporarySchema, defaultSchema];

/** Where a name is looked for, in this order. Asked very often, and nearly always with the default path. */
function schemasOf({ schema }: ObjectName, searchPath: readonly string[]): readonly string[] {
  if (schema !== undefined) return [schema];
  return searchPath === defaultPath ? searchedByDefault : [temporarySchema, ...searchPath];
}

/** A catalog that knows where names without a schema are looked for at its moment: SET search_path has been followed. */
export interface SearchedCatalog extends Catalog {
  readonly searchPath?: readonly string[];
}

/** The table of that name, or undefined when the catalog has none. */
export function findTable(
  catalog: SearchedCatalog,
  name: ObjectName,
  searchPath: readonly string[] = catalog.searchPath ?? defaultPath,
): Table | undefined {
  for (const schema of schemasOf(name, searchPath)) {
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
  searchPath: readonly string[] = catalog.searchPath ?? defaultPath,
): { readonly owner: Table | DefinedObject; readonly index: Index } | undefined {
  for (const schema of schemasOf(name, searchPath)) {
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
  searchPath: readonly string[] = defaultPath,
): T | undefined {
  for (const schema of schemasOf(name, searchPath)) {
    const found = objects.find((object) => object.name === name.name && object.schema === schema);
    if (found !== undefined) return found;
  }
  return undefined;
}
