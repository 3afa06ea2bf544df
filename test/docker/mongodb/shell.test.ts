import { type Collection, type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from '../../../src/engines/mongodb/shell/command';
import { shellText } from '../../../src/engines/mongodb/shell/text';
import type { Sandbox } from '../../../src/model/sandbox';
import { readText } from '../../../src/parse/read';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, startMongo, urlOf } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** What every case begins with. */
const before: readonly Document[] = [
  { _id: 1, a: 1, tags: ['x', 'y'] },
  { _id: 2, a: 2, tags: [] },
  { _id: 3, a: 2 },
];

/** The driver writes into what it is given. */
const copies = (): Document[] => before.map((each) => ({ ...each }));

interface Case {
  readonly text: string;
  /** Documents of `users` afterwards. */
  readonly users?: readonly Document[];
  /** Anything else that is to be seen afterwards. */
  readonly sees?: (db: Db) => Promise<unknown>;
  readonly expected?: unknown;
}

const indexesOf = async (db: Db, name = 'users') =>
  (await db.collection(name).indexes()).map(({ v: _v, ...index }) => index).filter(({ name: own }) => own !== '_id_');
const namesOf = async (db: Db) => (await db.listCollections().toArray()).map(({ name }) => String(name)).sort();
const optionsOf = async (db: Db, name: string) => (await db.listCollections({ name }, { nameOnly: false }).toArray())[0];
const all = (db: Db, name: string) => db.collection(name).find().sort({ _id: 1 }).toArray();

const writes: readonly Case[] = [
  { text: 'db.users.insertOne({ _id: 4 })', users: [...before, { _id: 4 }] },
  { text: 'db.users.insertMany([{ _id: 4 }, { _id: 5 }], { ordered: false })', users: [...before, { _id: 4 }, { _id: 5 }] },
  { text: 'db.users.updateOne({ a: 1 }, { $set: { b: NumberInt(5) } })', users: [{ ...before[0], b: 5 }, ...before.slice(1)] },
  { text: 'db.users.updateMany({ a: 2 }, { $unset: { tags: "" } })', users: [before[0] ?? {}, { _id: 2, a: 2 }, { _id: 3, a: 2 }] },
  {
    text: 'db.users.updateMany({ a: 2 }, [{ $set: { b: { $add: ["$a", 1] } } }])',
    users: [before[0] ?? {}, { ...before[1], b: 3 }, { ...before[2], b: 3 }],
  },
  { text: 'db.users.updateOne({ _id: 9 }, { $set: { a: 9 } }, { upsert: true })', users: [...before, { _id: 9, a: 9 }] },
  {
    text: 'db.users.updateMany({ _id: 1 }, { $set: { "tags.$[t]": "z" } }, { arrayFilters: [{ t: "y" }] })',
    users: [{ ...before[0], tags: ['x', 'z'] }, ...before.slice(1)],
  },
  { text: 'db.users.replaceOne({ _id: 1 }, { c: 1 })', users: [{ _id: 1, c: 1 }, ...before.slice(1)] },
  { text: 'db.users.deleteOne({ _id: 1 })', users: before.slice(1) },
  { text: 'db.users.deleteMany({ a: 2 })', users: before.slice(0, 1) },
  { text: 'db.users.remove({ a: 2 }, { justOne: false })', users: before.slice(0, 1) },
  { text: 'db.users.save({ _id: 1, s: 1 })', users: [{ _id: 1, s: 1 }, ...before.slice(1)] },
  {
    text: 'db.users.update({ a: 2 }, { $set: { a: 3 } }, { multi: true })',
    users: [before[0] ?? {}, { ...before[1], a: 3 }, { ...before[2], a: 3 }],
  },
  {
    text: 'db.users.bulkWrite([{ insertOne: { document: { _id: 4 } } }, { updateMany: { filter: { a: 2 }, update: { $inc: { a: 1 } } } }, { replaceOne: { filter: { _id: 1 }, replacement: { r: 1 } } }, { deleteOne: { filter: { _id: 3 } } }])',
    users: [{ _id: 1, r: 1 }, { ...before[1], a: 3 }, { _id: 4 }],
  },
  { text: 'db.users.findOneAndUpdate({ _id: 1 }, { $set: { f: 1 } })', users: [{ ...before[0], f: 1 }, ...before.slice(1)] },
  { text: 'db.users.findOneAndReplace({ _id: 1 }, { f: 2 })', users: [{ _id: 1, f: 2 }, ...before.slice(1)] },
  { text: 'db.users.findOneAndDelete({ a: 2 }, { sort: { _id: -1 } })', users: before.slice(0, 2) },
  {
    text: 'db.users.findAndModify({ query: { _id: 1 }, update: { $set: { f: 3 } } })',
    users: [{ ...before[0], f: 3 }, ...before.slice(1)],
  },
  {
    text: 'db.runCommand({ delete: "users", deletes: [{ q: { a: 2 }, limit: 1 }] })',
    sees: (db) => db.collection('users').countDocuments(),
    expected: 2,
  },
];

