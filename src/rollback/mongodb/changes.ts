import type { Catalog, DefinedObject, Table } from '../../model/catalog';
import { match } from '../../state/match';
import { type Change, type ChangeOptions, change } from '../change';
import { aloneAlways, collectionText, createCollection, dropCollection, modifyCollection, renameCollection } from './collections';
import { changeIndex, createIndex, dropIndex } from './indexes';

/**
 * Statements of MongoDB, as mongosh text, that turn one catalog into another: views and collections that go, renames, collections that come,
 * then indexes and options, then views. Collections are followed by identity, so that a renamed one is renamed back with its documents.
 */
export function mongodbCatalogChanges(from: Catalog, to: Catalog, options: ChangeOptions): Change[] {
  const { pairs, removed, added } = match(from.tables.filter(isOwn), to.tables.filter(isOwn), ({ name }) => name);
  const views = match(from.definitions.filter(isView), to.definitions.filter(isView), ({ name }) => name, false);
  const changed = views.pairs.filter(([now, wanted]) => now.definition !== wanted.definition);
  return [
    ...[...views.removed, ...changed.map(([now]) => now)].map((view) => dropView(view, options)),
    ...removed.map((table) => dropCollection(table, options)),
    ...renames(pairs, options),
    ...added.flatMap((table) => createCollection(table, options)),
    ...pairs.flatMap(([now, wanted]) => [...indexChanges(now, wanted, options), ...modifyCollection(now, wanted, options)]),
    ...[...views.added, ...changed.map(([, wanted]) => wanted)].map((view) => createView(view, options)),
    ...elsewhere(from, to, options),
  ];
}

function isOwn({ database }: Table): boolean {
  return database === undefined;
}

/** Other databases of the server hold what no migration shows: what comes there in a simulation may be there for years. */
function elsewhere(from: Catalog, to: Catalog, options: ChangeOptions): Change[] {
  const others = (catalog: Catalog) => catalog.tables.filter((table) => !isOwn(table));
  const { pairs, removed, added } = match(others(from), others(to), ({ name }) => name, false);
  const differing = pairs.filter(
    ([now, wanted]) => indexChanges(now, wanted, options).length + modifyCollection(now, wanted, options).length > 0,
  );
  return [...removed, ...added, ...differing.map(([, wanted]) => wanted)].map(({ name, database = '' }) =>
    change('alter table', `Look at ${name}, in the database ${database}`, `It is not as it was ${options.goal}.`, '', {
      ...aloneAlways,
      unknown: `Nothing is done there: what your server has in ${database} is not known here. Compare ${name} with a backup of that database, and take out what the migration brought.`,
    }),
  );
}

function isView({ kind }: DefinedObject): boolean {
  return kind === 'view';
}

function dropView({ name }: DefinedObject, { goal }: ChangeOptions): Change {
  return change('drop view', `Drop view ${name}`, `It was not so ${goal}.`, `${collectionText(name)}.drop()`, aloneAlways);
}

function createView({ name, definition }: DefinedObject, { goal }: ChangeOptions): Change {
  return change('create view', `Create view ${name}`, `It was there ${goal}.`, definition, aloneAlways);
}

type Pair = readonly [now: Table, wanted: Table];

/** In an order in which each new name is free; where they go in a circle, one waits under a name of its own. */
function renames(pairs: readonly Pair[], options: ChangeOptions): readonly Change[] {
  const waiting = new Map(pairs.filter(([now, wanted]) => now.name !== wanted.name).map(([now, wanted]) => [now.name, wanted.name]));
  const changes: Change[] = [];
  while (waiting.size > 0) {
    const free = [...waiting].find(([, to]) => !waiting.has(to));
    const [from, to] = free ?? [...waiting][0] ?? ['', ''];
    waiting.delete(from);
    if (free !== undefined) changes.push(renameCollection(from, to, options));
    else {
      changes.push(renameCollection(from, `${to}_moving`, options));
      waiting.set(`${to}_moving`, to);
    }
  }
  return changes;
}

/** What goes makes room for what comes: the server refuses a second index of the same keys, or of the same name. */
function indexChanges(from: Table, to: Table, options: ChangeOptions): readonly Change[] {
  const { pairs, removed, added } = match(from.indexes, to.indexes, ({ name }) => name, false);
  const collection = to.name;
  return [
    ...removed.map((index) => dropIndex(collection, index, options)),
    ...pairs.flatMap(([now, wanted]) => (now.definition === wanted.definition ? [] : changeIndex(collection, now, wanted, options))),
    ...added.map((index) => createIndex(collection, index, options)),
  ];
}
