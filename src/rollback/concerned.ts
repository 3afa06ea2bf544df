import type { Catalog } from '../model/catalog';

interface Named {
  readonly identity: string;
  readonly name: string;
}

/**
 * Of two catalogs of one replay, the parts that can matter for the difference: what is not the very same object in both, and whatever
 * mentions the name of such an object, or of one that mentions it. A migration changes a handful of objects among thousands.
 */
export function concerned(from: Catalog, to: Catalog): readonly [Catalog, Catalog] {
  const old = new Set<Named>(objectsOf(from));
  const changed = symmetricDifference(old, objectsOf(to));
  if (changed.length === 0) return [withOnly(from, new Set()), withOnly(to, new Set())];
  const kept = new Set<Named>(changed);
  let rest = [...old].filter((object) => !kept.has(object));
  for (let names = namesOf(changed); names.length > 0; ) {
    const found = rest.filter((object) => names.some((words) => words.every((word) => wordsOf(object).has(word))));
    rest = rest.filter((object) => !found.includes(object));
    for (const object of found) kept.add(object);
    names = namesOf(found);
  }
  return [withOnly(from, kept), withOnly(to, kept)];
}

function objectsOf({ tables, sequences, types, definitions }: Catalog): readonly Named[] {
  return [...tables, ...sequences, ...types, ...definitions];
}

function symmetricDifference(left: ReadonlySet<Named>, right: readonly Named[]): readonly Named[] {
  const both = new Set(right);
  return [...[...left].filter((object) => !both.has(object)), ...right.filter((object) => !left.has(object))];
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

/** Each name once, as its words: a quoted name may hold more than one. */
function namesOf(objects: readonly Named[]): readonly (readonly string[])[] {
  return [...new Set(objects.map(({ name }) => name))].map((name) => name.match(word) ?? []);
}

const known = new WeakMap<object, ReadonlySet<string>>();

/** Every word in every text of the object. Objects never change, so they are read once. */
function wordsOf(object: object): ReadonlySet<string> {
  const found = known.get(object);
  if (found !== undefined) return found;
  const words = new Set<string>();
  addWords(object, words);
  known.set(object, words);
  return words;
}

function addWords(value: unknown, words: Set<string>): void {
  if (typeof value === 'string') for (const found of value.match(word) ?? []) words.add(found);
  else if (Array.isArray(value)) for (const item of value) addWords(item, words);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) addWords(item, words);
}
