import { createRequire } from 'node:module';
import type { MongoClient, MongoClientOptions } from 'mongodb';

/** Options of a configuration that say how values are read and written, and not where the server is. */
const harmless: ReadonlySet<string> = new Set([
  'ignoreUndefined',
  'serializeFunctions',
  'promoteValues',
  'promoteLongs',
  'promoteBuffers',
  'useBigInt64',
  'bsonRegExp',
  'retryWrites',
  'retryReads',
  'writeConcern',
  'w',
  'j',
  'journal',
  'readConcern',
  'readConcernLevel',
  'maxPoolSize',
  'minPoolSize',
]);

/** From an answer to the request that follows from it a driver takes a few turns of the event loop. */
const turnsUntilNext = 5;
const patienceMs = 5_000;

/** How an execution's own requests, and those that the migration makes over the same client, are told from what goes on after it. */
export class Connection {
  private underWay = 0;
  private waiting: (() => void)[] = [];
  private patientUntil = Number.POSITIVE_INFINITY;

  constructor(readonly client: MongoClient) {
    client.on('connectionCheckOutStarted', () => {
      this.underWay += 1;
    });
    for (const event of ['connectionCheckOutFailed', 'connectionCheckedIn'] as const) {
      client.on(event, () => {
        this.underWay -= 1;
        if (this.underWay === 0 || performance.now() > this.patientUntil) for (const resolve of this.waiting.splice(0)) resolve();
      });
    }
  }

  /** How many operations have been begun and not ended. */
  get pending(): number {
    return this.underWay;
  }

  /**
   * Waits until none is under way, and none follows from the answer of one that was; what a timer would begin later is not waited for. What
   * goes on and on, as a cursor does that waits for changes, is left after a while; a single answer is waited for however long it takes, since
   * a simulation may hold it.
   */
  async idle(): Promise<void> {
    this.patientUntil = performance.now() + patienceMs;
    do {
      if (this.underWay > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
      for (let turn = 0; turn < turnsUntilNext; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (this.underWay > 0 && performance.now() < this.patientUntil);
  }
}

/** A client of the project's own driver: what it makes (ObjectIds above all) has to be of the version that the migration imports. */
export async function connect(file: string, url: string, options: Readonly<Record<string, unknown>> = {}): Promise<Connection> {
  const { MongoClient: Client } = createRequire(file)('mongodb') as typeof import('mongodb');
  const chosen = Object.fromEntries(Object.entries(options).filter(([name]) => harmless.has(name))) as MongoClientOptions;
  const client = new Client(url, chosen);
  const connection = new Connection(client);
  await client.connect();
  return connection;
}
