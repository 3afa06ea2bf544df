import type { Index, Table } from '../../model/catalog';
import type { DocumentValue } from '../../model/document';
import { fieldsOf, isPartial, itemsOf } from '../../model/document-value';

/**
 * Can the documents that match a filter be found by an index? `no` only where all indexes of the collection are known. An index serves what
 * names its first field (manual, "Compound Indexes": prefixes).
 */
export function servedByIndex(filter: DocumentValue | undefined, collection: Table | undefined): 'yes' | 'no' | 'unknown' {
  if (filter === undefined || filter.kind !== 'document') return 'unknown';
  const served = isServed(filter, collection?.indexes ?? []);
  if (served) return 'yes';
  return isPartial(filter) || collection === undefined || collection.complete === false ? 'unknown' : 'no';
}

function isServed(filter: DocumentValue, indexes: readonly Index[]): boolean {
  return fieldsOf(filter).some(({ name, value }) => {
    if (name === '$and') return itemsOf(value).some((item) => isServed(item, indexes));
    if (name === '$or') return itemsOf(value).length > 0 && itemsOf(value).every((item) => isServed(item, indexes));
    if (name === '$text') return true;
    if (name.startsWith('$')) return false;
    return name === '_id' || indexes.some((index) => startsWith(index, name));
  });
}

function startsWith({ keys, definition }: Index, field: string): boolean {
  const [first] = keys;
  // A hidden index is not used by any plan (manual, "Hidden Indexes").
  if (first === undefined || /\bhidden: true\b/.test(definition)) return false;
  return first === field || first === '$**' || (first.endsWith('.$**') && field.startsWith(first.slice(0, -3)));
}
