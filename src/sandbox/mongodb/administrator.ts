import { setTimeout as sleep } from 'node:timers/promises';
import { EJSON } from 'bson';
import { type Document, MongoClient, MongoServerError } from 'mongodb';
import { type Engine, engineOf } from '../../model/engine';
import type { DatabaseAddress } from '../../model/sandbox';
import { SandboxError } from '../problem';
import type { Administrator } from '../server-engine';
import { cloneDatabases } from './clone';
import { dropDatabases } from './drop';
import { ownPort, setName } from './settings';

const maintenanceDatabase = 'admin';
const connectTimeoutMs = 5_000;
/** How long one question may take until the server is ready: the machine may be slow, and the server not there yet. */
const shortestWaitMs = 100;
const longestWaitMs = 3000;
/** AlreadyInitialized, and that of a server which was started without a set: it is used as it is. */
const nothingToInitiate: readonly unknown[] = [23, 76];

/** The administrator's hands on a MongoDB server. */
export class MongodbAdministrator implements Administrator {
  private client: MongoClient | undefined;
  private current: Engine | undefined;

  constructor(private readonly address: (database: string) => DatabaseAddress) {}

  get engine(): Engine | undefined {
    return this.current;
  }

  isAnswer(error: unknown): boolean {
    return error instanceof MongoServerError;
  }

  async ping(): Promise<void> {
    await this.connected().db(maintenanceDatabase).command({ ping: 1 });
  }

  /**
   * `text` is one command as extended JSON (`{"listCollections": 1}`). The rows are the documents of its cursor as far as the first batch
   * has them, or its answer.
   */
  async query(text: string, database: string = maintenanceDatabase): Promise<readonly Record<string, unknown>[]> {
    const command = EJSON.parse(text) as Document;
    const answer = await this.connected().db(database).command(command);
    const cursor = answer.cursor as { readonly firstBatch?: readonly Document[] } | undefined;
    return cursor?.firstBatch ?? [answer];
  }

  /** The server makes a database with its first collection, and so there is nothing to be done but to see that the name is free. */
  async createDatabase(name: string): Promise<void> {
    const { databases } = await this.connected().db(maintenanceDatabase).admin().listDatabases({ nameOnly: true });
    if (databases.some((each) => each.name === name)) throw new SandboxError(`There is a database ${name} already.`);
  }

  async cloneDatabase(source: string, target: string): Promise<void> {
    const client = this.connected();
    await cloneDatabases(client, source, target);
  }

  async dropDatabases(names: readonly string[]): Promise<void> {
    if (names.length > 0) await dropDatabases(this.connected(), names);
  }

  async ready(timeoutMs: number, check: () => void | Promise<void>): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (let waitMs = shortestWaitMs; ; waitMs = Math.min(waitMs * 1.5, longestWaitMs)) {
      await check();
      try {
        if (await this.isPrimary(waitMs)) {
          this.current = await this.engineOfServer();
          return;
        }
      } catch (error) {
        if (performance.now() > deadline) throw new SandboxError(unanswered(timeoutMs, (error as Error).message));
      }
      if (performance.now() > deadline) throw new SandboxError(unanswered(timeoutMs, 'it has not become primary'));
      await sleep(20);
    }
  }

  async disconnect(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await Promise.race([client?.close(true).catch(() => undefined), sleep(1000, undefined, { ref: false })]);
  }

  /** Does it take writes? A set that was never initiated is, with this server as its only member. */
  private async isPrimary(waitMs: number): Promise<boolean> {
    // A client that was refused tries again half a second later; a new one asks at once.
    const client = new MongoClient(this.url(), { ...options, serverSelectionTimeoutMS: waitMs });
    try {
      const admin = client.db(maintenanceDatabase);
      const hello = await admin.command({ hello: 1 });
      if (hello.isWritablePrimary === true) return true;
      if (hello.setName === undefined) await initiate(client);
      return false;
    } finally {
      await client.close(true).catch(() => undefined);
    }
  }

  /** A server that is no mongod tells the version of the protocol that it speaks, not that of the server it stands for. */
  private async engineOfServer(): Promise<Engine | undefined> {
    const { version, storageEngines } = await this.connected().db(maintenanceDatabase).command({ buildInfo: 1 });
    const isMongod = Array.isArray(storageEngines) && storageEngines.includes('wiredTiger');
    return isMongod ? engineOf('mongodb', String(version)) : undefined;
  }

  private connected(): MongoClient {
    this.client ??= new MongoClient(this.url(), options);
    return this.client;
  }

  private url(): string {
    const { host, port } = this.address(maintenanceDatabase);
    return `mongodb://${host}:${port}/?directConnection=true`;
  }
}

const options = {
  appName: 'faultline control',
  connectTimeoutMS: connectTimeoutMs,
  serverSelectionTimeoutMS: connectTimeoutMs,
  maxPoolSize: 8,
  retryReads: false,
  retryWrites: false,
} as const;

/** The member is named by the port that the server itself listens on: it has to find itself there. */
async function initiate(client: MongoClient): Promise<void> {
  const admin = client.db(maintenanceDatabase);
  try {
    const { parsed } = (await admin.command({ getCmdLineOpts: 1 })) as { parsed?: { net?: { port?: number } } };
    const host = `127.0.0.1:${parsed?.net?.port ?? ownPort}`;
    await admin.command({ replSetInitiate: { _id: setName, members: [{ _id: 0, host }] } });
  } catch (error) {
    if (!(error instanceof MongoServerError) || !nothingToInitiate.includes(error.code)) throw error;
  }
}

function unanswered(timeoutMs: number, why: string): string {
  return `The server was not ready within ${Math.round(timeoutMs / 1000)} seconds: ${why}`;
}
