import type { TypeObject } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import { findIndex, findNamed, findTable, type SearchedCatalog } from '../../schema/lookup';
import { mayBeRelation } from '../../schema/relation-names';

/**
 * What has this name in the schema where it would be made: tables, indexes, views and sequences share their names (manual, CREATE TABLE,
 * "Parameters"). Undefined when nothing has it, or only a table whose creation was not seen.
 */
export function relationNamed(catalog: SearchedCatalog, name: ObjectName): string | undefined {
  const placed = { schema: name.schema ?? catalog.searchPath?.[0] ?? 'public', name: name.name };
  if (!mayBeRelation(catalog, placed.schema, placed.name)) return undefined;
  // A table that a migration alters and none makes was there before the first of them; a CREATE behind it is then conditional.
  const table = findTable(catalog, placed);
  if (table !== undefined && table.presumed !== true) return 'table';
  if (findNamed(catalog.sequences, placed) !== undefined) return 'sequence';
  const isIt = (object: { readonly schema: string; readonly name: string }) =>
    object.name === placed.name && object.schema === placed.schema;
  const view = catalog.definitions.find((object) => isIt(object) && (object.kind === 'view' || object.kind === 'materialized view'));
  if (view !== undefined) return view.kind;
  return findIndex(catalog, placed) === undefined ? undefined : 'index';
}

export function enumOf(catalog: SearchedCatalog, name: ObjectName): TypeObject | undefined {
  const found = findNamed(catalog.types, name, catalog.searchPath);
  return found?.kind === 'enum' ? found : undefined;
}
