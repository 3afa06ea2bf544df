import type { DocumentValue } from '../../model/document';
import { writeFieldName } from '../../parse/mongodb/names';
import { writeValue } from '../../parse/mongodb/write';
import { matches } from './filter';
import { comparable, type Doc, type Json, valueAt } from './values';
import { valueCondition } from './words';

/** A filter that takes these documents and no other that is there, and why it does. */
export interface ToldApart {
  readonly filter: string;
  readonly because: string;
}

/** Longer lists of values are no longer something that a person reads. */
const longestList = 12;

/**
 * Finds such a filter by what the documents themselves show: a field that only they have or lack, a value that only they have and that the
 * migration names, the filter with which the migration found them. Never by a list of keys that only a comparison with the state before would
 * give: nobody has that on a database that matters.
 * @param present all documents of the collection as they are now, the chosen ones among them.
 * @param paths fields that may tell them apart, those first that the migration wrote.
 */
export function toldApart(
  chosen: readonly Doc[],
  present: readonly Doc[],
  paths: readonly string[],
  filters: readonly DocumentValue[],
  named: ReadonlySet<string>,
): ToldApart | undefined {
  if (chosen.length === present.length) return { filter: '{}', because: 'they are all that are there' };
  const set = new Set(chosen);
  const others = present.filter((doc) => !set.has(doc));
  for (const filter of filters) {
    const isExact = chosen.every((doc) => matches(filter, doc) === true) && others.every((doc) => matches(filter, doc) === false);
    if (isExact) return { filter: writeValue(filter), because: 'the migration finds them by this, and still does' };
  }
  const markers = paths.flatMap((path) => byMarker(path, chosen, others, named) ?? []);
  // One value is a constant of the migration's. Several may be what it has computed from these very documents: any other database has others.
  return markers.find(({ values }) => values === 1) ?? paths.flatMap((path) => byPresence(path, chosen, others) ?? [])[0] ?? markers[0];
}

function byPresence(path: string, chosen: readonly Doc[], others: readonly Doc[]): ToldApart | undefined {
  const has = (doc: Doc) => valueAt(doc, path).value !== undefined;
  if (chosen.every(has) && !others.some(has))
    return { filter: `{ ${writeFieldName(path)}: { $exists: true } }`, because: `only they have ${path}` };
  if (!chosen.some(has) && others.every(has))
    return { filter: `{ ${writeFieldName(path)}: { $exists: false } }`, because: `only they lack ${path}` };
  return undefined;
}

interface Marker extends ToldApart {
  /** How many values the field has in the documents that are meant. */
  readonly values: number;
}

function byMarker(path: string, chosen: readonly Doc[], others: readonly Doc[], named: ReadonlySet<string>): Marker | undefined {
  const values = new Map<string, Json>();
  for (const doc of chosen) {
    const { value } = valueAt(doc, path);
    if (value === undefined || !named.has(comparable(value))) return undefined;
    values.set(comparable(value), value);
  }
  if (values.size === 0 || values.size > longestList) return undefined;
  const isTaken = others.some((doc) => {
    const { value } = valueAt(doc, path);
    return value !== undefined && values.has(comparable(value));
  });
  if (isTaken) return undefined;
  const which = values.size === 1 ? 'this value' : 'one of these values';
  return {
    filter: valueCondition(path, [...values.values()]),
    because: `no other document has ${which} of ${path}; on another database look in a backup whether none had it before`,
    values: values.size,
  };
}
