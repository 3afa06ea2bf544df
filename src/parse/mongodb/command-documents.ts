import type { CollectionName, DocumentEffect, DocumentNode, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, isTrue, numberOf, textOf } from '../../model/document-value';
import type { Span } from '../../model/text';
import { modified } from './collection-methods';
import { document, without } from './document';
import * as effects from './effects';

/** A document given to `db.command`, `db.runCommand` or `db.adminCommand`, in terms of what it does. */
export interface CommandReading {
  /** The command's name: its first field, as the server knows it. */
  readonly method: string;
  readonly collection?: CollectionName;
  readonly effect: DocumentEffect;
  /** What is of the command and not of the work: writeConcern, ordered, comment ... Absent when there is none of it. */
  readonly options?: DocumentNode;
  /** The command ends a transaction of its session. */
  readonly ends?: 'commit' | 'rollback';
}

/** Undefined for what is no document with a name that can be read. */
export function readCommand(value: DocumentValue | undefined): CommandReading | undefined {
  const text = textOf(value);
  const command = text === undefined ? value : document({ [text]: 1 });
  if (command?.kind !== 'document') return undefined;
  const [first] = command.fields;
  if (first === undefined || first.name.includes('${')) return undefined;
  const known = Object.hasOwn(commands, first.name.toLowerCase()) ? commands[first.name.toLowerCase()] : undefined;
  const method = known?.name ?? first.name;
  const read = known?.read({ command, first: first.value, span: command.span }) ?? {
    effect: { kind: isReading(method) ? 'read' : 'other' },
  };
  const namesCollection = known === undefined ? commandsOfCollections.has(method) : known.aboutDatabase !== true;
  const collection = namesCollection ? nameOf(first.value) : undefined;
  const options = without(command, new Set([first.name, ...(known?.work ?? [])]));
  return {
    method,
    ...(collection !== undefined && { collection }),
    ...(options.fields.length > 0 && { options }),
    ...read,
  };
}

interface CommandParts {
  readonly command: DocumentNode;
  /** The value of its first field. */
  readonly first: DocumentValue;
  readonly span: Span;
}

interface CommandReader {
  /** In the server's own letters: it takes some names in lower case as well. */
  readonly name: string;
  /** Its first field is no collection. */
  readonly aboutDatabase?: true;
  /** Fields that are the work itself. */
  readonly work: readonly string[];
  readonly read: (parts: CommandParts) => Partial<CommandReading> & { readonly effect: DocumentEffect };
}

function nameOf(value: DocumentValue): CollectionName | undefined {
  if (value.kind === 'hole') return { name: undefined };
  const name = textOf(value);
  return name === undefined || name === '' ? undefined : { name };
}

/** `database.collection`, as renameCollection names both of them. */
function namespaceOf(value: DocumentValue | undefined): CollectionName {
  const text = textOf(value);
  const dot = text?.indexOf('.') ?? -1;
  if (text === undefined || dot === -1) return { name: undefined };
  return { name: text.slice(dot + 1), database: text.slice(0, dot) };
}

/** An item of the update command: `{ q, u, multi, upsert }`. */
function updateItem(item: DocumentValue): DocumentWrite | undefined {
  if (item.kind !== 'document') return undefined;
  const { span } = item;
  const options = { many: isTrue(fieldOf(item, 'multi')), upsert: isTrue(fieldOf(item, 'upsert')), span };
  return effects.updateOrReplaceOf(fieldOf(item, 'q'), fieldOf(item, 'u'), options);
}

/** An item of the delete command: `{ q, limit }`; a limit of 0 is all. */
function deleteItem(item: DocumentValue): DocumentWrite | undefined {
  if (item.kind !== 'document') return undefined;
  return effects.deleteOf(fieldOf(item, 'q'), numberOf(fieldOf(item, 'limit')) === 0, item.span);
}

/** An item of the bulkWrite command (8.0): its first field is the number of a namespace. */
function namespacedItem(item: DocumentValue): DocumentWrite | undefined {
  if (item.kind !== 'document') return undefined;
  const [first] = item.fields;
  const filter = fieldOf(item, 'filter');
  const { span } = item;
  if (first?.name === 'insert') return { kind: 'insert', document: fieldOf(item, 'document') ?? document({}), span };
  if (first?.name === 'delete') return effects.deleteOf(filter, isTrue(fieldOf(item, 'multi')), span);
  if (first?.name !== 'update') return undefined;
  const options = { many: isTrue(fieldOf(item, 'multi')), upsert: isTrue(fieldOf(item, 'upsert')), span };
  return effects.updateOrReplaceOf(filter, fieldOf(item, 'updateMods'), options);
}

/** The one collection that a bulkWrite command is about; with several of them none is named. */
function namespaceOfBulk(command: DocumentNode): CollectionName | undefined {
  const list = effects.itemsOf(fieldOf(command, 'nsInfo')).items;
  return list.length === 1 ? namespaceOf(fieldOf(list[0], 'ns')) : undefined;
}