const definitions: readonly Case[] = [
  {
    text: 'db.users.createIndex({ a: 1, "b.c": -1 })',
    sees: (db) => indexesOf(db),
    expected: [{ key: { a: 1, 'b.c': -1 }, name: 'a_1_b.c_-1' }],
  },
  {
    text: 'db.users.createIndex({ b: 1 }, { name: "own", sparse: true })',
    sees: (db) => indexesOf(db),
    expected: [{ key: { b: 1 }, name: 'own', sparse: true }],
  },
  {
    text: 'db.users.createIndexes([{ a: 1 }, { b: 1 }])',
    sees: async (db) => (await indexesOf(db)).map(({ name }) => name).sort(),
    expected: ['a_1', 'b_1'],
  },
  { text: 'db.users.createIndex({ x: 1 }); db.users.dropIndex("x_1")', sees: (db) => indexesOf(db), expected: [] },
  { text: 'db.users.createIndex({ x: 1 }); db.users.dropIndex({ x: 1 })', sees: (db) => indexesOf(db), expected: [] },
  {
    text: 'db.users.createIndex({ x: 1 }); db.users.createIndex({ y: 1 }); db.users.dropIndexes()',
    sees: (db) => indexesOf(db),
    expected: [],
  },
  {
    text: 'db.users.createIndex({ x: 1 }); db.users.createIndex({ y: 1 }); db.users.dropIndexes(["x_1", "y_1"])',
    sees: (db) => indexesOf(db),
    expected: [],
  },
  { text: 'db.createCollection("empty")', sees: namesOf, expected: ['empty', 'users'] },
  {
    text: 'db.createCollection("checked", { validator: { a: { $exists: true } } })',
    sees: (db) => optionsOf(db, 'checked'),
    expected: { options: { validator: { a: { $exists: true } } } },
  },
  {
    text: 'db.createView("seen", "users", [{ $match: { a: 1 } }])',
    sees: async (db) => (await all(db, 'seen')).map(({ _id }) => _id),
    expected: [1],
  },
  {
    text: 'db.runCommand({ collMod: "users", validator: { a: { $exists: true } }, validationLevel: "moderate" })',
    sees: (db) => optionsOf(db, 'users'),
    expected: { options: { validator: { a: { $exists: true } }, validationLevel: 'moderate' } },
  },
  { text: 'db.users.renameCollection("people")', sees: namesOf, expected: ['people'] },
  { text: 'db.createCollection("people"); db.users.renameCollection("people", true)', sees: namesOf, expected: ['people'] },
  { text: 'db.users.drop()', sees: namesOf, expected: [] },
  { text: 'db.dropDatabase()', sees: namesOf, expected: [] },
  {
    text: 'db.users.aggregate([{ $match: { a: 2 } }, { $project: { a: 1 } }, { $out: "copy" }])',
    sees: (db) => all(db, 'copy'),
    expected: [
      { _id: 2, a: 2 },
      { _id: 3, a: 2 },
    ],
  },
  {
    text: 'db.users.aggregate([{ $match: { _id: 1 } }, { $project: { a: 1 } }, { $merge: { into: "copy", on: "_id" } }])',
    sees: (db) => all(db, 'copy'),
    expected: [{ _id: 1, a: 1 }],
  },
  { text: 'db.getSiblingDB("shell_other").things.insertOne({ _id: 1 })', sees: (db) => all(db, 'users'), expected: before },
];

