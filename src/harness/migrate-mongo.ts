import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Collection, Db } from 'mongodb';
import type { Order } from './arguments';
import { type Configuration, readConfiguration } from './configuration';
import { type Connection, connect } from './connection';
import { beginning } from './ending';
import { loadModule } from './load';
import { setMigration } from './problem';
import { migrationFunction, type Tool } from './tool';
import { watched } from './unawaited';

/** A migration and what the changelog has for it. */
interface Item {
  readonly path: string;
  readonly fileName: string;
  readonly fileHash: string | undefined;
}

/** migrate-mongo 14: lib/actions/up.js, down.js, status.js and lib/utils/lock.js. */
export const migrateMongo: Tool = {
  async run(order) {
    const [first = ''] = order.files;
    const read = await readConfiguration(first);
    const configuration = order.changelog === undefined ? read : { ...read, changelog: order.changelog };
    beginning('Could not connect');
    const connection = await connect(first, order.url, configuration.options);
    await new Run(connection, connection.client.db(databaseName(order.url, configuration)), configuration).run(order);
    return connection;
  },
};

/**
 * Through the proxy of a simulation the project's own name for its database, since a migration may name it as well: the proxy takes the first
 * name for that of the sandbox's database, and any other for one beside it. Anywhere else the one of the address: no other may be touched.
 */
function databaseName(url: string, { database }: Configuration): string | undefined {
  return new URL(url).port === process.env.FAULTLINE_SANDBOX_PORT ? database : undefined;
}

class Run {
  private readonly changelog: Collection;
  private readonly locks: Collection | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly database: Db,
    private readonly configuration: Configuration,
  ) {
    this.changelog = database.collection(configuration.changelog);
    this.locks = configuration.lock && database.collection(configuration.lock.collection);
  }

  async run({ direction, files }: Order): Promise<void> {
    const what = `Could not migrate ${direction}`;
    beginning(what);
    const recorded = await this.changelog.find({}).toArray();
    const all = files.map((path) => this.item(path));
    const isRecorded = ({ fileName, fileHash }: Item): boolean =>
      recorded.some((row) => row.fileName === fileName && (fileHash === undefined || row.fileHash === fileHash));
    const block = Date.now();
    if (await this.isLocked()) throw new Error('a lock is in place');
    beginning('Could not create a lock');
    await this.lockCollection().then((locks) => locks?.insertOne({ createdAt: new Date() }));
    for (const item of all.filter((each) => isRecorded(each) === (direction === 'down'))) {
      beginning(`${what} ${item.fileName}`);
      setMigration(item.path);
      try {
        const run = migrationFunction(await loadModule(item.path), direction);
        await watched(this.connection, `${direction}()`, () => run(this.database, this.connection.client));
      } catch (error) {
        await this.unlock();
        throw error;
      }
      beginning('Could not update changelog');
      await this.record(direction, item, block);
      console.log(`MIGRATED ${direction.toUpperCase()}: ${item.fileName}`);
    }
    beginning('Could not free the lock');
    await this.unlock();
  }

  private item(path: string): Item {
    const hash = (): string => createHash('sha256').update(readFileSync(path)).digest('hex');
    return { path, fileName: basename(path), fileHash: this.configuration.usesFileHash ? hash() : undefined };
  }

  private async record(direction: 'up' | 'down', { fileName, fileHash }: Item, migrationBlock: number): Promise<void> {
    if (direction === 'down') await this.changelog.deleteOne({ fileName });
    else await this.changelog.insertOne({ fileName, ...(fileHash !== undefined && { fileHash }), appliedAt: new Date(), migrationBlock });
  }

  private async isLocked(): Promise<boolean> {
    const locks = await this.lockCollection();
    return locks !== undefined && (await locks.find({}).toArray()).length > 0;
  }

  private async unlock(): Promise<void> {
    const locks = await this.lockCollection();
    await locks?.deleteMany({});
  }

  /** The tool sees to its index each time, without awaiting that; here it is awaited, so that runs are alike. */
  private async lockCollection(): Promise<Collection | undefined> {
    const expireAfterSeconds = this.configuration.lock?.expireAfterSeconds;
    await this.locks?.createIndex({ createdAt: 1 }, { expireAfterSeconds: expireAfterSeconds as number });
    return this.locks;
  }
}
