import type { CollectionName, DocumentEffect, DocumentIndex, DocumentNode, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, isTrue, textOf } from '../../model/document-value';
import type { Span } from '../../model/text';
import { document, documentOf, without } from './document';

/** What calls and commands do, made of their parts: the same effect whichever method sends it. */

type Value = DocumentValue | undefined;

/** A filter that is not there takes everything. */
function filterOf(value: Value): DocumentValue {
  return value ?? document({});
}

export function insertOf(value: DocumentValue): DocumentWrite {
  return { kind: 'insert', document: value, span: value.span };
}

interface UpdateOptions {
  readonly many: boolean;
  readonly upsert: boolean;
  readonly span: Span;
}

/** Of the methods that take operators and pipelines alone: they refuse a change without. */
export function updateOf(filter: Value, change: Value, { many, upsert, span }: UpdateOptions): DocumentWrite {
  return { kind: 'update', filter: filterOf(filter), change: change ?? document({}), many, upsert, span };
}

/** Of commands and old methods: a change without operators is a whole document that takes the old one's place. */
export function updateOrReplaceOf(filter: Value, change: Value, options: UpdateOptions): DocumentWrite {
  if (change !== undefined && isReplacement(change) && !options.many) return replaceOf(filter, change, options.upsert, options.span);
  return updateOf(filter, change, options);
}

function isReplacement(change: DocumentValue): boolean {
  return change.kind === 'document' && !change.partial && !change.fields.some(({ name }) => name.startsWith('$'));
}

export function replaceOf(filter: Value, replacement: Value, upsert: boolean, span: Span): DocumentWrite {
  return { kind: 'replace', filter: filterOf(filter), document: replacement ?? document({}), upsert, span };
}

export function deleteOf(filter: Value, many: boolean, span: Span): DocumentWrite {
  return { kind: 'delete', filter: filterOf(filter), many, span };
}

/** One write, which is ordered by being alone. */
export function oneWrite(write: DocumentWrite): DocumentEffect {
  return { kind: 'write', writes: [write], ordered: true, partial: false };
}

/** Writes made of a list; what can't be read of it makes the whole partial. */
export function manyWrites(list: Value, read: (item: DocumentValue) => DocumentWrite | undefined, options: Value): DocumentEffect {
  const { items, partial } = itemsOf(list);
  const writes = items.map(read);
  const known = writes.filter((write) => write !== undefined);
  return { kind: 'write', writes: known, ordered: isOrdered(options), partial: partial || known.length < writes.length };
}

function isOrdered(options: Value): boolean {
  const ordered = fieldOf(options, 'ordered');
  return ordered === undefined || ordered.kind === 'hole' || isTrue(ordered);
}

/** The items of an array; of what is none it is not known how many there are. A hole among them may be any item, not several. */
export function itemsOf(list: Value): { readonly items: readonly DocumentValue[]; readonly partial: boolean } {
  return list?.kind === 'array' ? { items: list.items, partial: list.partial === true } : { items: [], partial: true };
}

/** An item of bulkWrite: `{ updateOne: { filter, update, upsert } }`. */
export function bulkItem(item: DocumentValue): DocumentWrite | undefined {
  if (item.kind !== 'document') return undefined;
  const [first] = item.fields;
  if (first === undefined) return undefined;
  const { name, value } = first;
  const filter = fieldOf(value, 'filter') ?? fieldOf(value, 'q');
  const upsert = isTrue(fieldOf(value, 'upsert'));
  const { span } = item;
  if (value.kind === 'hole') return undefined;
  switch (name) {
    case 'insertOne':
      return { kind: 'insert', document: fieldOf(value, 'document') ?? value, span };
    case 'updateOne':
    case 'updateMany':
      return updateOf(filter, fieldOf(value, 'update') ?? fieldOf(value, 'u'), { many: name === 'updateMany', upsert, span });
    case 'replaceOne':
      return replaceOf(filter, fieldOf(value, 'replacement'), upsert, span);
    case 'deleteOne':
    case 'deleteMany':
      return deleteOf(filter, name === 'deleteMany', span);
    default:
      return undefined;
  }
}