/** Calls of the real driver, and what they are when they are seen on the wire. */
const driverCalls: readonly { readonly call: (users: Collection, db: Db) => Promise<unknown>; readonly text: string }[] = [
  { call: (users) => users.insertOne({ _id: 4 as never, b: 1.5 }), text: 'db.users.insertOne({ _id: 4, b: 1.5 });' },
  { call: (users) => users.updateMany({ a: 2 }, { $set: { b: 'x' } }), text: 'db.users.updateMany({ a: 2 }, { $set: { b: "x" } });' },
  {
    call: (users) => users.replaceOne({ a: 1 }, { c: 1 }, { upsert: true }),
    text: 'db.users.replaceOne({ a: 1 }, { c: 1 }, { upsert: true });',
  },
  { call: (users) => users.deleteMany({}), text: 'db.users.deleteMany({});' },
  {
    call: (users) =>
      users.bulkWrite(
        [{ updateOne: { filter: { a: 1 }, update: { $inc: { a: 1 } } } }, { updateMany: { filter: {}, update: { $set: { z: true } } } }],
        { ordered: false },
      ),
    text: 'db.users.bulkWrite(\n  [\n    { updateOne: { filter: { a: 1 }, update: { $inc: { a: 1 } } } },\n    { updateMany: { filter: {}, update: { $set: { z: true } } } }\n  ],\n  { ordered: false }\n);',
  },
  {
    call: (users) => users.findOneAndUpdate({ a: 1 }, { $set: { b: 1 } }, { returnDocument: 'after' }),
    text: 'db.users.findOneAndUpdate({ a: 1 }, { $set: { b: 1 } }, { returnDocument: "after" });',
  },
  {
    call: (users) => users.createIndex({ a: 1, b: -1 }, { sparse: true }),
    text: 'db.users.createIndex({ a: 1, b: -1 }, { sparse: true });',
  },
  { call: (users) => users.createIndex({ q: 1 }).then(() => users.dropIndex('q_1')), text: 'db.users.dropIndex("q_1");' },
  { call: (_users, db) => db.createCollection('c', { validator: { a: 1 } }), text: 'db.createCollection("c", { validator: { a: 1 } });' },
  { call: (users) => users.rename('people'), text: 'db.users.renameCollection("people");' },
  { call: (users) => users.drop(), text: 'db.users.drop();' },
  { call: (_users, db) => db.command({ collMod: 'users', validator: {} }), text: 'db.runCommand({ collMod: "users", validator: {} });' },
  {
    call: (users) => users.aggregate([{ $match: {} }, { $out: 'copy' }]).toArray(),
    text: 'db.users.aggregate([{ $match: {} }, { $out: "copy" }]);',
  },
  {
    call: (users) => users.find({ a: 2 }).sort({ _id: -1 }).limit(1).toArray(),
    text: 'db.users.find({ a: 2 }).sort({ _id: -1 }).limit(1);',
  },
  { call: (users) => users.findOne({ a: 2 }), text: 'db.users.findOne({ a: 2 });' },
  { call: (users) => users.distinct('a'), text: 'db.users.distinct("a", {});' },
];

describe.skipIf(skip)('commands of mongosh text on mongo:8 (in CI a stand-in, not mongod)', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  let watched: MongoClient;
  const started: Document[] = [];
  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
    watched = new MongoClient(urlOf(sandbox), { monitorCommands: true });
    watched.on('commandStarted', ({ command }) => started.push(command));
    await watched.connect();
  });
  afterEach(() => sandbox.dropDatabases(['shell', 'shell_other']));
  afterAll(async () => {
    await client?.close();
    await watched?.close();
    await sandbox?.dispose();
  });

  async function send(text: string): Promise<void> {
    for (const { operations, unreadable } of readText(text, { name: 'mongodb', major: 8 })) {
      expect(unreadable).toBeUndefined();
      for (const operation of operations) {
        if (operation.kind !== 'document command') throw new Error(operation.kind);
        const commands = commandsOf(operation, 'shell');
        if (!commands.ok) throw new Error(commands.error.message);
        for (const { database, document } of commands.value) await client.db(database).command(document);
      }
    }
  }

  it.each([...writes, ...definitions])('$text', async ({ text, users, sees, expected }) => {
    const db = client.db('shell');
    await db.collection<Document>('users').insertMany(copies());
    await send(text);
    if (users !== undefined) expect(await all(db, 'users')).toEqual(users);
    if (sees !== undefined) {
      const seen = await sees(db);
      // The server says the defaults of a validator as well.
      if (text.includes('validator')) expect(seen).toMatchObject(expected as object);
      else expect(seen).toEqual(expected);
    }
  });

  it.each(driverCalls)('the driver sends what is shown as $text', async ({ call, text }) => {
    const db = watched.db('shell');
    await db.collection<Document>('users').insertMany(copies());
    started.length = 0;
    await call(db.collection('users'), db);
    const seen = started.map(({ $db, ...command }) => shellText({ ...command, ...($db !== 'shell' && { $db }) }, 'shell'));
    expect(seen.at(-1)).toBe(text);
  });

  it('what is seen in a transaction carries its session', async () => {
    const session = watched.startSession();
    const users = watched.db('shell').collection<Document>('users');
    await users.insertMany(copies());
    started.length = 0;
    session.startTransaction();
    await users.updateOne({ a: 1 }, { $set: { b: 1 } }, { session });
    await users.deleteMany({ a: 2 }, { session });
    await session.commitTransaction();
    await session.endSession();
    expect(started.map(({ $db: _own, ...command }) => shellText(command)).slice(0, 3)).toEqual([
      'db.users.updateOne({ a: 1 }, { $set: { b: 1 } }, { session });',
      'db.users.deleteMany({ a: 2 }, { session });',
      'session.commitTransaction();',
    ]);
  });
});
