import type { Db, Document, MongoClient } from 'mongodb';
import { exactReading } from './values';

/** A collection or a view as `listCollections` tells it. */
export interface ListedCollection {
  /** The name; `X.name` for one in the database `NAME-X` beside. */
  readonly key: string;
  readonly database: string;
  readonly name: string;
  readonly type: string;
  readonly options: Document;
}

export interface ReadCollection extends ListedCollection {
  /** As `listIndexes` tells them, that of _id among them; none for a view. */
  readonly indexes: readonly Document[];
}

/** What the server keeps for itself: buckets of time series, views, profiles (manual, "System Collections"). */
const ofServer = /^system\./;

/** The collections and views of a database and of those beside it. @throws the driver's error. */
export async function listCollections(client: MongoClient, database: Db): Promise<readonly ListedCollection[]> {
  const beside = databasesBeside(client, database.databaseName).then((found) =>
    Promise.all(found.map(({ name, suffix }) => collectionsOf(client.db(name), `${suffix}.`))),
  );
  const [own, others] = await Promise.all([collectionsOf(database, ''), beside]);
  return [...own, ...others.flat()];
}

async function collectionsOf(db: Db, prefix: string): Promise<readonly ListedCollection[]> {
  const infos: readonly Document[] = await db.listCollections({}, { nameOnly: false, ...exactReading }).toArray();
  return infos
    .filter(({ name }) => !ofServer.test(String(name)))
    .map(({ name, type, options }) => ({
      key: `${prefix}${name}`,
      database: db.databaseName,
      name: String(name),
      type: String(type ?? 'collection'),
      options: (options ?? {}) as Document,
    }));
}

/** With their indexes. One that is dropped meanwhile is left out. @throws the driver's error. */
export async function readIndexes(client: MongoClient, collections: readonly ListedCollection[]): Promise<readonly ReadCollection[]> {
  const all = collections.map(async (collection): Promise<ReadCollection | undefined> => {
    if (collection.type === 'view') return { ...collection, indexes: [] };
    try {
      const indexes = await client.db(collection.database).collection(collection.name).listIndexes(exactReading).toArray();
      return { ...collection, indexes };
    } catch (error) {
      if ((error as { code?: unknown }).code === namespaceNotFound) return undefined;
      throw error;
    }
  });
  return (await Promise.all(all)).flatMap((found) => found ?? []);
}

/** Both at once. */
export async function readCollections(client: MongoClient, database: Db): Promise<readonly ReadCollection[]> {
  return readIndexes(client, await listCollections(client, database));
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
