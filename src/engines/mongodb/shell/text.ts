import type { Document } from 'bson';
import type { DocumentValue } from '../../../model/document';
import { fieldOf, itemsOf, numberOf, textOf } from '../../../model/document-value';
import { document, documentOf, without } from '../../../parse/mongodb/document';
import { writeCollection, writeDatabase, writeExpression } from '../../../parse/mongodb/write';
import { indexName } from '../../../schema/mongodb/canonical';
import { documentValue } from './value';
import { fieldsAs, WireCommand } from './wire-fields';
import { writingCalls } from './write-text';

/**
 * A command seen on the wire, with its document sequences put into it, as the canonical mongosh text that does the same:
 * `{ update: 'users', updates: [{ q, u, multi: true }], lsid, ... }` is `db.users.updateMany(q, u);`. In a transaction `{ session }` is
 * among the options. `$db` is there only when it is another database than the migration's own; `database` is the name of that one, which
 * renameCollection says. Never throws, and leaves nothing out that the command does: what has no method is `db.runCommand({ ... });`.
 */
export function shellText(command: Document, database?: string): string {
  const value = documentValue(command);
  if (value.kind !== 'document' || value.fields.length === 0) return 'db.runCommand({});';
  const wire = new WireCommand(value);
  if (wire.name === 'commitTransaction' || wire.name === 'abortTransaction') return `session.${wire.name}();`;
  const write = Object.hasOwn(calls, wire.name) ? calls[wire.name] : undefined;
  const text = write?.(wire, database);
  return `${text !== undefined && wire.isAllTaken ? text : wire.asCommand()};`;
}

/** Writes the call; undefined when the command is not of the form that the method sends. */
type CallWriter = (wire: WireCommand, database: string | undefined) => string | undefined;

/** Options that every command takes. */
const common = ['writeConcern', 'comment', 'maxTimeMS'] as const;

const createIndexes: CallWriter = (wire) => {
  const list = itemsOf(wire.take('indexes'));
  const [index] = list;
  const keys = fieldOf(index, 'key');
  const receiver = wire.receiver;
  if (receiver === undefined || list.length !== 1 || index?.kind !== 'document' || keys === undefined) return undefined;
  const isMadeOfKeys = textOf(fieldOf(index, 'name')) === indexName(keys);
  const own = without(index, new Set(isMadeOfKeys ? ['key', 'name'] : ['key']));
  const options = wire.optionsOf([...fieldsAs(own), ...wire.options(['commitQuorum', ...common])]);
  return writeExpression(receiver, 'createIndex', [keys, options]);
};

const dropIndexes: CallWriter = (wire) => {
  const receiver = wire.receiver;
  const index = wire.take('index');
  if (receiver === undefined || index === undefined) return undefined;
  const options = wire.optionsOf(wire.options(common));
  if (textOf(index) === '*') return options === undefined ? writeExpression(receiver, 'dropIndexes') : undefined;
  return writeExpression(receiver, index.kind === 'array' ? 'dropIndexes' : 'dropIndex', [index, options]);
};

const create: CallWriter = (wire) => {
  const { collection, database } = wire;
  if (collection === undefined) return undefined;
  const viewOn = wire.take('viewOn');
  const pipeline = viewOn === undefined ? undefined : wire.take('pipeline');
  const rest = fieldsAs(without(wire.document, new Set(viewOn === undefined ? ['create'] : ['create', 'viewOn', 'pipeline'])));
  for (const [name] of rest) wire.take(name);
  const options = wire.optionsOf(rest);
  const values = viewOn === undefined ? [options] : [viewOn, pipeline ?? documentValue([]), options];
  return writeExpression(writeDatabase(database), viewOn === undefined ? 'createCollection' : 'createView', [
    documentValue(collection),
    ...values,
  ]);
};

const drop: CallWriter = (wire) => {
  const receiver = wire.receiver;
  return receiver === undefined ? undefined : writeExpression(receiver, 'drop', [wire.optionsOf(wire.options(common))]);
};

const dropDatabase: CallWriter = (wire) =>
  writeExpression(writeDatabase(wire.database), 'dropDatabase', [wire.optionsOf(wire.options(common))]);

