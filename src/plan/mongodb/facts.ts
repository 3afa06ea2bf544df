import type { CollectionName, DocumentCommand, DocumentEffect, DocumentWrite } from '../../model/document';
import { fieldOf, fieldsOf, isEmptyDocument, isTrue } from '../../model/document-value';
import type { Statement } from '../../model/migration';
import type { CostClass, PlannedLock } from '../../model/plan';
import { nameOfIndex } from '../../schema/mongodb/canonical';
import type { Fact } from '../fact';
import { servedByIndex } from './served-by-index';
import { collectionLabel, collectionOf, isNewCollection, type MongodbSituation } from './situation';
import { isHarmless } from './writes';

/** Modes of collection locks in the manual's words ("FAQ: Concurrency"). Documents are not locked: who comes second gets a write conflict. */
const modes = {
  read: 'intent shared',
  write: 'intent exclusive',
  ends: 'exclusive at start and end',
  all: 'exclusive',
} as const;

const costOrder: readonly CostClass[] = ['none', 'metadata', 'data', 'unknown', 'scan', 'build', 'rewrite'];

/** What a statement of a MongoDB migration locks and costs, and why. Facts about the server are its manual's. */
export function mongodbFacts(statement: Statement, situation: MongodbSituation): Fact {
  if (statement.unreadable !== undefined) return unknown('The statement could not be read, so what it locks and costs is not known');
  const facts = statement.operations.map((operation): Fact => {
    if (operation.kind === 'document command') return commandFact(operation, situation);
    return { locks: [], cost: 'none', because: operation.kind === 'transaction' ? 'It is about the session, not the data' : '' };
  });
  const dearest = facts.toSorted((left, right) => costOrder.indexOf(right.cost) - costOrder.indexOf(left.cost))[0];
  return dearest === undefined
    ? { locks: [], cost: 'none', because: 'It changes nothing in the database' }
    : { ...dearest, locks: facts.flatMap(({ locks }) => locks) };
}

function unknown(because: string): Fact {
  return { locks: [], cost: 'unknown', because };
}

function fact(cost: CostClass, because: string, ...locks: readonly (readonly [CollectionName | undefined, string])[]): Fact {
  return { cost, because, locks: locks.flatMap(([collection, mode]) => lock(collection, mode)) };
}

function lock(collection: CollectionName | undefined, mode: string): readonly PlannedLock[] {
  if (collection?.name === undefined) return [];
  const { name, database } = collection;
  return [{ relation: collectionLabel(collection), mode, name: { name, ...(database !== undefined && { schema: database }) } }];
}

function commandFact(command: DocumentCommand, situation: MongodbSituation): Fact {
  const { collection, effect } = command;
  switch (effect.kind) {
    case 'write':
      return writeFact(collection, effect, situation);
    case 'create index':
      return indexFact(collection, effect, situation);
    case 'drop index':
      return fact('metadata', 'The index is gone at once, and queries that need it read all documents', [collection, modes.all]);
    case 'create collection':
      return fact(
        'metadata',
        fieldOf(effect.options, 'viewOn') ? 'A view is a definition' : 'A new collection is empty, and nobody waits for it',
      );
    case 'modify collection':
      return collModFact(collection, effect, situation);
    case 'drop collection':
      return fact('metadata', 'The collection goes with its documents and indexes, whatever the size', [collection, modes.all]);
    case 'rename collection':
      return renameFact(collection, effect);
    case 'drop database':
      return fact('metadata', 'All collections of the database go, one after another');
    case 'aggregate':
      return aggregateFact(collection, effect);
    case 'read':
      return fact('none', 'It only reads', [collection, modes.read]);
    case 'other':
      return isHarmless(command)
        ? fact('none', 'It changes nothing in the database')
        : unknown(`Faultline has no facts about this command (${command.method})`);
  }
}

type Of<K extends DocumentEffect['kind']> = Extract<DocumentEffect, { kind: K }>;

function writeFact(collection: CollectionName | undefined, effect: Of<'write'>, situation: MongodbSituation): Fact {
  const { writes, partial } = effect;
  const [only] = writes;
  const name = collectionLabel(collection);
  if (partial || writes.length !== 1 || only === undefined) {
    const unserved = writes.find((write) => filterOf(write) !== undefined && isUnserved(write, collection, situation));
    const slow = unserved === undefined ? '' : `; no index of ${name} finds what is looked for, so each of them reads all documents`;
    const because = `${writes.length > 1 && !partial ? `${writes.length} writes` : 'Several writes'}, each a commit of its own${slow}`;
    return fact(unserved === undefined ? 'data' : 'scan', because, [collection, modes.write]);
  }
  return fact(isUnserved(only, collection, situation) ? 'scan' : 'data', writeWords(only, name, isUnserved(only, collection, situation)), [
    collection,
    modes.write,
  ]);
}

