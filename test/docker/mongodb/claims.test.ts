import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { captureState } from '../../../src/engines/mongodb/snapshot/snapshot';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Sandbox } from '../../../src/model/sandbox';
import { readText } from '../../../src/parse/read';
import { replay } from '../../../src/schema/virtual-schema';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { before, type Claim, claims, codeInTransaction, codeOf, engine, planned, send } from './claims';
import { clientOf, realMongod, startMongo } from './servers';

/** What plan and rules say about MongoDB, against a server. `get` gives the client and an empty database. */
function describeClaims(get: () => { readonly client: MongoClient; readonly db: Db }, chosen: readonly Claim[]): void {
  beforeEach(async () => {
    const { client, db } = get();
    await db.dropDatabase();
    await send(client, db, before);
  });

  it.each(chosen)('in a transaction: $text (refused: $refused)', async ({ text, refused }) => {
    const { client, db } = get();
    expect(await codeInTransaction(client, db, text)).toBe(refused ? 263 : undefined);
    expect(planned(text)?.transactional).toBe(!refused);
  });

  it('a command without the session is no part of the transaction, and stays when that is aborted', async () => {
    const { client, db } = get();
    const session = client.startSession();
    session.startTransaction();
    await db.collection('a').insertOne({ _id: 10 as never }, { session });
    await db.collection('a').insertOne({ _id: 11 as never });
    expect(await db.collection('a').findOne({ _id: 10 as never })).toBeNull();
    await session.abortTransaction();
    await session.endSession();
    const left = await db.collection('a').find().sort({ _id: 1 }).toArray();
    expect(left.map(({ _id }) => _id)).toEqual([1, 2, 11]);
  });

  it('a write of several documents is not atomic: what came before the error stays', async () => {
    const { client, db } = get();
    expect(await codeOf(send(client, db, 'db.a.insertMany([{ _id: 5 }, { _id: 1 }, { _id: 6 }]);'))).toBe(11000);
    expect(await db.collection('a').countDocuments({})).toBe(3);
    expect(await codeOf(send(client, db, 'db.a.insertMany([{ _id: 7 }, { _id: 1 }, { _id: 8 }], { ordered: false });'))).toBe(11000);
    expect(await db.collection('a').countDocuments({})).toBe(5);
  });

  it('a unique index over duplicates is refused, and leaves none', async () => {
    const { client, db } = get();
    await send(client, db, 'db.a.insertOne({ _id: 3, x: 1 });');
    expect(await codeOf(send(client, db, 'db.a.createIndex({ x: 1 }, { name: "u", unique: true });'))).toBe(11000);
    expect((await db.collection('a').indexes()).map(({ name }) => name).sort()).toEqual(['_id_', 'x_1']);
  });

  it('a validator looks at later writes, not at what is there; moderate spares what was invalid before', async () => {
    const { client, db } = get();
    const validate = (level: string) =>
      send(client, db, `db.runCommand({ collMod: "a", validator: { y: { $exists: true } }, validationLevel: "${level}" });`);
    await validate('strict');
    expect(await db.collection('a').countDocuments({})).toBe(2);
    expect(await codeOf(send(client, db, 'db.a.insertOne({ _id: 3 });'))).toBe(121);
    expect(await codeOf(send(client, db, 'db.a.updateOne({ _id: 1 }, { $set: { x: 5 } });'))).toBe(121);
    await validate('moderate');
    expect(await codeOf(send(client, db, 'db.a.updateOne({ _id: 1 }, { $set: { x: 6 } });'))).toBeUndefined();
  });

  it('gone commands and operators are refused; background says nothing', async () => {
    const { client, db } = get();
    expect(await codeOf(db.command({ eval: '1' }))).toBe(59);
    expect(await codeOf(db.command({ getLastError: 1 }))).toBe(59);
    expect(await codeOf(send(client, db, 'db.a.updateOne({ _id: 1 }, { $pushAll: { t: [1] } });'))).toBe(9);
    await send(client, db, 'db.a.createIndex({ z: 1 }, { background: true });');
    expect((await db.collection('a').indexes()).map(({ name }) => name)).toContain('z_1');
  });
}

const skip = requireOrSkip('docker', await dockerMissing());

describe.skipIf(skip)('claims on mongo:8 (in CI a stand-in, not mongod)', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
  });
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });

  describeClaims(
    () => ({ client, db: client.db('claims') }),
    claims.filter(({ realOnly }) => realOnly !== true),
  );

  it.each([
    'db.createCollection("n", { validator: { x: { $gt: 0 } }, validationAction: "warn" }); db.n.createIndex({ x: 1, "y.z": -1 });',
    'db.n.createIndex({ x: 1 }, { unique: true, sparse: true }); db.n.createIndex({ at: 1 }, { expireAfterSeconds: 60, name: "ttl" });',
    'db.createCollection("n"); db.n.createIndex({ x: 1 }, { partialFilterExpression: { y: { $exists: true } } }); db.n.renameCollection("m");',
    'db.n.createIndex({ x: 1 }); db.n.createIndex({ y: 1 }); db.n.dropIndex("x_1"); db.runCommand({ collMod: "n", validator: { y: 1 }, validationLevel: "moderate" });',
    'db.n.insertOne({ _id: 1, x: 1 }); db.createView("v", "n", [{ $match: { x: 1 } }]); db.o.updateOne({ _id: 1 }, { $set: { x: 1 } }, { upsert: true });',
    'db.n.insertOne({ _id: 1 }); db.n.aggregate([{ $match: {} }, { $out: "copy" }]); db.n.drop();',
  ])('the virtual schema is what a server shows: %s', async (text) => {
    const db = client.db('schema');
    await db.dropDatabase();
    await send(client, db, text);
    const options = { bookkeepingTables: [], volatile: {}, clockStart: '2026-01-01T00:00:00.000Z', columnHashes: true };
    const { catalog: shown } = await captureState(sandbox.address('schema'), options);
    const virtual = replay(emptyCatalog, readText(text, engine), engine);
    const tables = (catalog: typeof shown) =>
      catalog.tables
        .map(({ name, options: own, indexes }) => ({
          name,
          options: own ?? [],
          indexes: indexes.map((index) => [index.name, index.definition, index.unique, index.keys]).sort(),
        }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    expect(tables(virtual)).toEqual(tables(shown));
    expect(virtual.definitions.map(({ definition }) => definition)).toEqual(shown.definitions.map(({ definition }) => definition));
  });
});

const skipReal = requireOrSkip('mongod', realMongod === undefined ? 'FAULTLINE_TEST_MONGO_URL names none' : undefined);

describe.skipIf(skipReal)('claims on a real mongod', () => {
  let client: MongoClient;
  const name = `faultline_test_claims_${process.pid}`;
  beforeAll(async () => {
    client = await new MongoClient(realMongod ?? '').connect();
  });
  afterAll(async () => {
    await client?.db(name).dropDatabase();
    await client?.close();
  });

  describeClaims(() => ({ client, db: client.db(name) }), claims);
});