/** An index of createIndex: its keys, and the options with its name among them. */
export function indexOf(keys: DocumentValue, options: Value, span: Span = keys.span): DocumentIndex {
  const name = textOf(fieldOf(options, 'name'));
  const rest = options?.kind === 'document' ? without(options, notOfTheIndex) : options;
  const isEmpty = rest === undefined || (rest.kind === 'document' && rest.fields.length === 0 && rest.partial !== true);
  return { keys, ...(name !== undefined && { name }), ...(!isEmpty && { options: rest }), span };
}

/** Fields beside an index's options that are of the command; a name that is not known stays among them. */
const notOfTheIndex: ReadonlySet<string> = new Set([
  'name',
  'session',
  'writeConcern',
  'commitQuorum',
  'maxTimeMS',
  'comment',
  'background',
  'timeoutMS',
]);

/** A description of an index as the command has it: `{ key: {...}, name, unique }`. */
export function describedIndex(item: DocumentValue): DocumentIndex | undefined {
  const keys = fieldOf(item, 'key');
  if (item.kind !== 'document' || keys === undefined) return undefined;
  return indexOf(keys, without(item, new Set(['key'])), item.span);
}

export function createIndexes(list: Value, read: (item: DocumentValue) => DocumentIndex | undefined): DocumentEffect {
  const { items, partial } = itemsOf(list);
  const indexes = items.map(read);
  const known = indexes.filter((index) => index !== undefined);
  return { kind: 'create index', indexes: known, partial: partial || known.length < indexes.length };
}

/** What dropIndexes takes: a name, a document of keys, or a list of names. Nothing at all is every index. */
export function dropIndexes(which: Value): DocumentEffect {
  if (which === undefined) return { kind: 'drop index', indexes: ['*'] };
  const list = which.kind === 'array' ? (which.partial ? undefined : which.items) : [which];
  const named = list?.map((item) => textOf(item) ?? (item.kind === 'document' ? item : undefined));
  const known = named?.filter((item) => item !== undefined);
  return { kind: 'drop index', indexes: known?.length === named?.length ? known : undefined };
}

export function hideIndex(index: Value, hidden: boolean): DocumentEffect {
  const which = index?.kind === 'document' ? 'keyPattern' : 'name';
  return {
    kind: 'modify collection',
    options: documentOf([
      [
        'index',
        documentOf([
          [which, index],
          ['hidden', hidden],
        ]),
      ],
    ]),
  };
}

/** The options of createCollection and the rest of a command, without what is of the call and not of the collection. */
export function collectionOptions(options: Value): DocumentNode | undefined {
  if (options?.kind !== 'document') return undefined;
  const own = without(options, notOfTheCollection);
  return own.fields.length === 0 && own.partial !== true ? undefined : own;
}

const notOfTheCollection: ReadonlySet<string> = new Set(['session', 'writeConcern', 'comment', 'maxTimeMS', 'timeoutMS']);

export function renameTo(newName: CollectionName, dropTarget: boolean): DocumentEffect {
  return { kind: 'rename collection', newName, dropTarget };
}

/** What an aggregation writes by its last stage. */
export function aggregate(pipeline: Value): DocumentEffect {
  const stages = pipeline ?? { kind: 'array', items: [], span: { start: 0, end: 0 } };
  const last = stages.kind === 'array' && !stages.partial ? stages.items.at(-1) : undefined;
  const into = last === undefined ? undefined : (targetOf(last, '$out') ?? targetOf(last, '$merge'));
  return { kind: 'aggregate', pipeline: stages, ...(into !== undefined && { into }) };
}

type Into = Extract<DocumentEffect, { kind: 'aggregate' }>['into'];

function targetOf(stage: DocumentValue, name: '$out' | '$merge'): Into {
  const target = fieldOf(stage, name);
  if (target === undefined) return undefined;
  const named = name === '$merge' ? (fieldOf(target, 'into') ?? target) : target;
  const text = textOf(named) ?? textOf(fieldOf(named, 'coll'));
  const database = textOf(fieldOf(named, 'db'));
  return { stage: name, collection: { name: text, ...(database !== undefined && { database }) } };
}
