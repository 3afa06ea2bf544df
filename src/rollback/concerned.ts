import type { Catalog } from '../model/catalog';
import { changedObjects } from '../schema/changed';

interface Named {
  readonly identity: string;
  readonly name: string;
  readonly indexes?: readonly { readonly name: string }[];
}

const lists = ['tables', 'sequences', 'types', 'definitions'] as const;

/**
 * Of two catalogs of one replay, the parts that can matter for what statements did: what is not the very same object in both; what the
 * statements name; and whatever mentions the name of such an object, or of one that mentions it. A migration is about a handful of objects
 * among thousands.
 */
export function concerned(before: Catalog, after: Catalog, texts: readonly string[]): readonly [Catalog, Catalog] {
  const changed = lists.flatMap((list): readonly Named[] => {
    const { gone, come } = changedObjects<Named>(before[list], after[list]);
    return [...gone, ...come];
  });
  const said = new Set(texts.flatMap((text) => text.match(word) ?? []));
  const kept = new Set<Named>(changed);
  let rest = lists.flatMap((list): readonly Named[] => before[list]).filter((object) => !kept.has(object));
  let found: readonly Named[] = [
    ...changed,
    ...rest.filter((object) => ownNames(object).some((words) => words.every((one) => said.has(one)))),
  ];
  while (found.length > 0) {
    for (const object of found) kept.add(object);
    rest = rest.filter((object) => !kept.has(object));
    const names = [...new Set(found.map(({ name }) => name))].map(wordsOfName);
    found = rest.filter((object) => names.some((words) => words.every((one) => wordsOf(object).has(one))));
  }
  return [withOnly(before, kept), withOnly(after, kept)];
}

function withOnly(catalog: Catalog, kept: ReadonlySet<Named>): Catalog {
  return {
    ...catalog,
    tables: catalog.tables.filter((object) => kept.has(object)),
    sequences: catalog.sequences.filter((object) => kept.has(object)),
    types: catalog.types.filter((object) => kept.has(object)),
    definitions: catalog.definitions.filter((object) => kept.has(object)),
  };
}

const word = /[\p{L}\p{N}_$]+/gu;

/** A quoted name may hold more than one word, or none: then it is in every text. */
function wordsOfName(name: string): readonly string[] {
  return name.match(word) ?? [];
}

const namesKnown = new WeakMap<object, readonly (readonly string[])[]>();

/** Of an object and its indexes. Objects never change, so they are read once. */
function ownNames(object: Named): readonly (readonly string[])[] {
  const known = namesKnown.get(object);
  if (known !== undefined) return known;
  const names = [object, ...(object.indexes ?? [])].map(({ name }) => wordsOfName(name));
  namesKnown.set(object, names);
  return names;
}

const wordsKnown = new WeakMap<object, ReadonlySet<string>>();

/** Every word in every text of the object. */
function wordsOf(object: object): ReadonlySet<string> {
  const known = wordsKnown.get(object);
  if (known !== undefined) return known;
  const words = new Set<string>();
  addWords(object, words);
  wordsKnown.set(object, words);
  return words;
}

function addWords(value: unknown, words: Set<string>): void {
  if (typeof value === 'string') for (const found of value.match(word) ?? []) words.add(found);
  else if (Array.isArray(value)) for (const item of value) addWords(item, words);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) addWords(item, words);
}
