import { type Catalog, relationKey, type Table } from '../../model/catalog';
import { namesIn } from '../../schema/definitions';
import { hasDocuments } from '../../state/fields';

/**
 * Columns of a table of before that have to differ from row to row: those of its unique keys, and of those that the migration makes. All
 * others can be as in a row that is there, which is known to pass through the migration.
 */
export function freshColumns(key: string, before: Catalog, after: Catalog | undefined): readonly string[] {
  const old = before.tables.find((table) => relationKey(table) === key);
  if (old === undefined) return [];
  const later = after?.tables.find((table) => table.identity === old.identity);
  if (hasDocuments(old)) return [...new Set([old, ...(later === undefined ? [] : [later])].flatMap(uniqueFields))].sort();
  const identities = new Set([...uniqueIdentities(old), ...(later === undefined ? [] : uniqueIdentities(later))]);
  return old.columns.filter(({ identity }) => identities.has(identity)).map(({ name }) => name);
}

function uniqueIdentities(table: Table): readonly string[] {
  const indexes = table.indexes.filter(({ unique }) => unique).map(({ keys }) => keys.join(' , '));
  const exclusions = table.constraints.filter(({ kind }) => kind === 'exclude').map(({ definition }) => definition);
  const candidates = table.columns.map(({ name }) => name);
  // The keys of an index are names or expressions; a name in capitals is found as it is.
  const named = new Set([...indexes, ...exclusions].flatMap((text) => [...namesIn(text, candidates), ...text.split(' , ')]));
  return table.columns.filter(({ name }) => named.has(name)).map(({ identity }) => identity);
}

function uniqueFields({ indexes }: Table): readonly string[] {
  return indexes.filter(({ unique }) => unique).flatMap(({ keys }) => keys);
}
