import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Collection, MongoClient } from 'mongodb';
import type { Order } from './arguments';
import { Connection } from './connection';
import { beginning } from './ending';
import { loadModule } from './load';
import { setMigration } from './problem';
import { migrationFunction, type Tool } from './tool';
import { watched } from './unawaited';

/** What is used of mongoose, which is the project's own. */
interface Mongoose {
  set(name: string, value: unknown): void;
  createConnection(url: string): { asPromise(): Promise<MongooseConnection> };
}

interface MongooseConnection {
  getClient(): MongoClient;
}

/** ts-migrate-mongoose 5: `Migrator.run` and `sync` of dist/index.cjs. Files are recorded as "down" before they run. */
export const tsMigrateMongoose: Tool = {
  async run(order) {
    const [first = ''] = order.files;
    beginning('Could not connect');
    const mongoose = mongooseOf(first);
    mongoose.set('strictQuery', false);
    const opened = await mongoose.createConnection(order.url).asPromise();
    const connection = new Connection(opened.getClient());
    const history = connection.client.db().collection(order.changelog ?? 'migrations');
    await run(order, history, connection, opened);
    return connection;
  },
};

function mongooseOf(file: string): Mongoose {
  try {
    const found = createRequire(file)('mongoose') as Mongoose & { readonly default?: Mongoose };
    return found.default ?? found;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error('mongoose is not installed where the migration is: install the packages of the project');
  }
}

async function run({ direction, files }: Order, history: Collection, connection: Connection, given: MongooseConnection): Promise<void> {
  beginning(`Could not migrate ${direction}`);
  const all = files.map(itemOf);
  // The model makes its index when it is first used.
  await history.createIndex({ createdAt: 1 }, { background: true });
  const recorded = await history.find({}).toArray();
  for (const { name, createdAt } of known(files)) {
    if (!recorded.some((row) => row.name === name))
      await history.insertOne({ name, state: 'down', createdAt, updatedAt: new Date(), __v: 0 });
  }
  for (const { path, name } of all) {
    if ((recorded.find((row) => row.name === name)?.state ?? 'down') === direction) continue;
    beginning(`Could not migrate ${direction} ${basename(path)}`);
    setMigration(path);
    const migrate = migrationFunction(await loadModule(path), direction);
    await watched(connection, `${direction}()`, () => migrate(given));
    beginning('Could not update the history');
    await history.updateMany({ name }, { $set: { state: direction, updatedAt: new Date() } });
  }
}

/** The tool records all migrations of a folder before it runs any of them. */
function known(files: readonly string[]): readonly ReturnType<typeof itemOf>[] {
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const beside = folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => join(folder, name)),
  );
  const migrations = beside.filter((path) => /^\d{13,}-.*(?<!\.d)\.(ts|js|mjs|cjs)$/.test(basename(path)));
  return [...new Set([...migrations, ...files])].map(itemOf);
}

/** `1700000000000-add-users.ts`: a time in milliseconds, and the name. */
function itemOf(path: string): { readonly path: string; readonly name: string; readonly createdAt: Date } {
  const [, time = '', name = basename(path)] = /^(\d{13,})-(.+)\.[cm]?[jt]s$/.exec(basename(path)) ?? [];
  return { path, name, createdAt: new Date(Number(time)) };
}
