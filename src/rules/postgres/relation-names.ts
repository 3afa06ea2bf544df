import type { TypeObject } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import { findNamed, type SearchedCatalog } from '../../schema/lookup';

/**
 * What has this name in the schema where it would be made: tables, indexes, views and sequences share their names (manual, CREATE TABLE,
 * "Parameters"). Undefined when nothing has it, or only a table whose creation was not seen.
 */
export function relationNamed(catalog: SearchedCatalog, name: ObjectName): string | undefined {
  const schema = name.schema ?? catalog.searchPath?.[0] ?? 'public';
  const isIt = (object: { readonly schema: string; readonly name: string }) => object.schema === schema && object.name === name.name;
  // A table that a migration alters and none makes was there before the first of them; a CREATE behind it is then conditional.
  if (catalog.tables.some((table) => isIt(table) && table.presumed !== true)) return 'table';
  if (catalog.sequences.some(isIt)) return 'sequence';
  const view = catalog.definitions.find((object) => isIt(object) && (object.kind === 'view' || object.kind === 'materialized view'));
  if (view !== undefined) return view.kind;
  const owners = [...catalog.tables, ...catalog.definitions].filter((owner) => owner.schema === schema);
  return owners.some((owner) => owner.indexes?.some((index) => index.name === name.name) === true) ? 'index' : undefined;
}

export function enumOf(catalog: SearchedCatalog, name: ObjectName): TypeObject | undefined {
  const found = findNamed(catalog.types, name, catalog.searchPath);
  return found?.kind === 'enum' ? found : undefined;
}
