import { MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHistoryTables } from '../../../src/engines/mongodb/command/history';
import { readRowHeap } from '../../../src/engines/mongodb/row-heap';
import { sessionNumber } from '../../../src/engines/mongodb/session-number';
import { captureBaseline, captureSessions, captureState } from '../../../src/engines/mongodb/snapshot/snapshot';
import type { Sandbox } from '../../../src/model/sandbox';
import type { VolatileColumns } from '../../../src/model/state';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { findVolatileColumns } from '../../../src/state/volatile';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, realMongod, startMongo } from './servers';
import { changes, fillShop, id } from './snapshot-changes';

const skip = requireOrSkip('docker', await dockerMissing());
const options = { bookkeepingTables: ['changelog'], volatile: {}, clockStart: '2026-01-01T00:00:00.000Z', columnHashes: true };

describe.skipIf(skip)('a state of the mongo:8 stand-in', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  let databases = 0;
  const capture = (database: string, more = {}) => captureState(sandbox.address(database), { ...options, ...more });
  const clone = async (source = 'shop') => {
    const database = `c${++databases}`;
    await sandbox.cloneDatabase(source, database);
    return database;
  };

  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
    await fillShop(client.db('shop'));
  });
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });

  it('is the same each time it is read, and for a clone', async () => {
    const before = await capture('shop');
    expect(fingerprint(await capture('shop'))).toBe(fingerprint(before));
    expect(fingerprint(await capture(await clone()))).toBe(fingerprint(before));
    expect(before.catalog.tables.map(({ name }) => name).sort()).toEqual(['notes', 'users']);
    const users = before.catalog.tables.find(({ name }) => name === 'users');
    expect(users?.options).toEqual(['validationLevel="moderate"', expect.stringMatching(/^validator=\{ \$jsonSchema: /)]);
    expect(users?.indexes.map(({ name, definition }) => [name, definition])).toEqual([
      ['by_age', '{ age: -1, "meta.at": 1 }, { sparse: true }'],
      ['email_1', '{ email: 1 }, { unique: true }'],
    ]);
    expect(before.catalog.definitions.map(({ definition }) => definition)).toEqual([
      'db.createView("recent", "users", [{ $match: { age: { $gt: 1 } } }]);',
    ]);
    expect(before.data.find(({ table }) => table === 'users')).toMatchObject({ rowCount: 3 });
    expect(before.bookkeeping).toEqual([
      { table: 'changelog', rows: [{ _id: { $oid: expect.any(String) }, fileName: '1.js', appliedAt: '(differs from run to run)' }] },
    ]);
    expect(before.sessions).toEqual([]);
  });

  it('has indexes as they were asked for', async () => {
    const database = `c${++databases}`;
    const things = client.db(database).collection('things');
    await things.createIndex({ title: 'text', body: 'text' }, { weights: { title: 3 }, name: 'words' });
    await things.createIndex({ place: '2dsphere' });
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await things.createIndex({ n: 1 }, { partialFilterExpression: { n: { $gt: 1 } } });
    await things.createIndex({ '$**': 1 });
    const { catalog } = await capture(database);
    expect(catalog.tables.flatMap(({ indexes }) => indexes.map(({ definition }) => definition)).sort()).toEqual([
      '{ "$**": 1 }',
      '{ at: 1 }, { expireAfterSeconds: 60 }',
      '{ n: 1 }, { partialFilterExpression: { n: { $gt: 1 } } }',
      '{ place: "2dsphere" }',
      '{ title: "text", body: "text" }, { weights: { title: 3 } }',
    ]);
  });

  it('does not depend on the order of documents, fields and indexes', async () => {
    const before = await capture('shop');
    const database = await clone();
    const users = client.db(database).collection('users');
    const all = await users.find({}, { promoteValues: false }).toArray();
    await users.deleteMany({});
    await users.insertMany(all.reverse().map((document) => Object.fromEntries(Object.entries(document).reverse())));
    await users.dropIndexes();
    await users.createIndex({ age: -1, 'meta.at': 1 }, { name: 'by_age', sparse: true });
    await users.createIndex({ email: 1 }, { unique: true });
    expect(fingerprint(await capture(database))).toBe(fingerprint(before));
  });

  it.each(changes)('shows $name', async ({ make }) => {
    const before = await capture('shop');
    const database = await clone();
    await make(client.db(database));
    const now = await capture(database);
    expect(fingerprint(now)).not.toBe(fingerprint(before));
    expect(stateDifferences(before, now)).not.toEqual([]);
    expect(fingerprint(await capture(database, { columnHashes: false }))).toBe(fingerprint(now));
  });

  it('tells the changes apart', async () => {
    const seen = new Map<string, string>();
    for (const { name, make } of changes) {
      const database = await clone();
      await make(client.db(database));
      const mark = fingerprint(await capture(database));
      expect(seen.get(mark), name).toBeUndefined();
      seen.set(mark, name);
    }
  });

  it('follows a collection that is renamed, in a clone', async () => {
    const baseline = await captureBaseline(sandbox.address('shop'), options);
    const database = await clone();
    await client.db(database).collection('users').rename('people');
    const now = await capture(database, { baseline });
    expect(now.catalog.tables.find(({ name }) => name === 'people')?.identity).toBe('users');
    expect(stateDifferences(baseline.state, now)).toEqual([{ kind: 'table', name: 'people', change: 'changed', detail: 'was users' }]);
  });

  it('finds nested values that differ from run to run, and still tells seeded documents apart', async () => {
    const baseline = await captureBaseline(sandbox.address('shop'), options);
    const run = async (work: (database: string) => Promise<unknown> = async () => undefined) => {
      const database = await clone();
      const users = client.db(database).collection('users');
      await users.insertOne({ email: 'new@x.org', meta: { at: new Date(), by: 'run' }, items: [{ sku: 'x', ref: new ObjectId() }] });
      await users.updateOne({ _id: id(1) }, { $set: { 'meta.at': new Date() } });
      await work(database);
      return database;
    };
    const [one, two] = [await run(), await run()];
    const volatile: VolatileColumns = findVolatileColumns(await capture(one, { baseline }), await capture(two, { baseline }));
    expect(volatile).toEqual({ users: ['_id', 'items.ref', 'meta.at'] });
    const masked = { baseline, volatile };
    const after = fingerprint(await capture(one, masked));
    expect(fingerprint(await capture(two, masked))).toBe(after);
    expect(fingerprint(await capture('shop', masked))).toBe(fingerprint(baseline.state));

    const users = (database: string) => client.db(database).collection('users');
    const others = [
      // Another seeded document's moment, a seeded document made anew, and a field beside the volatile one.
      await run((database) => users(database).updateOne({ _id: id(0) }, { $set: { 'meta.at': new Date() } })),
      await run(async (database) => {
        const old = await users(database).findOneAndDelete({ _id: id(2) }, { promoteValues: false });
        await users(database).insertOne({ ...old, _id: new ObjectId() });
      }),
      await run((database) => users(database).updateOne({ _id: id(1) }, { $set: { 'meta.by': 'other' } })),
      await run((database) => users(database).updateOne({ email: 'new@x.org' }, { $set: { 'meta.at': null } })),
    ];
    for (const other of others) expect(fingerprint(await capture(other, masked))).not.toBe(after);
  });

  it('gives documents as a heap over the fields that are asked for', async () => {
    const database = await clone();
    const users = client.db(database).collection('users');
    await users.insertMany([
      { email: 'twin@x.org', n: 1 },
      { email: 'twin2@x.org', n: 1 },
      { email: 'twin3@x.org', n: null },
    ]);
    const heap = async (...fields: readonly string[]) => {
      const read = await readRowHeap(sandbox.address(database), { name: 'users' }, fields);
      return [...read.values()].sort((left, right) => left - right);
    };
    expect(await heap('_id')).toEqual([1, 1, 1, 1, 1, 1]);
    // Without n, null, and 1 twice.
    expect(await heap('n')).toEqual([1, 2, 3]);
    expect(await heap('meta.by')).toEqual([1, 5]);
    expect(await heap('items.sku', 'n')).toEqual([1, 1, 2, 2]);
  });

  it('has what tools keep as texts and Extended JSON', async () => {
    const database = await clone();
    const log = client.db(database).collection('changelog');
    await log.createIndex({ fileName: 1 }, { unique: true });
    await log.insertOne({ fileName: '2.js', appliedAt: new Date(0), migrationBlock: 5, ok: true, extra: { a: [1] } });
    const [table, ...others] = await readHistoryTables(sandbox.address(database), ['changelog', 'changelog_lock']);
    expect(others).toEqual([]);
    expect(table?.columns.map(({ name, type, isGiven, isKey }) => [name, type, isGiven, isKey])).toEqual([
      ['_id', 'objectId', true, true],
      ['fileName', 'string', false, true],
      ['appliedAt', 'date', false, false],
      ['migrationBlock', 'int', false, false],
      ['ok', 'bool', false, false],
      ['extra', 'object', false, false],
    ]);
    expect(table?.rows.find(({ fileName }) => fileName === '2.js')).toMatchObject({
      _id: expect.stringMatching(/^\{"\$oid":/),
      appliedAt: '{"$date":"1970-01-01T00:00:00Z"}',
      migrationBlock: '5',
      ok: 'true',
      extra: '{"a":[1]}',
    });
    expect(table?.rows.find(({ fileName }) => fileName === '1.js')).toMatchObject({ ok: null, extra: null });
    expect(await readHistoryTables(sandbox.address(database), [])).toEqual([]);
  });

  it('has collections of databases beside it', async () => {
    const database = await clone();
    await client.db(`${database}-other`).collection('things').insertOne({ n: 1 });
    const now = await capture(database);
    expect(now.catalog.tables.find(({ name }) => name === 'other.things')).toMatchObject({ database: 'other' });
    expect(now.catalog.tables.filter(({ database: beside }) => beside !== undefined)).toHaveLength(1);
    expect(now.data.find(({ table }) => table === 'other.things')?.rowCount).toBe(1);
    await client.db(`${database}-other`).dropDatabase();
  });

  it('waits for commands whose client has gone away', async () => {
    const database = await clone();
    await client
      .db(database)
      .collection('many')
      .insertMany(Array.from({ length: 20_000 }, (_, n) => ({ n })));
    const work = client
      .db(database)
      .collection('many')
      .updateMany({}, { $set: { done: true } });
    for (let busy = false; !busy; ) {
      const [running] = await client
        .db('admin')
        .aggregate([{ $currentOp: { allUsers: true } }, { $match: { ns: `${database}.many`, active: true } }])
        .toArray();
      busy = running !== undefined || (await Promise.race([work.then(() => true), Promise.resolve(false)]));
    }
    expect(await captureSessions(sandbox.address(database), [])).toEqual([]);
    await work;
  });

  it('knows an open transaction by its session', async () => {
    const session = client.startSession();
    try {
      session.startTransaction();
      await client.db('shop').collection('notes').insertOne({ n: 1 }, { session });
      const number = sessionNumber(session.id?.id);
      expect(number).toBeTypeOf('number');
      expect(await captureSessions(sandbox.address('shop'), [number ?? -1])).toEqual([
        expect.objectContaining({ pid: 0, state: 'idle in transaction', lsid: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
      ]);
      expect(await captureSessions(sandbox.address('shop'), [1])).toEqual([]);
    } finally {
      await session.abortTransaction();
      await session.endSession();
    }
    expect(await captureSessions(sandbox.address('shop'), [])).toEqual([]);
  });
});

describe.skipIf(realMongod === undefined)('a state of a real mongod', () => {
  it('shows options that the stand-in does not know', async () => {
    const { hostname: host, port } = new URL((realMongod ?? '').replace(/^mongodb:/, 'http:'));
    const database = `faultline_test_${process.pid}`;
    const address = { host, port: Number(port === '' ? 27017 : port), user: '', password: '', database };
    const db = (await new MongoClient(realMongod ?? '').connect()).db(database);
    try {
      await db.createCollection('capped', { capped: true, size: 4096 });
      await db.createCollection('collated', { collation: { locale: 'en', strength: 2 } });
      await db.createCollection('series', { timeseries: { timeField: 't' } });
      await db.collection('collated').createIndex({ a: 1 }, { hidden: true });
      const { catalog, data } = await captureState(address, options);
      expect(catalog.tables.map(({ name }) => name).sort()).toEqual(['capped', 'collated', 'series']);
      expect(catalog.tables.find(({ name }) => name === 'capped')?.options).toContain('capped=true');
      expect(catalog.tables.find(({ name }) => name === 'collated')?.indexes[0]?.definition).toContain('hidden: true');
      expect(data).toHaveLength(3);
    } finally {
      await db.dropDatabase();
      await db.client.close();
    }
  });
});
