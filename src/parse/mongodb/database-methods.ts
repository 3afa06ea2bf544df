import type { CollectionName, DocumentEffect, DocumentValue } from '../../model/document';
import { fieldOf, isTrue, textOf } from '../../model/document-value';
import type { Span } from '../../model/text';
import { collectionMethods, pipelineOf } from './collection-methods';
import { type CommandReading, readCommand } from './command-documents';
import { documentOf } from './document';
import * as effects from './effects';

type Arguments = readonly DocumentValue[];

/** What a method of the database itself does. */
export type DatabaseReading = Pick<CommandReading, 'effect' | 'collection' | 'options' | 'ends'> & {
  /** Where it is another than the method that was called: the command in `db.runCommand({ collMod: ... })`. */
  readonly method?: string;
  /** Which argument holds the options, from 0. */
  readonly optionsAt?: number;
};

/** Reads `db.name(...)`; `other` for what has no meaning of its own: users, roles, profiling, sharding. */
export function readDatabaseMethod(name: string, values: Arguments, span: Span): DatabaseReading {
  if (Object.hasOwn(readers, name)) return readers[name]?.(values, span) ?? { effect: { kind: 'other' } };
  return { effect: { kind: readingMethods.has(name) ? 'read' : 'other' } };
}

function collectionOf(value: DocumentValue | undefined): { readonly collection: CollectionName } {
  return { collection: { name: textOf(value) } };
}

function command([value]: Arguments): DatabaseReading {
  const { method, ...read } = readCommand(value) ?? { effect: { kind: 'other' } };
  return { ...read, ...(method !== undefined && { method }), optionsAt: 1 };
}

/** createView(name, source, pipeline, options): its command is `create` with viewOn. */
function createView([name, source, pipeline, options]: Arguments): DatabaseReading {
  const own = effects.collectionOptions(options)?.fields ?? [];
  const view = documentOf([
    ['viewOn', source],
    ['pipeline', pipeline ?? { kind: 'array', items: [], span: { start: 0, end: 0 } }],
  ]);
  return {
    ...collectionOf(name),
    effect: { kind: 'create collection', options: { ...view, fields: [...view.fields, ...own] } },
    optionsAt: 3,
  };
}

function createCollection([name, options]: Arguments): DatabaseReading {
  const own = effects.collectionOptions(options) ?? (options?.kind === 'hole' ? options : undefined);
  return { ...collectionOf(name), effect: { kind: 'create collection', ...(own !== undefined && { options: own }) }, optionsAt: 1 };
}

/** A method of the driver's Db that names its collection first, and goes on as the collection's own does. */
function ofCollection(method: string) {
  return ([name, ...values]: Arguments, span: Span): DatabaseReading => {
    const reader = collectionMethods[method];
    const at = collectionOf(name);
    const effect: DocumentEffect = reader?.effect(values, { span, ...at }) ?? { kind: 'other' };
    const optionsAt = reader?.optionsAt?.(values);
    return { ...at, effect, ...(optionsAt !== undefined && { optionsAt: optionsAt + 1 }) };
  };
}

const readers: Readonly<Record<string, (values: Arguments, span: Span) => DatabaseReading>> = {
  runCommand: command,
  adminCommand: command,
  command,
  createCollection,
  createView,
  dropDatabase: () => ({ effect: { kind: 'drop database' }, optionsAt: 0 }),
  aggregate: (values) => ({ effect: effects.aggregate(pipelineOf(values)), optionsAt: 1 }),
  dropCollection: ofCollection('drop'),
  createIndex: ofCollection('createIndex'),
  renameCollection: ([from, to, options]) => ({
    ...collectionOf(from),
    effect: effects.renameTo({ name: textOf(to) }, isTrue(fieldOf(options, 'dropTarget'))),
    optionsAt: 2,
  }),
};

const readingMethods: ReadonlySet<string> = new Set(
  [
    'collections listCollections getCollectionNames getCollectionInfos getName getMongo stats serverStatus hostInfo serverBuildInfo',
    'serverCmdLineOpts version hello isMaster currentOp getProfilingStatus getLogComponents getUsers getUser getRoles getRole',
    'getReplicationInfo printReplicationInfo printSecondaryReplicationInfo printCollectionStats printShardingStatus listCommands',
    'commandHelp help getLastError getLastErrorObj watch indexInformation profilingLevel',
  ].flatMap((line) => line.split(' ')),
);
