import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askAll } from '../../../src/engines/mongodb/ask';
import { sessionNumber } from '../../../src/engines/mongodb/session-number';
import { captureSessions, captureState } from '../../../src/engines/mongodb/snapshot/snapshot';
import { executeSteps } from '../../../src/engines/mongodb/steps';
import type { Engine } from '../../../src/model/engine';
import type { Sandbox } from '../../../src/model/sandbox';
import { isExecuted } from '../../../src/model/steps';
import { loadParser } from '../../../src/parse/load';
import { readText } from '../../../src/parse/read';
import { orphansOf, withoutReference } from '../../../src/recovery/mongodb/questions';
import { documentRepairs } from '../../../src/recovery/mongodb/repairs';
import { openSessionSteps } from '../../../src/recovery/plan';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, realMongod, startMongo, urlOf } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const engine: Engine = { name: 'mongodb', major: 8 };

interface Numbered {
  readonly _id: number;
  readonly [name: string]: unknown;
}

/** The server's number for what it refused; undefined where it did not. */
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof MongoServerError ? error.code : error),
  );

describe.skipIf(skip)('recipes of the recovery articles on the mongo:8 stand-in, as they are corrected', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  let db: Db;
  let databases = 0;

  beforeAll(async () => {
    await loadParser();
    sandbox = await startMongo();
    client = await clientOf(sandbox);
  });
  beforeEach(() => {
    db = client.db(`recipe_${++databases}`);
  });
  afterEach(() => db.dropDatabase());
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });

  const run = (texts: readonly string[]) => executeSteps(sandbox.address(db.databaseName), texts, new AbortController().signal);
  const ask = async (text: string) => Object.values((await askAll(sandbox.address(db.databaseName), [text]))[0]?.[0] ?? {})[0];

  it.each([
    [
      'a unique index over duplicates',
      'db.people.createIndex({ name: 1 }, { unique: true });',
      11000,
      [
        { _id: 1, name: 'a' },
        { _id: 2, name: 'a' },
        { _id: 3, name: 'a' },
        { _id: 4, name: 'b' },
      ],
      2,
    ],
    [
      'a unique index over documents without the field',
      'db.people.createIndex({ code: 1 }, { unique: true });',
      11000,
      [{ _id: 1 }, { _id: 2, code: null }, { _id: 3, code: 1 }],
      2,
    ],
    [
      '$inc of a text',
      'db.people.updateMany({}, { $inc: { hits: 1 } });',
      14,
      [
        { _id: 1, hits: 'many' },
        { _id: 2, hits: 5 },
      ],
      2,
    ],
    [
      '$push to what is no array',
      'db.people.updateMany({}, { $push: { tags: "x" } });',
      2,
      [
        { _id: 1, tags: 'a' },
        { _id: 2, tags: ['a'] },
      ],
      2,
    ],
    [
      'a conversion',
      'db.people.updateMany({}, [{ $set: { age: { $toInt: "$age" } } }]);',
      241,
      [
        { _id: 1, age: 'old' },
        { _id: 2, age: '7' },
      ],
      2,
    ],
    [
      'a key that is taken',
      'db.people.insertMany([{ _id: 9, name: "x" }, { _id: 1, name: "y" }]);',
      11000,
      [
        { _id: 1, name: 'z' },
        { _id: 2, name: 'w' },
      ],
      3,
    ],
  ] as const)('repairs what makes a statement fail: %s', async (_, text, code, docs, left) => {
    await db.collection<Numbered>('people').insertMany(docs.map((doc) => ({ ...doc })));
    const { catalog } = await captureState(sandbox.address(db.databaseName), { bookkeepingTables: [], volatile: {} });
    const refused = await run([text]);
    expect(refused).toMatchObject({ ok: false, error: { code: String(code) } });
    await db.collection<Numbered>('people').deleteMany({});
    await db.collection<Numbered>('people').insertMany(docs.map((doc) => ({ ...doc })));
    const repairs = documentRepairs(readText(text, engine)[0], catalog);
    expect(repairs.length).toBeGreaterThan(0);
    const steps = repairs.flatMap((repair) => repair.steps.filter(isExecuted).map((step) => step.text));
    expect(await run([...steps, text])).toEqual({ ok: true });
    expect(await db.collection('people').countDocuments({})).toBe(left);
    expect(await db.collection('people').countDocuments({ faultlineDuplicate: { $exists: true } })).toBe(0);
  });

  it('orphaned references are counted whole: a limit shows a sample, and null refers to nothing on purpose (30)', async () => {
    await db.collection<Numbered>('users').insertMany([{ _id: 1 }, { _id: 2 }]);
    const orders = Array.from({ length: 150 }, (_, place) => ({ _id: place, userId: place < 3 ? null : place }));
    await db.collection<Numbered>('orders').insertMany([...orders, { _id: 1000 }]);
    expect(await ask(`${orphansOf('orders', 'userId', 'users')}.length`)).toBe(147);
    expect(await ask(withoutReference('orders', 'userId'))).toBe(4);
    const printed = [
      { $lookup: { from: 'users', localField: 'userId', foreignField: '_id', as: 'u' } },
      { $match: { u: { $size: 0 } } },
      { $limit: 100 },
    ];
    expect(await db.collection('orders').aggregate(printed).toArray()).toHaveLength(100);
  });

  it('one rename over the old collection is a single step (rename mid-swap)', async () => {
    await db.collection<Numbered>('people').insertOne({ _id: 1, v: 1 });
    await db.collection<Numbered>('people_new').insertOne({ _id: 1, v: 2 });
    expect(await run(['db.people_new.renameCollection("people", true);'])).toEqual({ ok: true });
    expect(await db.collection('people').find().toArray()).toEqual([{ _id: 1, v: 2 }]);
    expect((await db.listCollections().toArray()).map(({ name }) => name)).toEqual(['people']);
  });

  it('a transaction that was left open is ended by its session, and nothing of it stays (21)', async () => {
    await db.createCollection('people');
    const own = await new MongoClient(urlOf(sandbox), { maxPoolSize: 1 }).connect();
    try {
      const session = own.startSession();
      session.startTransaction();
      await own.db(db.databaseName).collection<Numbered>('people').insertOne({ _id: 1 }, { session });
      const number = sessionNumber(session.id?.id);
      if (number === undefined) throw new Error('The session has no number.');
      const left = await captureSessions(sandbox.address(db.databaseName), [number]);
      expect(left).toMatchObject([{ state: 'idle in transaction', lsid: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
      const steps = openSessionSteps(left, engine);
      expect(await run(steps.map(({ text }) => text))).toEqual({ ok: true });
      expect(await captureSessions(sandbox.address(db.databaseName), [number])).toEqual([]);
      expect(await codeOf(session.commitTransaction())).toBe(251);
      expect(await db.collection('people').countDocuments({})).toBe(0);
      await session.endSession();
    } finally {
      await own.close();
    }
  });

  it('a commit whose answer was lost is sent again, and does nothing twice (UnknownTransactionCommitResult)', async () => {
    await db.collection<{ _id: number; hits: number }>('people').insertOne({ _id: 1, hits: 0 });
    const session = client.startSession();
    session.startTransaction();
    await db.collection<{ _id: number; hits: number }>('people').updateOne({ _id: 1 }, { $inc: { hits: 1 } }, { session });
    await session.commitTransaction();
    await session.commitTransaction();
    await session.endSession();
    expect(await db.collection('people').findOne()).toEqual({ _id: 1, hits: 1 });
  });
});

/** What DocumentDB has not: run with FAULTLINE_TEST_MONGO_URL. */
describe.skipIf(realMongod === undefined)('recipes on a real mongod', () => {
  let client: MongoClient;
  let db: Db;

  beforeAll(async () => {
    client = await new MongoClient(realMongod ?? '').connect();
    db = client.db('faultline_recipes');
    await db.dropDatabase();
  });
  afterAll(async () => {
    await db?.dropDatabase();
    await client?.close();
  });

  it('prepareUnique keeps more duplicates from coming while those that are there are cleaned up', async () => {
    const people = db.collection<Numbered>('people');
    await people.insertMany([
      { _id: 1, name: 'a' },
      { _id: 2, name: 'a' },
    ]);
    await people.createIndex({ name: 1 }, { name: 'one_name' });
    await db.command({ collMod: 'people', index: { name: 'one_name', prepareUnique: true } });
    expect(await codeOf(people.insertOne({ _id: 3, name: 'a' }))).toBe(11000);
    expect(await codeOf(db.command({ collMod: 'people', index: { name: 'one_name', unique: true } }))).toBe(359);
    await people.deleteOne({ _id: 2 });
    await db.command({ collMod: 'people', index: { name: 'one_name', unique: true } });
    expect((await people.indexes()).find(({ name }) => name === 'one_name')).toMatchObject({ unique: true });
  });

  it('dropping its index aborts a build', async () => {
    const many = db.collection<Numbered>('many');
    await many.insertMany(Array.from({ length: 200_000 }, (_, place) => ({ _id: place, text: `t${place}`.repeat(20) })));
    const build = codeOf(many.createIndex({ text: 1 }, { name: 'by_text' }));
    const inProgress = () =>
      client
        .db('admin')
        .aggregate([{ $currentOp: { allUsers: true } }, { $match: { 'command.createIndexes': 'many' } }])
        .toArray();
    await expect.poll(async () => (await inProgress()).length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    await many.dropIndex('by_text');
    expect(await build).toBe(276);
    expect((await many.indexes()).map(({ name }) => name)).toEqual(['_id_']);
  });
});
