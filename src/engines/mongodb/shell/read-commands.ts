import type { DocumentCommand, DocumentValue } from '../../../model/document';
import { type Result, success } from '../../../model/result';
import { array, document, documentOf } from '../../../parse/mongodb/document';
import { type CommandParts, given, picked } from './parts';

type Fields = CommandParts['fields'];
type Values = readonly (DocumentValue | undefined)[];

/** The command of a call that reads; undefined for helpers that are more than one command. */
export function readingCommand(operation: DocumentCommand, common: Fields): Result<readonly CommandParts[]> | undefined {
  const { collection, method } = operation;
  const readers = collection === undefined ? databaseReaders : collectionReaders;
  const read = Object.hasOwn(readers, method) ? readers[method] : undefined;
  if (read === undefined) return undefined;
  const fields = read(collection?.name ?? '', operation.arguments, operation);
  return fields === undefined ? undefined : success([{ fields: given([...fields, ...common]) }]);
}

type Reader = (name: string, values: Values, operation: DocumentCommand) => Fields | undefined;

/** Options of find that stand in its third argument, or are called on its cursor. */
const findOptions = ['sort', 'skip', 'limit', 'hint', 'collation', 'batchSize', 'allowDiskUse', 'let', 'readConcern'];

/** What is called on the cursor: `.sort({ ... })`, `.limit(5)`. The last call of a name holds. */
function cursorOptions({ followedBy = [] }: DocumentCommand): Fields {
  return findOptions.flatMap((name) => {
    const call = followedBy.findLast((step) => step.name === name);
    return call?.arguments?.[0] === undefined ? [] : [[name, call.arguments[0]] as const];
  });
}

function find(name: string, [filter, projection]: Values, operation: DocumentCommand): Fields {
  const projected = operation.followedBy?.findLast((step) => step.name === 'projection' || step.name === 'project')?.arguments?.[0];
  const called = cursorOptions(operation);
  const counts = operation.followedBy?.find((step) => step.name === 'count' || step.name === 'size');
  if (counts !== undefined) {
    const bounds = called.filter(([option]) => ['skip', 'limit', 'hint', 'collation'].includes(option));
    return [['count', name], ['query', filter], ...(counts.name === 'size' || counts.arguments?.length === 1 ? bounds : [])];
  }
  const options = picked(operation.options, findOptions).filter(([option]) => !called.some(([each]) => each === option));
  const fields = projected ?? projection ?? picked(operation.options, ['projection'])[0]?.[1];
  return [['find', name], ['filter', filter], ['projection', fields], ...called, ...options];
}

/** countDocuments is an aggregation (driver and shell). */
function countDocuments(name: string, [filter]: Values, { options }: DocumentCommand): Fields {
  const [skip, limit] = [picked(options, ['skip'])[0]?.[1], picked(options, ['limit'])[0]?.[1]];
  const stages = [
    document({ $match: filter ?? document({}) }),
    ...(skip === undefined ? [] : [documentOf([['$skip', skip]])]),
    ...(limit === undefined ? [] : [documentOf([['$limit', limit]])]),
    document({ $group: document({ _id: 1, n: document({ $sum: 1 }) }) }),
  ];
  return [['aggregate', name], ['pipeline', array(stages)], ['cursor', document({})], ...picked(options, ['collation', 'hint'])];
}

const listIndexes: Reader = (name) => [
  ['listIndexes', name],
  ['cursor', document({})],
];

const collectionReaders: Readonly<Record<string, Reader>> = {
  find,
  findOne: (name, values, operation) => [
    ...find(name, values, operation).filter(([option]) => option !== 'limit'),
    ['limit', 1],
    ['singleBatch', true],
  ],
  count: (name, [query], { options }) => [['count', name], ['query', query], ...picked(options, ['limit', 'skip', 'hint', 'collation'])],
  countDocuments,
  estimatedDocumentCount: (name) => [['count', name]],
  distinct: (name, [key, query], { options }) => [['distinct', name], ['key', key], ['query', query], ...picked(options, ['collation'])],
  getIndexes: listIndexes,
  getIndices: listIndexes,
  indexes: listIndexes,
  listIndexes,
  stats: (name) => [['collStats', name]],
  dataSize: (name) => [['collStats', name]],
  storageSize: (name) => [['collStats', name]],
  totalSize: (name) => [['collStats', name]],
  totalIndexSize: (name) => [['collStats', name]],
  isCapped: (name) => [['collStats', name]],
  validate: (name, [options]) => [['validate', name], ...picked(options, ['full', 'repair', 'metadata'])],
};

const listCollections: Reader = (_name, [filter, options]) => [
  ['listCollections', 1],
  ['filter', filter],
  ...picked(options, ['nameOnly', 'authorizedCollections']),
  ['cursor', document({})],
];

const databaseReaders: Readonly<Record<string, Reader>> = {
  getCollectionInfos: listCollections,
  listCollections,
  getCollectionNames: () => [
    ['listCollections', 1],
    ['nameOnly', true],
    ['cursor', document({})],
  ],
  stats: () => [['dbStats', 1]],
  serverStatus: () => [['serverStatus', 1]],
  hello: () => [['hello', 1]],
  isMaster: () => [['isMaster', 1]],
  serverBuildInfo: () => [['buildInfo', 1]],
  version: () => [['buildInfo', 1]],
  hostInfo: () => [['hostInfo', 1]],
};
