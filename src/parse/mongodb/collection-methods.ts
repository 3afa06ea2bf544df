import type { CollectionName, DocumentEffect, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, isTrue, textOf } from '../../model/document-value';
import type { Span } from '../../model/text';
import { array } from './document';
import * as effects from './effects';

type Arguments = readonly DocumentValue[];

/** How one method of a collection is read. */
export interface MethodReader {
  readonly effect: (values: Arguments, call: MethodCall) => DocumentEffect;
  /** Which argument holds the options, from 0. Absent where a session can't be given. */
  readonly optionsAt?: (values: Arguments) => number;
}

export interface MethodCall {
  /** Of the whole call, for a write that has no text of its own. */
  readonly span: Span;
  /** The collection that it is called on. */
  readonly collection: CollectionName | undefined;
}

function writing(
  optionsAt: number,
  effect: (values: Arguments, options: DocumentValue | undefined, span: Span) => DocumentEffect,
): MethodReader {
  return { effect: (values, { span }) => effect(values, values[optionsAt], span), optionsAt: () => optionsAt };
}

function upsertIn(options: DocumentValue | undefined): boolean {
  return isTrue(fieldOf(options, 'upsert'));
}

function updating(many: boolean): MethodReader {
  return writing(2, ([filter, change], options, span) =>
    effects.oneWrite(effects.updateOf(filter, change, { many, upsert: upsertIn(options), span })),
  );
}

const replacing = writing(2, ([filter, replacement], options, span) =>
  effects.oneWrite(effects.replaceOf(filter, replacement, upsertIn(options), span)),
);

function deleting(many: boolean): MethodReader {
  return writing(1, ([filter], _options, span) => effects.oneWrite(effects.deleteOf(filter, many, span)));
}

/** The old update(filter, change, options), or (filter, change, upsert, multi) before there were options. */
const oldUpdate = writing(2, ([filter, change, , multi], options, span) => {
  const many = isTrue(fieldOf(options, 'multi')) || isTrue(multi);
  return effects.oneWrite(effects.updateOrReplaceOf(filter, change, { many, upsert: upsertIn(options) || isTrue(options), span }));
});

/** The old remove(filter, justOne), or with options. */
const oldRemove = writing(1, ([filter], options, span) => {
  const one = isTrue(options) || isTrue(fieldOf(options, 'justOne')) || isTrue(fieldOf(options, 'single'));
  return effects.oneWrite(effects.deleteOf(filter, !one, span));
});

/** insert takes one document or a list of them. */
const oldInsert = writing(1, ([documents], options) => {
  if (documents?.kind === 'array') return effects.manyWrites(documents, effects.insertOf, options);
  return documents?.kind === 'document'
    ? effects.oneWrite(effects.insertOf(documents))
    : { kind: 'write', writes: [], ordered: true, partial: true };
});

/** The old save: a document with an _id takes the place of that one, another is inserted. */
const save = writing(1, ([value], _options, span) => {
  if (value === undefined) return { kind: 'write', writes: [], ordered: true, partial: true };
  const id = value.kind === 'document' ? value.fields.find(({ name }) => name === '_id') : undefined;
  if (id === undefined) return effects.oneWrite(effects.insertOf(value));
  const filter: DocumentValue = { kind: 'document', fields: [id], span: value.span };
  return effects.oneWrite(effects.replaceOf(filter, value, true, span));
});

const insertOne = writing(1, ([value]) =>
  value === undefined ? { kind: 'write', writes: [], ordered: true, partial: true } : effects.oneWrite(effects.insertOf(value)),
);

/** The shell's findAndModify({ query, update, remove, upsert }). */
const findAndModify: MethodReader = {
  effect: ([options], { span }) => effects.oneWrite(modified(options, span)),
  optionsAt: () => 0,
};

/** What findAndModify does, of the method or of the command: both name its parts alike. */
export function modified(options: DocumentValue | undefined, span: Span): DocumentWrite {
  const query = fieldOf(options, 'query');
  if (isTrue(fieldOf(options, 'remove'))) return effects.deleteOf(query, false, span);
  return effects.updateOrReplaceOf(query, fieldOf(options, 'update'), { many: false, upsert: upsertIn(options), span });
}

const createIndex = writing(1, ([keys], options) =>
  keys === undefined
    ? { kind: 'create index', indexes: [], partial: true }
    : { kind: 'create index', indexes: [effects.indexOf(keys, options)], partial: false },
);