/** Both names have their database before a dot; the shell's method stays in one database. */
const renameCollection: CallWriter = (wire, own) => {
  const [from, to] = [namespaceOf(wire.collection), namespaceOf(textOf(wire.take('to')))];
  if (from === undefined || to === undefined || from.database !== to.database) return undefined;
  const isOwn = own === undefined || from.database === own;
  const receiver = writeCollection({ name: from.name, ...(!isOwn && { database: from.database }) });
  const target = wire.isOn('dropTarget') ? documentValue(true) : undefined;
  const options = wire.optionsOf(wire.options(common));
  return options === undefined ? writeExpression(receiver, 'renameCollection', [documentValue(to.name), target]) : undefined;
};

function namespaceOf(text: string | undefined): { readonly database: string; readonly name: string } | undefined {
  const dot = text?.indexOf('.') ?? -1;
  return text === undefined || dot <= 0 ? undefined : { database: text.slice(0, dot), name: text.slice(dot + 1) };
}

const aggregate: CallWriter = (wire) => {
  const pipeline = wire.take('pipeline');
  const cursor = fieldsAs(wire.take('cursor')).filter(([name]) => name === 'batchSize');
  const options = wire.optionsOf([
    ...cursor,
    ...wire.options(['allowDiskUse', 'bypassDocumentValidation', 'collation', 'hint', 'let', 'readConcern', 'explain', ...common]),
  ]);
  return writeExpression(wire.receiver ?? writeDatabase(wire.database), 'aggregate', [pipeline, options]);
};

/** findOne asks for one document in one batch, which closes its cursor. */
const find: CallWriter = (wire) => {
  const receiver = wire.receiver;
  if (receiver === undefined) return undefined;
  const [filter, projection] = [wire.take('filter'), wire.take('projection')];
  const isOne = wire.isOn('singleBatch') && Math.abs(numberOf(wire.take('limit')) ?? 0) === 1;
  const called = wire.options(isOne ? [] : ['sort', 'skip', 'limit']);
  const options = wire.optionsOf(
    wire.options([...(isOne ? ['sort', 'skip'] : []), 'hint', 'collation', 'batchSize', 'allowDiskUse', 'let', 'readConcern', ...common]),
  );
  const values = [
    filter ?? ((projection ?? options) ? documentValue({}) : undefined),
    projection ?? (options && documentValue({})),
    options,
  ];
  const head = writeExpression(receiver, isOne ? 'findOne' : 'find', values);
  return `${head}${called.map(([name, value]) => writeExpression('', name, [value as DocumentValue])).join('')}`;
};

const distinct: CallWriter = (wire) => {
  const receiver = wire.receiver;
  if (receiver === undefined) return undefined;
  const [key, query] = [wire.take('key'), wire.take('query')];
  const options = wire.optionsOf(wire.options(['collation', 'hint', 'readConcern', ...common]));
  return writeExpression(receiver, 'distinct', [key, query ?? (options && documentValue({})), options]);
};

const count: CallWriter = (wire) => {
  const receiver = wire.receiver;
  const query = wire.take('query');
  if (receiver === undefined || wire.isInTransaction || (query?.kind === 'document' && query.fields.length > 0)) return undefined;
  return writeExpression(receiver, 'estimatedDocumentCount', [wire.optionsOf(wire.options(['comment', 'maxTimeMS']))]);
};

const listIndexes: CallWriter = (wire) => {
  const receiver = wire.receiver;
  wire.take('cursor');
  return receiver === undefined || wire.isInTransaction ? undefined : writeExpression(receiver, 'getIndexes');
};

const listCollections: CallWriter = (wire) => {
  wire.take('cursor');
  const filter = wire.take('filter');
  const names = wire.isOn('nameOnly') ? documentOf([['nameOnly', true]]) : undefined;
  if (wire.isInTransaction) return undefined;
  return writeExpression(writeDatabase(wire.database), 'getCollectionInfos', [filter ?? (names && document({})), names]);
};

const calls: Readonly<Record<string, CallWriter>> = {
  ...writingCalls,
  createIndexes,
  dropIndexes,
  create,
  drop,
  dropDatabase,
  renameCollection,
  aggregate,
  find,
  distinct,
  count,
  listIndexes,
  listCollections,
};
