import type { Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateRows } from '../../../src/engines/mongodb/generate-rows/generate-rows';
import { knownValue } from '../../../src/engines/mongodb/generate-rows/known';
import { captureState } from '../../../src/engines/mongodb/snapshot/snapshot';
import type { Sandbox } from '../../../src/model/sandbox';
import { readText } from '../../../src/parse/read';
import { fingerprint } from '../../../src/state/fingerprint';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, startMongo } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const engine = { name: 'mongodb', major: 8 } as const;

describe.skipIf(skip)('documents for the state before, on the mongo:8 stand-in', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  let databases = 0;
  let database = '';
  const collection = (name: string) => client.db(database).collection(name);
  const generate = (text: string, more = {}) =>
    generateRows(sandbox.address(database), { rows: 20, seed: 7, excludeTables: ['changelog'], meant: readText(text, engine), ...more });

  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
  });
  beforeEach(() => {
    database = `rows${++databases}`;
  });
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });

  /** How many of 20 documents meet a filter when the migration uses it. */
  async function met(filter: string, meant = `db.things.updateMany(${filter}, { $set: { done: true } });`): Promise<number> {
    const made = await generate(meant);
    expect(made).toEqual({ tables: [{ table: 'things', rows: 20 }], skipped: [] });
    const [statement] = readText(`db.things.countDocuments(${filter});`, engine);
    expect(statement?.unreadable).toBeUndefined();
    const [command] = statement?.operations ?? [];
    const [argument] = command?.kind === 'document command' ? command.arguments : [];
    const query = (argument && knownValue(argument)) as Document;
    return collection('things').countDocuments(query);
  }

  it.each([
    '{ status: "new" }',
    '{ status: { $in: ["new", "old"] } }',
    '{ status: { $ne: "done" } }',
    '{ email: { $exists: false } }',
    '{ email: { $exists: true } }',
    '{ email: null }',
    '{ email: { $exists: true, $ne: null } }',
    '{ age: { $lt: 18 } }',
    '{ age: { $gte: 10, $lt: 20 } }',
    '{ createdAt: { $lt: ISODate("2020-01-01T00:00:00Z") } }',
    '{ "address.city": "Paris" }',
    '{ "address.zip": { $exists: false } }',
    '{ email: /@old\\.example$/ }',
    '{ sku: { $regex: "^[A-Z]{3}-[0-9]{4}$" } }',
    '{ price: { $type: "string" } }',
    '{ tags: "red" }',
    '{ tags: { $size: 0 } }',
    '{ items: { $elemMatch: { sku: "a", qty: { $gt: 5 } } } }',
    '{ $or: [{ a: 1 }, { b: { $exists: true } }] }',
    '{ $and: [{ a: 1 }, { b: 2 }] }',
    '{ name: { $not: /^x/ } }',
    '{ migrated: { $ne: true } }',
    '{ ref: ObjectId("65f000000000000000000001") }',
  ])('about half of them meet %s', async (filter) => {
    const number = await met(filter);
    expect(number).toBeGreaterThanOrEqual(6);
    expect(number).toBeLessThanOrEqual(15);
  });

  it('gives one document the _id that a filter names', async () => {
    expect(await met('{ _id: "settings" }')).toBe(1);
  });

  it('has the fields that operators and pipelines read, of a type that they take', async () => {
    await generate(`
      db.orders.updateMany({}, { $rename: { fullName: "name" }, $inc: { visits: 1 }, $push: { log: "x" }, $unset: { legacy: "" } });
      db.orders.updateMany({}, [{ $set: { total: { $multiply: ["$price", "$qty"] }, label: { $concat: ["$first", " ", "$last"] }, n: { $toInt: "$size" } } }]);
      db.orders.updateMany({}, { $set: { "items.$[].done": false, "meta.seen": true } });
      db.orders.aggregate([{ $lookup: { from: "customers", localField: "customerId", foreignField: "_id", as: "c" } }, { $set: { who: "$c.name" } }, { $out: "joined" }]);
      db.orders.createIndex({ slug: 1 }, { unique: true });
      db.orders.createIndex({ expires: 1 }, { expireAfterSeconds: 60 });
    `);
    const orders = await collection('orders').find().toArray();
    expect(orders).toHaveLength(20);
    for (const order of orders) {
      expect(order).toMatchObject({
        fullName: expect.any(String),
        visits: expect.any(Number),
        log: expect.any(Array),
        legacy: expect.anything(),
      });
      expect(order).toMatchObject({
        price: expect.any(Number),
        qty: expect.any(Number),
        first: expect.any(String),
        size: expect.stringMatching(/^\d+$/),
      });
      expect(Array.isArray(order.items)).toBe(true);
      expect((order.expires as Date).getFullYear()).toBeGreaterThan(2100);
      expect(order.who).toBeUndefined();
    }
    expect(new Set(orders.map(({ slug }) => slug)).size).toBe(20);
    const customers = new Set((await collection('customers').find().toArray()).map(({ _id }) => String(_id)));
    expect(customers.size).toBe(20);
    expect(orders.filter(({ customerId }) => customers.has(String(customerId)))).toHaveLength(20);
    expect(await client.db(database).listCollections({ name: 'joined' }).toArray()).toEqual([]);
  });

  it('meets a validator', async () => {
    const $jsonSchema = {
      bsonType: 'object',
      required: ['_id', 'email', 'age', 'address', 'roles'],
      properties: {
        _id: { bsonType: 'objectId' },
        email: { bsonType: 'string', pattern: '^.+@.+\\.com$' },
        age: { bsonType: 'int', minimum: 18, maximum: 30 },
        balance: { bsonType: ['double', 'null'] },
        status: { enum: ['new', 'old'] },
        roles: { bsonType: 'array', minItems: 2, items: { bsonType: 'string', maxLength: 5 } },
        address: { bsonType: 'object', required: ['city'], properties: { city: { bsonType: 'string', minLength: 12 } } },
        at: { bsonType: 'date' },
      },
    };
    await client.db(database).createCollection('users', { validator: { $jsonSchema } });
    await client.db(database).createCollection('plain', { validator: { email: { $type: 'string' }, age: { $gte: 18 } } });
    const made = await generate('db.users.updateMany({ status: "new" }, { $set: { nick: 1 } });');
    expect(made).toEqual({
      tables: expect.arrayContaining([
        { table: 'users', rows: 20 },
        { table: 'plain', rows: 20 },
      ]),
      skipped: [],
    });
    expect(await collection('users').countDocuments({ $jsonSchema })).toBe(20);
    const half = await collection('users').countDocuments({ status: 'new' });
    expect(half).toBeGreaterThan(4);
    expect(half).toBeLessThan(20);
  });

  it('says of a collection that takes none why', async () => {
    await client.db(database).createCollection('closed', { validator: { _id: { $exists: false } } });
    const { tables, skipped } = await generate('');
    expect(tables).toEqual([]);
    expect(skipped).toEqual([{ table: 'closed', why: expect.stringContaining('(121)') }]);
  });

  it('makes more documents like those that are there, with keys of their own', async () => {
    await collection('people').createIndex({ email: 1 }, { unique: true });
    await collection('people').insertMany([
      { _id: 1 as never, email: 'a@x.org', born: new Date(0), tags: ['x'] },
      { _id: 2 as never, email: 'b@x.org', born: new Date(1), tags: [] },
    ]);
    await collection('changelog').insertOne({ fileName: '1.js' });
    expect(await generate('db.people.updateMany({ tags: "x" }, { $set: { y: 1 } });')).toEqual({
      tables: [{ table: 'people', rows: 18 }],
      skipped: [],
    });
    const all = await collection('people').find().toArray();
    expect(all.every(({ _id, email, born }) => typeof _id === 'number' && /@x\.org$/.test(String(email)) && born instanceof Date)).toBe(
      true,
    );
    expect(await collection('changelog').countDocuments()).toBe(1);
  });

  it('leaves alone what the migration makes itself', async () => {
    const { tables } = await generate(`
      db.createCollection("fresh"); db.fresh.updateMany({ a: 1 }, { $set: { b: 1 } }); db.seeds.insertMany([{ a: 1 }]);
      db.old.renameCollection("newer"); db.newer.updateMany({ flag: 1 }, { $set: { b: 1 } });
    `);
    expect(tables).toEqual([{ table: 'old', rows: 20 }]);
    expect(await collection('old').countDocuments({ flag: 1 })).toBeGreaterThan(5);
  });

  it('asks what a copy needs of the collection that it is made from', async () => {
    const { tables } = await generate(`
      db.orders.aggregate([{ $set: { copied: true } }, { $out: "orders_new" }]); db.orders.renameCollection("orders_old");
      db.orders_new.renameCollection("orders"); db.orders.updateMany({ total: { $type: "string" } }, [{ $set: { total: { $toDouble: "$total" } } }]);
    `);
    expect(tables).toEqual([{ table: 'orders', rows: 20 }]);
    const totals = (await collection('orders').find().toArray()).map(({ total }) => total as unknown);
    expect(totals.filter((total) => typeof total === 'string').length).toBeGreaterThan(5);
    expect(totals.every((total) => Number.isFinite(Number(total)))).toBe(true);
  });

  it('gives the same documents for the same seed', async () => {
    const text = 'db.a.updateMany({ status: "new", n: { $gt: 3 } }, { $set: { x: 1 } }); db.b.createIndex({ email: 1 }, { unique: true });';
    const options = { bookkeepingTables: [], volatile: {} };
    await generate(text);
    const first = fingerprint(await captureState(sandbox.address(database), options));
    database = `${database}again`;
    await generate(text);
    expect(fingerprint(await captureState(sandbox.address(database), options))).toBe(first);
    database = `${database}other`;
    await generate(text, { seed: 8 });
    expect(fingerprint(await captureState(sandbox.address(database), options))).not.toBe(first);
  });
});
