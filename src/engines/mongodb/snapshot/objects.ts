import type { Db, Document, MongoClient } from 'mongodb';
import { exactReading } from './values';

/** A collection or a view as `listCollections` tells it. */
export interface ReadCollection {
  /** The name; `X.name` for one in the database `NAME-X` beside. */
  readonly key: string;
  readonly database: string;
  readonly name: string;
  readonly type: string;
  readonly options: Document;
  /** As `listIndexes` tells them, that of _id among them; none for a view. */
  readonly indexes: readonly Document[];
}

/** What the server keeps for itself: buckets of time series, views, profiles (manual, "System Collections"). */
const ofServer = /^system\./;

/**
 * The collections and views of a database and of those beside it, with their indexes. One that is dropped meanwhile is left out.
 * @throws the driver's error.
 */
export async function readCollections(client: MongoClient, database: Db): Promise<readonly ReadCollection[]> {
  const beside = await databasesBeside(client, database.databaseName);
  const all = [{ db: database, prefix: '' }, ...beside.map(({ name, suffix }) => ({ db: client.db(name), prefix: `${suffix}.` }))];
  const lists = await Promise.all(
    all.map(async ({ db, prefix }) => {
      const infos = await db.listCollections({}, { nameOnly: false, ...exactReading }).toArray();
      const own = (infos as readonly Document[]).filter(({ name }) => !ofServer.test(String(name)));
      return Promise.all(own.map((info) => readCollection(db, prefix, info)));
    }),
  );
  return lists.flat().flatMap((found) => found ?? []);
}

async function readCollection(db: Db, prefix: string, info: Document): Promise<ReadCollection | undefined> {
  const name = String(info.name);
  const type = String(info.type ?? 'collection');
  const known = { key: `${prefix}${name}`, database: db.databaseName, name, type, options: (info.options ?? {}) as Document };
  if (type === 'view') return { ...known, indexes: [] };
  try {
    return { ...known, indexes: await db.collection(name).listIndexes(exactReading).toArray() };
  } catch (error) {
    if ((error as { code?: unknown }).code === namespaceNotFound) return undefined;
    throw error;
  }
}

/** NamespaceNotFound (mongod, error_codes.yml). */
const namespaceNotFound = 26;

/** What a migration writes into a database X of another name lies in `NAME-X`, as the proxy sees to. */
async function databasesBeside(client: MongoClient, name: string): Promise<readonly { name: string; suffix: string }[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases
    .filter((database) => database.name.startsWith(`${name}-`))
    .map((database) => ({ name: database.name, suffix: database.name.slice(name.length + 1) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Where the collection of a key of the catalog is: in the database itself, or as `X.name` in the one beside it, if there is such a one. */
export async function collectionIn(client: MongoClient, database: string, key: string): Promise<{ database: string; collection: string }> {
  const point = key.indexOf('.');
  if (point === -1) return { database, collection: key };
  const beside = (await databasesBeside(client, database)).find(({ suffix }) => key.startsWith(`${suffix}.`));
  return beside === undefined ? { database, collection: key } : { database: beside.name, collection: key.slice(beside.suffix.length + 1) };
}