/** The shell's list has keys, with the same options for all; the driver's has descriptions. */
const createIndexes = writing(1, ([list], options) =>
  effects.createIndexes(list, (item) => {
    const described = fieldOf(item, 'key');
    if (described?.kind === 'document') return effects.describedIndex(item);
    return item.kind === 'document' ? effects.indexOf(item, options) : undefined;
  }),
);

const dropIndex = writing(1, ([which]) => (which === undefined ? { kind: 'drop index', indexes: undefined } : effects.dropIndexes(which)));

/** dropIndexes(which) of the shell; the driver's has options alone. */
const dropIndexes: MethodReader = {
  effect: ([which]) => effects.dropIndexes(isOptions(which) ? undefined : which),
  optionsAt: ([which]) => (which === undefined || isOptions(which) ? 0 : 1),
};

function isOptions(value: DocumentValue | undefined): boolean {
  return value?.kind === 'document' && value.fields.some(({ name }) => /^(?:session|writeConcern|maxTimeMS|comment)$/.test(name));
}

/** renameCollection(name, dropTarget) of the shell, rename(name, { dropTarget }) of the driver. */
const rename = writing(1, ([name], options) =>
  effects.renameTo({ name: textOf(name) }, isTrue(options) || isTrue(fieldOf(options, 'dropTarget'))),
);

/** aggregate([...], options), or one argument for each stage. */
const aggregate: MethodReader = {
  effect: (values) => effects.aggregate(pipelineOf(values)),
  optionsAt: (values) => (areStages(values) ? Number.NaN : 1),
};

/** The stages of a call of aggregate, whichever way they are given. */
export function pipelineOf(values: Arguments): DocumentValue | undefined {
  return areStages(values) ? array(values) : values[0];
}

function areStages([first]: Arguments): boolean {
  return first?.kind === 'document';
}

const reading = (optionsAt?: number): MethodReader => ({
  effect: () => ({ kind: 'read' }),
  ...(optionsAt !== undefined && { optionsAt: () => optionsAt }),
});

const hiding = (hidden: boolean): MethodReader => ({ effect: ([index]) => effects.hideIndex(index, hidden) });

/** All methods of a collection that have a meaning; a chained call of another on it is `other`. */
export const collectionMethods: Readonly<Record<string, MethodReader>> = {
  insertOne,
  insertMany: writing(1, ([list], options) => effects.manyWrites(list, effects.insertOf, options)),
  insert: oldInsert,
  save,
  updateOne: updating(false),
  updateMany: updating(true),
  update: oldUpdate,
  replaceOne: replacing,
  deleteOne: deleting(false),
  deleteMany: deleting(true),
  remove: oldRemove,
  bulkWrite: writing(1, ([list], options) => effects.manyWrites(list, effects.bulkItem, options)),
  findOneAndUpdate: updating(false),
  findOneAndReplace: replacing,
  findOneAndDelete: deleting(false),
  findAndModify,
  createIndex,
  ensureIndex: createIndex,
  createIndexes,
  dropIndex,
  dropIndexes,
  hideIndex: hiding(true),
  unhideIndex: hiding(false),
  drop: writing(0, () => ({ kind: 'drop collection' })),
  renameCollection: rename,
  rename,
  aggregate,
  find: reading(2),
  findOne: reading(2),
  count: reading(1),
  countDocuments: reading(1),
  estimatedDocumentCount: reading(0),
  distinct: reading(2),
  getIndexes: reading(),
  getIndices: reading(),
  getIndexKeys: reading(),
  getIndexSpecs: reading(),
  indexes: reading(0),
  listIndexes: reading(0),
  indexExists: reading(1),
  indexInformation: reading(0),
  isCapped: reading(0),
  options: reading(0),
  stats: reading(),
  dataSize: reading(),
  storageSize: reading(),
  totalSize: reading(),
  totalIndexSize: reading(),
  latencyStats: reading(),
  validate: reading(),
  explain: reading(),
  exists: reading(),
  getFullName: reading(),
  getName: reading(),
  getPlanCache: reading(),
  getShardDistribution: reading(),
  getShardVersion: reading(),
  getSearchIndexes: reading(),
  listSearchIndexes: reading(),
  watch: reading(1),
};

/** Bulks that are gathered call by call: what they write stands in other calls. */
export const gatheringMethods: ReadonlySet<string> = new Set(['initializeOrderedBulkOp', 'initializeUnorderedBulkOp']);