function filterOf(write: DocumentWrite) {
  return write.kind === 'insert' ? undefined : write.filter;
}

/** An update of all documents reads all of them, whatever the indexes. */
function isUnserved(write: DocumentWrite, collection: CollectionName | undefined, situation: MongodbSituation): boolean {
  const filter = filterOf(write);
  if (filter === undefined || isEmptyDocument(filter) || isNewCollection(situation, collection)) return false;
  return servedByIndex(filter, collectionOf(situation, collection)) === 'no';
}

function writeWords(write: DocumentWrite, name: string, unserved: boolean): string {
  if (write.kind === 'insert') return 'It writes one document';
  const what = write.kind === 'delete' ? 'removes' : 'writes';
  const slow = unserved ? `; no index of ${name} begins with a field of the filter, so all documents are read` : '';
  const many = write.kind !== 'replace' && write.many;
  if (!many) return `It ${what} one document${slow}`;
  const which = isEmptyDocument(write.filter) ? `every document of ${name}` : 'the documents that match';
  return `It ${what} ${which}, document by document: each is a commit of its own unless a transaction is open${slow}`;
}

function indexFact(collection: CollectionName | undefined, { indexes, partial }: Of<'create index'>, situation: MongodbSituation): Fact {
  const name = collectionLabel(collection);
  if (isNewCollection(situation, collection))
    return fact('metadata', `${name} is made in this migration, so there are few documents or none, and nobody waits for it`);
  const known = collectionOf(situation, collection);
  const isThere = (made: string | undefined) => made !== undefined && known?.indexes.some((index) => index.name === made);
  if (!partial && indexes.length > 0 && indexes.every((index) => isThere(nameOfIndex(index))))
    return fact('metadata', 'An index of that name is there already, so nothing is built', [collection, modes.write]);
  const unique = indexes.some(({ options }) => isTrue(fieldOf(options, 'unique')));
  const fails = unique ? '; duplicates fail it when all has been read' : '';
  return fact(
    'build',
    `All documents of ${name} are read. Reads and writes go on, but at its start and its end the build needs the collection for itself for a moment${fails}`,
    [collection, modes.ends],
  );
}

function collModFact(collection: CollectionName | undefined, { options }: Of<'modify collection'>, situation: MongodbSituation): Fact {
  const index = fieldOf(options, 'index');
  const all: readonly [CollectionName | undefined, string] = [collection, modes.all];
  if (isTrue(fieldOf(index, 'unique')))
    return isNewCollection(situation, collection)
      ? fact('metadata', 'The collection is new', all)
      : fact('scan', 'The whole index is read for duplicates before it becomes unique', all);
  if (fieldOf(index, 'expireAfterSeconds') !== undefined)
    return fact('metadata', 'Only the definition changes; the server then deletes what has expired, within a minute', all);
  if (fieldsOf(options).some(({ name }) => name === 'validator' || name === 'validationLevel' || name === 'validationAction'))
    return fact('metadata', 'Only the definition changes: documents that are there are not checked, only writes from now on', all);
  return fact('metadata', 'Only the definition changes', all);
}

/** Within a database both collections are locked; to another one all documents are copied (manual, renameCollection). */
function renameFact(collection: CollectionName | undefined, { newName }: Of<'rename collection'>): Fact {
  if (newName.database !== collection?.database)
    return fact(
      'rewrite',
      'To another database all documents are copied, and the old collection is dropped',
      [collection, modes.all],
      [newName, modes.all],
    );
  return fact(
    'metadata',
    'Only the name changes; open cursors and change streams on it end',
    [collection, modes.all],
    [newName, modes.all],
  );
}

function aggregateFact(collection: CollectionName | undefined, { into }: Of<'aggregate'>): Fact {
  if (into === undefined) return fact('none', 'It only reads', [collection, modes.read]);
  const target = collectionLabel(into.collection);
  return into.stage === '$out'
    ? fact(
        'rewrite',
        `What it finds takes the place of all documents of ${target} when it is done`,
        [collection, modes.read],
        [into.collection, modes.all],
      )
    : fact(
        'data',
        `It writes what it finds into ${target}, document by document`,
        [collection, modes.read],
        [into.collection, modes.write],
      );
}
