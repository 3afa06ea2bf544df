import type { Document } from 'mongodb';
import type { Catalog, DefinedObject, Index, Table } from '../../../model/catalog';
import { collectionOptions, indexOf, viewOf } from '../../../schema/mongodb/canonical';
import { documentValue } from '../shell/value';
import type { IndexBuild } from './builds';
import type { ReadCollection } from './objects';
import { scalarText } from './values';

/**
 * Collections as tables without columns, with their options and indexes as canonical texts; views by their definitions. The index of _id, which every
 * collection has, and what servers write of themselves (uuids, versions of index formats) are left out.
 */
export function assembleCatalog(
  collections: readonly ReadCollection[],
  builds: readonly IndexBuild[],
  excluded: ReadonlySet<string>,
): Catalog {
  const shown = collections.filter(({ key }) => !excluded.has(key));
  return {
    schemas: [],
    tables: shown.filter(({ type }) => type !== 'view').map((collection) => tableOf(collection, builds)),
    sequences: [],
    types: [],
    definitions: shown.filter(({ type }) => type === 'view').map(viewIn),
  };
}

function tableOf({ key, database, name, options, indexes }: ReadCollection, builds: readonly IndexBuild[]): Table {
  const building = builds.filter((build) => build.database === database && build.collection === name);
  const texts = collectionOptions(documentValue(options));
  const finished = indexes.filter((index) => index.name !== '_id_').map((index) => catalogIndex(index, building));
  const unfinished = building
    .filter(({ index }) => !indexes.some((known) => known.name === index.name))
    .map(({ index }) => catalogIndex(index, building));
  return {
    identity: key,
    schema: '',
    name: key,
    kind: 'table',
    persistence: 'permanent',
    columns: [],
    constraints: [],
    indexes: [...finished, ...unfinished].sort((left, right) => (left.name < right.name ? -1 : 1)),
    triggers: [],
    policies: [],
    rowSecurity: 'off',
    ...(texts.length > 0 && { options: texts }),
    ...(key !== name && { database: key.slice(0, -name.length - 1) }),
  };
}

/** An index that is still being built serves no query. */
function catalogIndex(index: Document, building: readonly IndexBuild[]): Index {
  const name = String(index.name);
  const { key, ...options } = withoutGivens(index);
  const made = indexOf({ identity: name, name, keys: documentValue(key), options: documentValue(options) });
  return building.some((build) => build.index.name === name) ? { ...made, valid: false, ready: false } : made;
}

/** What the server adds to an index by itself, with the value that it adds (manual, createIndexes). */
const givens: Readonly<Record<string, readonly string[]>> = {
  textIndexVersion: ['3', '2'],
  '2dsphereIndexVersion': ['3'],
  default_language: ['english'],
  language_override: ['language'],
};

/** As it was asked for: a text index by its fields, and without what it gets of itself. */
function withoutGivens({ v: _v, ns: _ns, ...index }: Document): Document {
  const { weights, ...rest } = index;
  const isText = (index.key as Document | undefined)?._fts !== undefined;
  const said = Object.entries(rest).filter(([name, value]) => !(givens[name] ?? []).includes(plainText(value)));
  if (!isText || typeof weights !== 'object' || weights === null)
    return Object.fromEntries(Object.entries(index).filter(([name]) => said.some(([kept]) => kept === name) || name === 'weights'));
  const texts = Object.keys(weights as Document).map((field) => [field, 'text'] as const);
  const keys = Object.entries(rest.key as Document).flatMap(([field, value]) =>
    field === '_fts' ? texts : field === '_ftsx' ? [] : [[field, value] as const],
  );
  const heavy = Object.fromEntries(Object.entries(weights as Document).filter(([, weight]) => plainText(weight) !== '1'));
  return { ...Object.fromEntries(said), key: Object.fromEntries(keys), ...(Object.keys(heavy).length > 0 && { weights: heavy }) };
}

/** A number without its type, a text without its quotes. */
function plainText(value: unknown): string {
  return typeof value === 'string' ? value : scalarText(value).replace(/^[a-zA-Z]/, '');
}

/** Collation as it was asked for is not kept by the server: it tells all of it. */
function viewIn({ key, options }: ReadCollection): DefinedObject {
  return viewOf(key, key, documentValue(options));
}
