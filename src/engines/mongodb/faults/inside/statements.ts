import { databaseOf, documentsOf, type RawCommand } from '../../../../wire/mongodb/messages';
import { bsonType, fieldOf, itemsOf, numberOf, type RawValue, textOf, without } from '../../../../wire/mongodb/raw';

/** The field in which a write command has its writes. */
const listFields: Readonly<Record<string, string>> = { insert: 'documents', update: 'updates', delete: 'deletes', bulkWrite: 'ops' };

/** What a command writes, entry by entry. */
export interface WriteList {
  readonly field: string;
  readonly items: readonly Buffer[];
}

/** Undefined for a command that is no list of writes. */
export function writeListOf(name: string, command: RawCommand): WriteList | undefined {
  const field = listFields[name];
  if (field === undefined) return undefined;
  const sequence = command.sequences.find((each) => each.name === field);
  if (sequence) return { field, items: documentsOf(sequence) };
  return { field, items: itemsOf(fieldOf(command.body, field)).map(({ bytes }) => bytes) };
}

/** The same command with these writes in place of its own, and nothing else changed. */
export function withWrites(command: RawCommand, field: string, items: readonly Buffer[]): RawCommand {
  return {
    body: without(command.body, new Set([field])),
    sequences: [...command.sequences.filter(({ name }) => name !== field), { name: field, bytes: Buffer.concat(items) }],
  };
}

export interface Namespace {
  /** As the server calls it. */
  readonly database: string;
  readonly collection: string;
}

/** A write that may concern many documents, as both the list commands and bulkWrite write it. */
export interface ManyWrite extends Namespace {
  /** The field that holds the filter. */
  readonly filterField: 'q' | 'filter';
  readonly filter: RawValue;
  readonly verb: 'updated' | 'deleted';
}

/** What an entry does to all documents that match; undefined for one that concerns a single document. */
export function manyWriteOf(name: string, command: RawCommand, item: Buffer): ManyWrite | undefined {
  const filterField = name === 'bulkWrite' ? 'filter' : 'q';
  const filter = fieldOf(item, filterField);
  const isMany = numberOf(fieldOf(item, 'multi')) === 1 || (name === 'delete' && numberOf(fieldOf(item, 'limit')) === 0);
  const namespace = namespaceOf(name, command, item);
  if (filter?.type !== bsonType.document || !isMany || namespace === undefined) return undefined;
  const deletes = name === 'delete' || (name === 'bulkWrite' && fieldOf(item, 'delete') !== undefined);
  return { ...namespace, filterField, filter, verb: deletes ? 'deleted' : 'updated' };
}

/** What an entry writes: what matches a filter, or a new document. */
export type WriteTarget = Namespace & ({ readonly filter: Buffer } | { readonly document: Buffer });

/** Undefined where the entry does not say. */
export function targetOf(name: string, command: RawCommand, item: Buffer): WriteTarget | undefined {
  const namespace = namespaceOf(name, command, item);
  if (namespace === undefined) return undefined;
  if (name === 'insert') return { ...namespace, document: item };
  const filter = fieldOf(item, 'q') ?? fieldOf(item, 'filter');
  if (filter?.type === bsonType.document) return { ...namespace, filter: filter.bytes };
  const document = fieldOf(item, 'document');
  return document?.type === bsonType.document ? { ...namespace, document: document.bytes } : undefined;
}

/** What an entry writes to. */
function namespaceOf(name: string, command: RawCommand, item: Buffer): Namespace | undefined {
  if (name !== 'bulkWrite') return ownNamespaceOf(name, command);
  const position = numberOf(fieldOf(item, 'insert') ?? fieldOf(item, 'update') ?? fieldOf(item, 'delete'));
  return position === undefined ? undefined : split(writeInfos(command)[position]);
}

/** What a command as a whole is about; undefined for one that is about no collection. */
export function ownNamespaceOf(name: string, command: RawCommand): Namespace | undefined {
  const named = textOf(fieldOf(command.body, name));
  if (name === 'renameCollection') return split(named);
  const database = databaseOf(command);
  return named === undefined || database === undefined ? undefined : { database, collection: named };
}

function split(namespace: string | undefined): Namespace | undefined {
  const dot = namespace?.indexOf('.') ?? -1;
  return namespace === undefined || dot === -1 ? undefined : { database: namespace.slice(0, dot), collection: namespace.slice(dot + 1) };
}

/** The namespaces that the entries of bulkWrite name by their positions. */
function writeInfos(command: RawCommand): readonly (string | undefined)[] {
  const sequence = command.sequences.find(({ name }) => name === 'nsInfo');
  const infos = sequence ? documentsOf(sequence) : itemsOf(fieldOf(command.body, 'nsInfo')).map(({ bytes }) => bytes);
  return infos.map((info) => textOf(fieldOf(info, 'ns')));
}
