import type { Catalog } from '../model/catalog';

/** Members of a catalog that say which object it is, or how much is known of it, and not what it is like. */
const ignored = new Set(['identity', 'complete', 'columnsUsed', 'implicit', 'isOutdated']);

/** Lists whose order is the order of creation, and means nothing. The others (enum labels, index keys, view columns) have a meaning. */
const unordered = new Set([
  'schemas',
  'tables',
  'sequences',
  'types',
  'definitions',
  'columns',
  'constraints',
  'indexes',
  'triggers',
  'policies',
  'grants',
  'options',
  'dependsOn',
]);

/** The texts of objects that were written before: catalogs of one lineage share what is the same in them. */
const written = new WeakMap<object, string>();

/** A catalog as text that is equal for equal schemas: keys sorted, physical order and identities left out. */
export function canonicalCatalog(catalog: Catalog): string {
  const lists = Object.entries(catalog) as [string, readonly object[]][];
  const texts = lists.map(([name, objects]) => `${JSON.stringify(name)}:[${objects.map(canonicalObject).sort().join(',')}]`);
  return `{${texts.sort().join(',')}}`;
}

function canonicalObject(object: object): string {
  const known = written.get(object);
  if (known !== undefined) return known;
  const text = canonical(object);
  written.set(object, text);
  return text;
}

/** Any JSON value as text with sorted keys. Lists keep their order, except those that a catalog keeps in order of creation. */
export function canonical(value: unknown, name = ''): string {
  if (Array.isArray(value)) {
    const parts = value.map((part) => canonical(part));
    // Columns of a view or a foreign key are texts, and their order matters; columns of a table are objects.
    const texts = name === 'columns' && value.every((part) => typeof part === 'string');
    return `[${(unordered.has(name) && !texts ? parts.sort() : parts).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([key, member]) => member !== undefined && !ignored.has(key));
    entries.sort(([left], [right]) => (left < right ? -1 : 1));
    const inOrder = 'columnOrder' in value ? 'columns' : undefined;
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member, key === inOrder ? '' : key)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
