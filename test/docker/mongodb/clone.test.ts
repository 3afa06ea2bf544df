import {
  type CollectionInfo,
  type Db,
  Decimal128,
  Double,
  Int32,
  Long,
  MinKey,
  type MongoClient,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { cloneDatabases } from '../../../src/sandbox/mongodb/clone';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, realMongod, startMongo } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** All that a server tells of a database: collections with options, indexes and documents as they are stored, in their order. */
async function description(database: Db): Promise<unknown> {
  const asStored = { promoteValues: false, bsonRegExp: true };
  const collections = (await database.listCollections({}, asStored).toArray()) as CollectionInfo[];
  const described = collections
    .filter(({ name }) => !name.startsWith('system.'))
    .map(async ({ name, type, options }) => ({
      name,
      type,
      options,
      indexes: type === 'view' ? [] : await database.collection(name).listIndexes(asStored).toArray(),
      // As bytes: order of fields, and types.
      documents: (await database.collection(name).find({}, { raw: true }).toArray()).map((each) =>
        Buffer.from(each as never).toString('hex'),
      ),
    }));
  return (await Promise.all(described)).sort((one, other) => one.name.localeCompare(other.name));
}

async function fill(database: Db, beside: Db): Promise<void> {
  await database.createCollection('users', {
    validator: { $jsonSchema: { required: ['email'], properties: { email: { bsonType: 'string' } } } },
    validationLevel: 'moderate',
    validationAction: 'error',
  });
  const users = database.collection('users');
  await users.insertMany(Array.from({ length: 250 }, (_, n) => ({ _id: new ObjectId(), email: `u${n}@x.org`, n: new Int32(n) })));
  // Older than the validator.
  await users.insertOne({ _id: 'no address' as never, n: 1 }, { bypassDocumentValidation: true });
  await users.createIndexes([
    { key: { email: 1 }, name: 'by_email', unique: true, partialFilterExpression: { email: { $exists: true } } },
    { key: { n: -1, email: 1 } },
    { key: { at: 1 }, expireAfterSeconds: 60, sparse: true },
    { key: { place: '2dsphere' } },
    { key: { title: 'text' }, weights: { title: 3 } },
    { key: { '$**': 1 } },
  ]);
  await database
    .collection('types')
    .insertMany(
      [
        new Double(1),
        new Int32(1),
        Long.fromString('9007199254740993'),
        Decimal128.fromString('1.10'),
        new MinKey(),
        new Timestamp({ t: 1, i: 2 }),
      ]
        .map((v) => ({ v }))
        .concat([{ v: new UUID() as never }, { v: /a.b/i as never }, { v: null as never }, { v: new Date(0) as never }]),
    );
  await database.createCollection('empty');
  await database.createCollection('by email', { viewOn: 'users', pipeline: [{ $sort: { email: 1 } }, { $project: { email: 1, n: 1 } }] });
  await database.createCollection('view of view', { viewOn: 'by email', pipeline: [{ $match: { n: { $lt: 5 } } }] });
  await beside.collection('events').insertOne({ a: 1 });
}

describe.skipIf(skip)('a clone on mongo:8 (in CI a stand-in, not mongod)', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
    await fill(client.db('source'), client.db('source-audit'));
  });
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });

  it('equals its source in all that the server tells, and so does what belongs to it', async () => {
    await sandbox.cloneDatabase('source', 'copy');
    expect(await description(client.db('copy'))).toEqual(await description(client.db('source')));
    expect(await description(client.db('copy-audit'))).toEqual(await description(client.db('source-audit')));
    expect(await client.db('copy').collection('users').countDocuments()).toBe(251);
    await expect(client.db('copy').collection<{ _id: string }>('users').insertOne({ _id: 'x' })).rejects.toMatchObject({ code: 121 });
    await client.db('copy').collection('users').deleteMany({});
    expect(await client.db('source').collection('users').countDocuments()).toBe(251);
    await sandbox.dropDatabases(['copy']);
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    expect(databases.map(({ name }) => name)).not.toContain('copy-audit');
  });

  it('of nothing is nothing, and over something is refused', async () => {
    await sandbox.createDatabase('nothing');
    await sandbox.cloneDatabase('nothing', 'nothing too');
    await expect(sandbox.cloneDatabase('nothing', 'source')).rejects.toThrow('There is a database source already.');
    expect(await client.db('source').collection('users').countDocuments()).toBe(251);
  });

  it('that fails leaves nothing', async () => {
    // Not a name of a database: no longer than 63 bytes (manual, "MongoDB Limits and Thresholds").
    await expect(sandbox.cloneDatabase('source', 'x'.repeat(80))).rejects.toThrow();
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    expect(databases.map(({ name }) => name).filter((name) => name.startsWith('xxx'))).toEqual([]);
  });

  it('costs a cell less than a fifth of what a fresh container does', async () => {
    const freshMs = await elapsed(async () => {
      const fresh = await startMongo();
      try {
        const other = await clientOf(fresh);
        await fill(other.db('source'), other.db('source-audit'));
        await other.close();
      } finally {
        await fresh.dispose();
      }
    });
    const times: number[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      times.push(await elapsed(() => sandbox.cloneDatabase('source', name)));
      await sandbox.dropDatabases([name]);
    }
    // A machine that is busy with something else delays the short more than the long.
    const cloneMs = Math.min(...times);
    console.log(`fresh container with the same in it: ${Math.round(freshMs)} ms; clone, the best of five: ${Math.round(cloneMs)} ms`);
    expect(freshMs / cloneMs).toBeGreaterThan(5);
  });
});

const skipReal = requireOrSkip('mongod', realMongod === undefined ? 'FAULTLINE_TEST_MONGO_URL names none' : undefined);

describe.skipIf(skipReal)('a clone on a real mongod', () => {
  it('has what the stand-in does not know: collations, capped and clustered collections, time series, hidden indexes', async () => {
    const { MongoClient: Client } = await import('mongodb');
    await using client = await new Client(realMongod ?? '').connect();
    const [source, target] = [`faultline_test_${process.pid}`, `faultline_test_${process.pid}_copy`];
    try {
      const from = client.db(source);
      await fill(from, client.db(`${source}-audit`));
      await from.createCollection('capped', { capped: true, size: 65_536, max: 100 });
      await from.collection('capped').insertMany([{ a: 1 }, { a: 2 }]);
      await from.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } });
      await from.collection('clustered').insertOne({ a: 1 });
      await from.createCollection('series', { timeseries: { timeField: 'at', metaField: 'm', granularity: 'minutes' } });
      await from.collection('series').insertMany([
        { at: new Date(0), m: 1, v: 1 },
        { at: new Date(1), m: 2, v: 2 },
      ]);
      await from.createCollection('german', { collation: { locale: 'de', strength: 1 } });
      await from.collection('german').createIndex({ a: 1 }, { hidden: true });
      await cloneDatabases(client, source, target);
      expect(await description(client.db(target))).toEqual(await description(from));
    } finally {
      for (const name of [source, `${source}-audit`, target, `${target}-audit`]) await client.db(name).dropDatabase();
    }
  });
});

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
