import type { Db, Document, MongoClient } from 'mongodb';
import { SandboxError } from '../problem';

/** Types as they are stored: a number stays the int, long or double that it was. */
const asStored = { promoteValues: false, bsonRegExp: true } as const;
/** Documents in one insert, where the server can't copy by itself. */
const batchSize = 1000;
const cloningAtOnce = 4;

interface Collection {
  readonly name: string;
  readonly type: string;
  readonly options: Document;
}

/**
 * Copies a database to one that does not exist, on the same server: collections with their options and validators, documents in their natural
 * order, indexes with all of their options, views. What belongs to it under another name, `SOURCE-other`, becomes `TARGET-other`. When it
 * fails, what there is of the copy is removed.
 */
export async function cloneDatabases(client: MongoClient, source: string, target: string): Promise<void> {
  const names = await databaseNames(client);
  if (names.includes(target)) throw new SandboxError(`There is a database ${target} already.`);
  const belonging = names.filter((name) => isPartOf(name, source));
  const copyName = (name: string): string => target + name.slice(source.length);
  try {
    for (const name of belonging) await cloneDatabase(client.db(name), client.db(copyName(name)));
  } catch (error) {
    for (const name of belonging)
      await client
        .db(copyName(name))
        .dropDatabase()
        .catch(() => undefined);
    throw error;
  }
}

/** Is a database of the server this one, or one that belongs to it? */
export function isPartOf(name: string, database: string): boolean {
  return name === database || name.startsWith(`${database}-`);
}

export async function databaseNames(client: MongoClient): Promise<readonly string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases.map(({ name }) => name);
}

async function cloneDatabase(source: Db, target: Db): Promise<void> {
  const all = (await source.listCollections({}, asStored).toArray()) as unknown as readonly Collection[];
  const collections = all.filter(({ name, type }) => type !== 'view' && isOwn(name));
  const waiting = [...collections];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await cloneCollection(source, target, next);
  };
  const workers = await Promise.allSettled(Array.from({ length: cloningAtOnce }, worker));
  for (const each of workers) if (each.status === 'rejected') throw each.reason;
  // A view may read another one; none is looked at when one is made.
  for (const { name, options } of all.filter(({ type }) => type === 'view')) await target.command({ create: name, ...options });
}

/** Of the server's own collections, only stored functions are the user's: views and buckets of time series come with what they belong to. */
function isOwn(name: string): boolean {
  return !name.startsWith('system.') || name === 'system.js';
}

async function cloneCollection(source: Db, target: Db, { name, type, options }: Collection): Promise<void> {
  // Documents may be older than the validator, which would refuse them. DocumentDB's $merge does not know how to pass it by.
  const { validator, validationLevel, validationAction, ...others } = options;
  await target.command({ create: name, ...others });
  if (type === 'timeseries' || options.capped !== undefined) await copyThroughUs(source, target, name);
  else await copyWithin(source, target, name);
  const indexes = (await source.collection(name).listIndexes(asStored).toArray().catch(nothingIfMissing)) as readonly Document[];
  // Those of _id come with the collection.
  const own = indexes.filter((index) => index.name !== '_id_' && index.clustered === undefined).map(({ ns: _, ...index }) => index);
  if (own.length > 0) await target.command({ createIndexes: name, indexes: own });
  const validation = Object.entries({ validator, validationLevel, validationAction }).filter(([, value]) => value !== undefined);
  if (validation.length > 0) await target.command({ collMod: name, ...Object.fromEntries(validation) });
}

/** By the server itself: nothing is read here, and so every value and every order of fields is the same. */
async function copyWithin(source: Db, target: Db, name: string): Promise<void> {
  const stage = { $merge: { into: { db: target.databaseName, coll: name }, whenMatched: 'fail', whenNotMatched: 'insert' } };
  await source.collection(name).aggregate([stage]).toArray();
}

/** $merge does not write to these (manual, "$merge": restrictions). */
async function copyThroughUs(source: Db, target: Db, name: string): Promise<void> {
  const rows = source.collection(name).find({}, { ...asStored, batchSize });
  const insert = (documents: Document[]): Promise<unknown> => target.command({ insert: name, documents, ordered: true });
  const documents: Document[] = [];
  for await (const row of rows) {
    documents.push(row);
    if (documents.length === batchSize) await insert(documents.splice(0));
  }
  if (documents.length > 0) await insert(documents);
}

/** NamespaceNotFound: a collection of time series without an index. */
function nothingIfMissing(error: unknown): readonly Document[] {
  if ((error as { code?: unknown }).code === 26) return [];
  throw error;
}
