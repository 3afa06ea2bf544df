import type { Document } from 'bson';
import { Collection, call, cursor, type Options, type Place } from './collection';
import { Session } from './session';

/** `db` of the shell: its own methods, and every other name is a collection. */
export type Database = DatabaseMethods & Readonly<Record<string, unknown>>;

export function databaseOf(place: Place): Database {
  return new Proxy(new DatabaseMethods(place), {
    get: (target, name, receiver) =>
      typeof name === 'symbol' || name in target || name === 'then' ? Reflect.get(target, name, receiver) : collectionOf(place, name),
  }) as Database;
}

/** `db.a.b` is the collection `a.b`. */
function collectionOf(place: Place, collection: string): Collection {
  return new Proxy(new Collection(place, collection), {
    get: (target, name, receiver) =>
      typeof name === 'symbol' || name in target || name === 'then'
        ? Reflect.get(target, name, receiver)
        : collectionOf(place, `${collection}.${name}`),
  });
}

class DatabaseMethods {
  constructor(private readonly place: Place) {}

  getName(): string {
    return this.place.database;
  }

  getCollection(name: string): Collection {
    return collectionOf(this.place, name);
  }

  getSiblingDB(database: string): Database {
    return databaseOf({ ...this.place, database });
  }

  getMongo(): Mongo {
    return new Mongo(this.place);
  }

  runCommand(command: Document | string, options?: Options): unknown {
    return call(this.place, undefined, 'command', [typeof command === 'string' ? { [command]: 1 } : command], options);
  }

  adminCommand(command: Document | string, options?: Options): unknown {
    return this.getSiblingDB('admin').runCommand(command, options);
  }

  aggregate(pipeline: readonly unknown[], options?: Options): unknown {
    return cursor(this.place, undefined, 'aggregate', [pipeline], options);
  }

  createCollection(name: string, options: Options = {}): unknown {
    return this.runCommand({ create: name, ...options });
  }

  createView(name: string, viewOn: string, pipeline: readonly unknown[], options: Options = {}): unknown {
    return this.runCommand({ create: name, viewOn, pipeline, ...options });
  }

  dropDatabase(options: Options = {}): unknown {
    return this.runCommand({ dropDatabase: 1, ...options });
  }

  getCollectionNames(): readonly unknown[] {
    const all = cursor(this.place, undefined, 'listCollections', [{}], { nameOnly: true }).toArray() as readonly Document[];
    return all.map(({ name }) => name as unknown);
  }

  getCollectionInfos(filter: Document = {}, options?: Options): unknown {
    return cursor(this.place, undefined, 'listCollections', [filter], options).toArray();
  }

  hello(): unknown {
    return this.runCommand({ hello: 1 });
  }

  version(): unknown {
    return (this.adminCommand({ buildInfo: 1 }) as Document).version;
  }

  stats(): unknown {
    return this.runCommand({ dbStats: 1 });
  }

  serverStatus(): unknown {
    return this.adminCommand({ serverStatus: 1 });
  }

  currentOp(filter: Document = {}): unknown {
    return this.adminCommand({ currentOp: 1, ...filter });
  }

  killOp(op: unknown): unknown {
    return this.adminCommand({ killOp: 1, op });
  }
}

/** The connection of the shell. */
class Mongo {
  constructor(private readonly place: Place) {}

  getDB(database: string): Database {
    return databaseOf({ ...this.place, database });
  }

  getDBNames(): readonly unknown[] {
    const { databases } = this.getDB('admin').runCommand({ listDatabases: 1, nameOnly: true }) as { databases: readonly Document[] };
    return databases.map(({ name }) => name as unknown);
  }

  startSession(options: object = {}): Session {
    const { bridge } = this.place;
    return new Session(bridge, (database, session) => databaseOf({ bridge, database, session }), options);
  }

  /** There is one member only. */
  setReadPref(): void {}
}