const commands: Readonly<Record<string, CommandReader>> = byLowerCase([
  {
    name: 'insert',
    work: ['documents'],
    read: ({ command }) => ({ effect: effects.manyWrites(fieldOf(command, 'documents'), effects.insertOf, command) }),
  },
  {
    name: 'update',
    work: ['updates'],
    read: ({ command }) => ({ effect: effects.manyWrites(fieldOf(command, 'updates'), updateItem, command) }),
  },
  {
    name: 'delete',
    work: ['deletes'],
    read: ({ command }) => ({ effect: effects.manyWrites(fieldOf(command, 'deletes'), deleteItem, command) }),
  },
  {
    name: 'findAndModify',
    work: ['query', 'update', 'remove'],
    read: ({ command, span }) => ({ effect: effects.oneWrite(modified(command, span)) }),
  },
  {
    name: 'bulkWrite',
    aboutDatabase: true,
    work: ['ops', 'nsInfo'],
    read: ({ command }) => {
      const collection = namespaceOfBulk(command);
      const effect = effects.manyWrites(fieldOf(command, 'ops'), namespacedItem, command);
      return { effect, ...(collection !== undefined && { collection }) };
    },
  },
  {
    name: 'createIndexes',
    work: ['indexes'],
    read: ({ command }) => ({ effect: effects.createIndexes(fieldOf(command, 'indexes'), effects.describedIndex) }),
  },
  { name: 'dropIndexes', work: ['index'], read: ({ command }) => ({ effect: effects.dropIndexes(fieldOf(command, 'index')) }) },
  {
    name: 'create',
    work: [],
    read: ({ command, first }) => {
      const options = effects.collectionOptions({ ...command, fields: command.fields.filter(({ value }) => value !== first) });
      return { effect: { kind: 'create collection', ...(options !== undefined && { options }) } };
    },
  },
  {
    name: 'collMod',
    work: [],
    read: ({ command, first }) => {
      const rest = { ...command, fields: command.fields.filter(({ value }) => value !== first) };
      return { effect: { kind: 'modify collection', options: effects.collectionOptions(rest) ?? document({}) } };
    },
  },
  { name: 'drop', work: [], read: () => ({ effect: { kind: 'drop collection' } }) },
  { name: 'dropDatabase', aboutDatabase: true, work: [], read: () => ({ effect: { kind: 'drop database' } }) },
  {
    name: 'renameCollection',
    work: ['to', 'dropTarget'],
    read: ({ command, first }) => ({
      collection: namespaceOf(first),
      effect: effects.renameTo(namespaceOf(fieldOf(command, 'to')), isTrue(fieldOf(command, 'dropTarget'))),
    }),
  },
  {
    name: 'aggregate',
    work: ['pipeline', 'cursor'],
    read: ({ command }) => ({ effect: effects.aggregate(fieldOf(command, 'pipeline')) }),
  },
  {
    name: 'commitTransaction',
    aboutDatabase: true,
    work: [],
    read: () => ({ effect: { kind: 'other' }, ends: 'commit' }),
  },
  {
    name: 'abortTransaction',
    aboutDatabase: true,
    work: [],
    read: () => ({ effect: { kind: 'other' }, ends: 'rollback' }),
  },
]);

function byLowerCase(readers: readonly CommandReader[]): Record<string, CommandReader> {
  const named = Object.fromEntries(readers.map((reader) => [reader.name.toLowerCase(), reader]));
  const old = named.dropindexes;
  return old === undefined ? named : { ...named, deleteindexes: old };
}

/** Commands that change nothing. */
function isReading(name: string): boolean {
  return readingCommands.has(name.toLowerCase());
}

const readingCommands: ReadonlySet<string> = new Set(
  [
    'find count distinct getMore explain listCollections listIndexes listDatabases listCommands hello isMaster ping buildInfo hostInfo',
    'collStats dbStats dataSize serverStatus connectionStatus connPoolStats currentOp replSetGetStatus replSetGetConfig getParameter',
    'getCmdLineOpts getLog getDefaultRWConcern usersInfo rolesInfo validate dbHash top whatsMyUri features planCacheListFilters',
    'getShardMap getShardVersion balancerStatus checkShardingIndex killCursors listSearchIndexes startSession refreshSessions endSessions',
  ].flatMap((line) => line.toLowerCase().split(' ')),
);

/** Others whose first field is a collection. */
const commandsOfCollections: ReadonlySet<string> = new Set([
  'find',
  'count',
  'distinct',
  'listIndexes',
  'collStats',
  'validate',
  'compact',
  'reIndex',
  'convertToCapped',
  'cloneCollectionAsCapped',
  'mapReduce',
  'planCacheClear',
  'setIndexCommitQuorum',
  'createSearchIndexes',
  'dropSearchIndex',
  'updateSearchIndex',
]);
