import { describe, expect, it } from 'vitest';
import { migrateMongo } from '../../../../src/frameworks/code/migrate-mongo';
import { frameworks } from '../../../../src/frameworks/registry';
import { migrations, only, renderedOf, unreadOf } from './read';

const mongo = { name: 'mongodb', major: 8 } as const;

type Given = string | Readonly<Record<string, string>>;

/** Migrations as people write them from the manuals of the driver and of migrate-mongo, what they send, and what of them can't be read. */
const shapes: readonly (readonly [Given, readonly string[], readonly string[]])[] = [
  [
    `export default { async up(db, client) { await db.collection('a').drop(); }, async down() { throw new Error('no way back'); } };`,
    [`db.a.drop();`],
    [],
  ],
  [
    {
      '20260101-a.ts': `import type { Db, MongoClient } from 'mongodb';
export const up = async (db: Db, client: MongoClient): Promise<void> => { const users = db.collection<User>('users'); await users!.createIndex({ loc: '2dsphere' }, { name: 'geo', background: true } as any); };`,
    },
    [`db.users.createIndex({ loc: '2dsphere' }, { name: 'geo', background: true });`],
    [],
  ],
  [
    {
      '20260101-a.ts': `const migration: Migration = { async up(db) { await db?.collection('a').drop(); } };
export default migration;`,
    },
    [`db.a.drop();`],
    [],
  ],
  [
    `const { collection } = {}; exports.up = function (db) { const { collection } = db; return collection('x').deleteMany({}); };`,
    [`db.x.deleteMany({});`],
    [],
  ],
  [
    `const indexes = { users: [[{ a: 1 }, { unique: true }]], orders: [[{ b: -1 }]] };
exports.up = async (db) => { for (const [name, list] of Object.entries(indexes)) for (const [keys, options] of list) await db.collection(name).createIndex(keys, options); };`,
    [`db.users.createIndex({ a: 1 }, { unique: true });`, `db.orders.createIndex({ b: -1 });`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('x').find({ a: 1 }).sort({ _id: 1 }).limit(100).project({ a: 1 }).toArray(); await db.collection('x').find({}, { projection: { a: 1 }, sort: { a: 1 } }).toArray(); };`,
    [`db.x.find({ a: 1 }).sort({ _id: 1 }).limit(100).projection({ a: 1 });`, `db.x.find({}, { a: 1 }, { sort: { a: 1 } });`],
    [],
  ],
  [
    `const pipeline = [{ $match: { a: 1 } }, { $merge: { into: 'b' } }];
exports.up = async (db) => { await db.collection('a').aggregate(pipeline, { allowDiskUse: true }).toArray(); db.collection('a').aggregate(pipeline); };`,
    [`db.a.aggregate([{ $match: { a: 1 } }, { $merge: { into: 'b' } }], { allowDiskUse: true });`],
    [
      `db.collection('a').aggregate(pipeline): nothing asks its cursor for documents (\`toArray()\`), and until then the driver does not send it`,
    ],
  ],
  [
    `exports.up = async (db) => { await db.collection('a').updateMany({}, [{ $set: { name: { $concat: ['$first', ' ', '$last'] } } }, { $unset: ['first', 'last'] }]); };`,
    [`db.a.updateMany({}, [{ $set: { name: { $concat: ['$first', ' ', '$last'] } } }, { $unset: ['first', 'last'] }]);`],
    [],
  ],
  [
    `exports.up = async (db) => { let ops = []; for await (const doc of db.collection('a').find({})) { ops.push({ updateOne: { filter: { _id: doc._id }, update: { $set: { n: doc.a + 1 } } } }); if (ops.length === 1000) { await db.collection('a').bulkWrite(ops, { ordered: false }); ops = []; } } if (ops.length > 0) await db.collection('a').bulkWrite(ops, { ordered: false }); };`,
    [
      `db.a.find({});`,
      `db.a.bulkWrite([{ updateOne: { filter: { _id: \${doc._id} }, update: { $set: { n: \${doc.a + 1} } } } }, ...\${others}], { ordered: false });`,
      `db.a.bulkWrite([{ updateOne: { filter: { _id: \${doc._id} }, update: { $set: { n: \${doc.a + 1} } } } }, ...\${others}], { ordered: false });`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { const bulk = db.collection('a').initializeUnorderedBulkOp(); const docs = await db.collection('a').find().toArray(); docs.forEach((doc) => { bulk.find({ _id: doc._id }).upsert().updateOne({ $set: { a: 1 } }); }); bulk.insert({ x: 1 }); await bulk.execute(); };`,
    [
      `db.a.find();`,
      `db.a.bulkWrite([{ updateOne: { filter: { _id: \${doc._id} }, update: { $set: { a: 1 } }, upsert: true } }, { insertOne: { document: { x: 1 } } }, ...\${others}], { ordered: false });`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { const exists = await db.listCollections({ name: 'x' }).hasNext(); if (!exists) await db.createCollection('x', { validator: { $jsonSchema: { bsonType: 'object', required: ['a'] } } }); };`,
    [
      `db.runCommand({ listCollections: 1, filter: { name: 'x' } });`,
      `db.createCollection('x', { validator: { $jsonSchema: { bsonType: 'object', required: ['a'] } } });`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { const indexes = await db.collection('a').indexes(); if (indexes.some((i) => i.name === 'a_1')) await db.collection('a').dropIndex('a_1'); };`,
    [`db.a.getIndexes();`, `db.a.dropIndex('a_1');`],
    [],
  ],
  [
    `exports.up = async (db, client) => { await client.withSession(async (s) => s.withTransaction(async (session) => { await db.collection('a').updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session }); })); };`,
    [`session.startTransaction();`, `db.a.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });`, `session.commitTransaction();`],
    [],
  ],
  [
    {
      '20260101-a.js': `const { addField, Runner } = require('./lib/helpers');
exports.up = async (db) => { await addField(db, 'users', 'age', 0); await new Runner(db).run('orders'); };`,
      'lib/helpers.js': `exports.addField = (db, name, field, value) => db.collection(name).updateMany({ [field]: { $exists: false } }, { $set: { [field]: value } });
exports.Runner = class { constructor(db) { this.db = db; } async run(name) { await this.db.collection(name).drop(); } };`,
    },
    [`db.users.updateMany({ age: { $exists: false } }, { $set: { age: 0 } });`, `db.orders.drop();`],
    [],
  ],
  [
    `const { ObjectId, Long, Decimal128, Int32, UUID, Binary, Timestamp } = require('mongodb');
exports.up = async (db) => { await db.collection('a').insertOne({ _id: new ObjectId('64b7f0c2a3d4e5f60718293a'), l: Long.fromNumber(5), l2: Long.fromString('9007199254740993'), d: Decimal128.fromString('1.50'), i: new Int32(3), u: new UUID('f81d4fae-7dec-11d0-a765-00a0c91e6bf6'), big: 5n, re: /^a.*b$/i, at: new Date('2020-01-01T00:00:00Z'), ms: new Date(0), f: new ObjectId(), now: Date.now(), iso: new Date().toISOString(), n: null, u2: undefined, t: true, neg: -1.5 }); };`,
    [
      `db.a.insertOne({ _id: ObjectId("64b7f0c2a3d4e5f60718293a"), l: NumberLong("5"), l2: NumberLong("9007199254740993"), d: NumberDecimal("1.50"), i: NumberInt(3), u: UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), big: NumberLong("5"), re: /^a.*b$/i, at: ISODate("2020-01-01T00:00:00Z"), ms: ISODate("1970-01-01T00:00:00.000Z"), f: \${new ObjectId()}, now: \${Date.now()}, iso: \${new Date().toISOString()}, n: null, u2: undefined, t: true, neg: -1.5 });`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { const base = { a: 1 }; const extra = await load(); await db.collection('a').insertMany([{ ...base, b: 2 }, { ...extra, c: 3 }, Object.assign({}, base, { d: 4 })]); };`,
    [`db.a.insertMany([{ a: 1, b: 2 }, { c: 3, ...\${extra} }, { a: 1, d: 4 }]);`],
    [],
  ],
  [
    `exports.up = async (db) => { const rows = require('./rows.json'); await db.collection('a').insertMany(rows); };`,
    [`db.a.insertMany(\${rows});`],
    [],
  ],
  [
    `const fs = require('fs');
exports.up = async (db) => { const rows = JSON.parse(fs.readFileSync('/data/x.json', 'utf8')); await db.collection('a').insertMany(rows); await db.collection('b').insertMany(rows.map((r) => ({ ...r, at: new Date() }))); };`,
    [`db.a.insertMany(\${rows});`, `db.b.insertMany([{ at: new Date(), ...\${r} }, ...\${others}]);`],
    [],
  ],
  [
    `exports.up = async (db) => { db.collection('a').find().stream().on('data', async (doc) => { await db.collection('b').insertOne(doc); }); };`,
    [`db.a.find();`, `db.b.insertOne(\${doc});`],
    [`db.collection('a').find().stream().on('data', async (doc) => { await db.colle...: what its stream does is not followed`],
  ],
  [
    `const migrate = require('@acme/migrations');
exports.up = async (db, client) => { await migrate.run(db); await migrate.users().updateMany({}, { $set: { a: 1 } }); };`,
    [],
    [
      `migrate.run(db): it comes from the package "@acme/migrations", which is not part of the migrations`,
      `migrate.users().updateMany({}, { $set: { a: 1 } }): it comes from the package "@acme/migrations", which is not part of the migrations`,
    ],
  ],
  [
    `const pMap = require('p-map');
exports.up = async (db) => { const docs = await db.collection('a').find().toArray(); await pMap(docs, async (doc) => { await db.collection('a').updateOne({ _id: doc._id }, { $set: { a: doc.b } }); }, { concurrency: 5 }); };`,
    [`db.a.find();`, `db.a.updateOne({ _id: \${doc._id} }, { $set: { a: \${doc.b} } });`],
    [],
  ],
  [
    `exports.up = async (db) => { let last = null; while (true) { const filter = last ? { _id: { $gt: last } } : {}; const batch = await db.collection('a').find(filter).sort({ _id: 1 }).limit(500).toArray(); if (batch.length === 0) break; await db.collection('a').updateMany({ _id: { $in: batch.map((d) => d._id) } }, { $set: { a: 1 } }); last = batch[batch.length - 1]._id; } };`,
    [`db.a.find({}).sort({ _id: 1 }).limit(500);`, `db.a.updateMany({ _id: { $in: [\${d._id}, ...\${others}] } }, { $set: { a: 1 } });`],
    [],
  ],
  [
    `exports.up = function (db, next) { db.collection('a').find({}).toArray(function (err, docs) { if (err) return next(err); docs.forEach(function (doc) { db.collection('a').update({ _id: doc._id }, { $set: { a: 1 } }, { multi: true }, next); }); }); };`,
    [`db.a.find({});`, `db.a.updateMany({ _id: \${doc._id} }, { $set: { a: 1 } });`],
    [],
  ],
  [
    `exports.up = async (db) => { await (await db.collection('a').find().toArray()).reduce(async (previous, doc) => { await previous; await db.collection('b').insertOne(doc); }, Promise.resolve()); };`,
    [`db.a.find();`, `db.b.insertOne(\${doc});`],
    [],
  ],
  [
    `exports.up = async (db) => { const renamed = await db.collection('a').rename('b', { dropTarget: true }); await renamed.createIndex({ x: 1 }); };`,
    [`db.a.renameCollection('b', true);`, `db.b.createIndex({ x: 1 });`],
    [],
  ],
  [
    `exports.up = async (db) => { const name = "it's \\"quoted\\""; await db.collection('a').updateOne({ name, path: \`a/\${name}/\${process.env.X}\` }, { $set: { 'b.c': 'line\\nbreak' } }); };`,
    [`db.a.updateOne({ name: "it's \\"quoted\\"", path: "a/it's \\"quoted\\"/\${process.env.X}" }, { $set: { 'b.c': "line\\nbreak" } });`],
    [],
  ],
  [
    `const DAY = 60 * 60 * 24;
exports.up = async (db) => { await db.collection('a').createIndex({ at: 1 }, { expireAfterSeconds: DAY * 30 }); };`,
    [`db.a.createIndex({ at: 1 }, { expireAfterSeconds: 2592000 });`],
    [],
  ],
  [
    `exports.up = async (db) => { const user = await db.collection('a').findOne({ email: 'x' }); if (user) { await db.collection('b').insertOne({ owner: user._id, tags: user.tags.map((t) => t.name) }); } };`,
    [`db.a.findOne({ email: 'x' });`, `db.b.insertOne({ owner: \${user._id}, tags: [\${t.name}, ...\${others}] });`],
    [],
  ],
  [
    `exports.up = async (db) => { const map = new Map(); for (const d of await db.collection('a').find().toArray()) map.set(d._id, d); for (const [id, d] of map) await db.collection('b').updateOne({ _id: id }, { $set: { n: d.n } }); };`,
    [`db.a.find();`, `db.b.updateOne({ _id: \${d._id} }, { $set: { n: \${d.n} } });`],
    [],
  ],
  [
    `async function* batches(cursor, size) { let batch = []; for await (const doc of cursor) { batch.push(doc); if (batch.length === size) { yield batch; batch = []; } } if (batch.length) yield batch; }
exports.up = async (db) => { for await (const batch of batches(db.collection('a').find(), 100)) { await db.collection('b').insertMany(batch); } };`,
    [`db.a.find();`, `db.b.insertMany([\${doc}, ...\${others}]);`, `db.b.insertMany([\${doc}, ...\${others}]);`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.command({ create: 'v', viewOn: 'a', pipeline: [{ $project: { a: 1 } }] }); await db.admin().command({ setFeatureCompatibilityVersion: '8.0', confirm: true }); await db.dropDatabase(); await db.collections(); };`,
    [
      `db.runCommand({ create: 'v', viewOn: 'a', pipeline: [{ $project: { a: 1 } }] });`,
      `db.adminCommand({ setFeatureCompatibilityVersion: '8.0', confirm: true });`,
      `db.dropDatabase();`,
      `db.runCommand({ listCollections: 1 });`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { const collections = await db.listCollections().toArray(); for (const { name } of collections) { await db.collection(name).updateMany({}, { $rename: { a: 'b' } }); } };`,
    [`db.runCommand({ listCollections: 1 });`, `db.getCollection(\${name}).updateMany({}, { $rename: { a: 'b' } });`],
    [],
  ],
  [
    `exports.up = async (db) => { const f = process.env.NODE_ENV === 'production' ? 'users' : 'users_dev'; await db.collection(f).updateMany({ kind: process.env.K ? 'a' : 'b' }, { $set: { a: 1 } }); };`,
    [
      `db.users.updateMany({ kind: \${process.env.K ? 'a' : 'b'} }, { $set: { a: 1 } });`,
      `db.users_dev.updateMany({ kind: \${process.env.K ? 'a' : 'b'} }, { $set: { a: 1 } });`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { try { await db.collection('a').drop(); } catch (e) { if (e.codeName !== 'NamespaceNotFound') throw e; } await db.collection('b').insertOne({}); };`,
    [`db.a.drop();`, `db.b.insertOne({});`],
    [],
  ],
  [
    `const ops = (db) => ({ add: (n, o) => db.collection(n).insertOne(o) });
exports.up = async (db) => { const { add } = ops(db); await add('a', { x: 1 }); await add('b', { x: 2 }); };`,
    [`db.a.insertOne({ x: 1 });`, `db.b.insertOne({ x: 2 });`],
    [],
  ],
  [
    `exports.up = async (db) => { const coll = db.collection('a'); await coll.createIndexes([{ key: { a: 1 }, name: 'x' }, { key: { b: 1 }, partialFilterExpression: { c: { $exists: true } } }], { commitQuorum: 'majority' }); await coll.dropIndexes(); await coll.createSearchIndex({ name: 's', definition: {} }); };`,
    [
      `db.runCommand({ createIndexes: 'a', indexes: [{ key: { a: 1 }, name: 'x' }, { key: { b: 1 }, partialFilterExpression: { c: { $exists: true } }, name: "b_1" }], commitQuorum: 'majority' });`,
      `db.a.dropIndexes();`,
      `db.a.createSearchIndex({ name: 's', definition: {} });`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { const session = db.client.startSession(); try { session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } }); await db.collection('a').deleteOne({ a: 1 }, { session }); await session.commitTransaction(); } catch (e) { await session.abortTransaction(); throw e; } finally { await session.endSession(); } };`,
    [
      `session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });`,
      `db.a.deleteOne({ a: 1 }, { session });`,
      `session.commitTransaction();`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('a').updateMany({ $where: function () { return this.a > 1; } }, { $set: { fn: () => 1 } }); };`,
    [`db.a.updateMany({ $where: \${function} }, { $set: { fn: \${() => 1} } });`],
    [],
  ],
  [
    `exports.up = async (db) => { for (let i = 0; i < 3; i++) { await db.collection('shard_' + i).createIndex({ a: 1 }); } };`,
    [`db.shard_0.createIndex({ a: 1 });`, `db.shard_1.createIndex({ a: 1 });`, `db.shard_2.createIndex({ a: 1 });`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('a').foo({ x: 1 }); await db.bar(); };`,
    [],
    [
      `db.collection('a').foo({ x: 1 }): Faultline does not know \`foo\` of the collection`,
      `db.bar(): Faultline does not know \`bar\` of db`,
    ],
  ],
  [
    `const update = { $set: { a: 1 } }; update.$set.b = 2; update.$unset = { c: '' };
exports.up = async (db) => { await db.collection('a').updateMany({}, update); };`,
    [`db.a.updateMany({}, { $set: { a: 1, b: 2 }, $unset: { c: '' } });`],
    [],
  ],
  [
    `exports.up = async ({ db }) => { await db.collection('a').drop(); };`,
    [],
    [`db.collection('a'): Faultline does not know \`collection\` of db.db`],
  ],
  [
    `exports.up = async (db, client) => { await client.bulkWrite([{ namespace: 'd.a', name: 'insertOne', document: { a: 1 } }]); };`,
    [`db.getSiblingDB("d").a.bulkWrite([{ insertOne: { document: { a: 1 } } }]);`],
    [],
  ],
  [
    `exports.up = async (db) => { const users = await db.collection('users').find({}).toArray(); const ops = users.map((u) => ({ updateOne: { filter: { _id: u._id }, update: { $set: { email: u.email.toLowerCase() } } } })); await db.collection('users').bulkWrite(ops); };`,
    [
      `db.users.find({});`,
      `db.users.bulkWrite([{ updateOne: { filter: { _id: \${u._id} }, update: { $set: { email: \${u.email.toLowerCase()} } } } }, ...\${others}]);`,
    ],
    [],
  ],
  [
    `exports.up = async (db) => { const docs = await db.collection('a').find().toArray(); for (let i = 0; i < docs.length; i += 100) { const chunk = docs.slice(i, i + 100); await Promise.all(chunk.map((d) => db.collection('a').updateOne({ _id: d._id }, { $set: { x: d.y } }))); } };`,
    [`db.a.find();`, `db.a.updateOne({ _id: \${d._id} }, { $set: { x: \${d.y} } });`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('a').updateOne({ _id: 1 }, { $push: { tags: { $each: ['x'], $slice: -5 } } }, { upsert: true }); await db.collection('a').replaceOne({ _id: 1 }, { a: 1 }); await db.collection('a').findOneAndDelete({ _id: 2 }); };`,
    [
      `db.a.updateOne({ _id: 1 }, { $push: { tags: { $each: ['x'], $slice: -5 } } }, { upsert: true });`,
      `db.a.replaceOne({ _id: 1 }, { a: 1 });`,
      `db.a.findOneAndDelete({ _id: 2 });`,
    ],
    [],
  ],
  [
    `const { up, down } = { up: async (db) => { await db.collection('a').drop(); }, down: async () => {} };
module.exports = { up, down };`,
    [`db.a.drop();`],
    [],
  ],
  [
    `class Migration { async up(db) { await this.rows(db).insertOne({ a: 1 }); } rows(db) { return db.collection('a'); } }
module.exports = new Migration();`,
    [`db.a.insertOne({ a: 1 });`],
    [],
  ],
  [
    `exports.up = (db) => Promise.all([db.collection('a').createIndex({ a: 1 }), db.collection('b').createIndex({ b: 1 })]);`,
    [`db.a.createIndex({ a: 1 });`, `db.b.createIndex({ b: 1 });`],
    [],
  ],
  [
    `exports.up = async (db) => { await Promise.all(['a', 'b'].map(async (n) => { await db.collection(n).updateMany({}, { $set: { v: 2 } }); })); };`,
    [`db.a.updateMany({}, { $set: { v: 2 } });`, `db.b.updateMany({}, { $set: { v: 2 } });`],
    [],
  ],
  [
    `exports.up = async (db) => { const all = db.collection('a').find({}, { batchSize: 100 }).addCursorFlag('noCursorTimeout', true); let doc; while ((doc = await all.next())) { await db.collection('b').replaceOne({ _id: doc._id }, { ...doc, v: 2 }, { upsert: true }); } await all.close(); };`,
    [`db.a.find({}, {}, { batchSize: 100 });`, `db.b.replaceOne({ _id: \${doc._id} }, { v: 2, ...\${doc} }, { upsert: true });`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('a').aggregate([{ $group: { _id: '$x' } }]).forEach(async (g) => { await db.collection('b').insertOne({ x: g._id }); }); };`,
    [`db.a.aggregate([{ $group: { _id: '$x' } }]);`, `db.b.insertOne({ x: \${g._id} });`],
    [],
  ],
  [
    `exports.up = async (db, client) => { const other = client.db('other'); await other.collection('a').aggregate([{ $match: {} }, { $out: { db: 'shop', coll: 'b' } }]).toArray(); };`,
    [`db.getSiblingDB('other').a.aggregate([{ $match: {} }, { $out: { db: 'shop', coll: 'b' } }]);`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('users').updateMany({ age: { $gt: 1_000 } }, { $set: { big: 0x10, share: .5, on: !0 } }); };`,
    [`db.users.updateMany({ age: { $gt: 1000 } }, { $set: { big: 16, share: 0.5, on: true } });`],
    [],
  ],
  [
    `exports.up = async (db) => { const set = {}; for (const k of ['a', 'b']) set['meta.' + k] = null; await db.collection('x').updateMany({}, { $set: set }); };`,
    [`db.x.updateMany({}, { $set: { "meta.a": null, "meta.b": null } });`],
    [],
  ],
  [
    `exports.up = async (db) => { const filter = { deleted: { $ne: true } }; if (process.env.ONLY) filter.tenant = process.env.ONLY; await db.collection('x').deleteMany(filter); };`,
    [`db.x.deleteMany({ deleted: { $ne: true }, tenant: \${process.env.ONLY} });`],
    [],
  ],
  [
    `import { MongoClient } from 'mongodb';
export async function up(db, client) { const src = await MongoClient.connect(process.env.SOURCE); for await (const d of src.db('old').collection('a').find()) await db.collection('a').insertOne(d); await src.close(); }`,
    [`db.getSiblingDB('old').a.find();`, `db.a.insertOne(\${d});`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('a').insertOne({ html: \`<p class="x">
  hi</p>\`, tab: '\\t', uni: 'é😀', dollar: '$name', esc: '\\u0041' }); };`,
    [`db.a.insertOne({ html: "<p class=\\"x\\">\\n hi</p>", tab: "\\t", uni: 'é😀', dollar: '$name', esc: "A" });`],
    [],
  ],
  [
    `exports.up = async (db) => { await retry(() => db.collection('a').createIndex({ a: 1 })); };
async function retry(work, n = 3) { for (let i = 0; i < n; i++) { try { return await work(); } catch (error) { if (i === n - 1) throw error; } } }`,
    [`db.a.createIndex({ a: 1 });`],
    [],
  ],
  [
    `exports.up = async function up(db) { const self = this; await db.collection('a').drop(); await exports.cleanup(db); };
exports.cleanup = async (db) => { await db.dropCollection('tmp'); };`,
    [`db.a.drop();`, `db.tmp.drop();`],
    [],
  ],
  [
    `exports.up = async (db) => { console.log(await db.collection('a').countDocuments({})); logger.info('x', await db.collection('a').estimatedDocumentCount()); };`,
    [`db.a.countDocuments({});`, `db.a.estimatedDocumentCount();`],
    [],
  ],
  [
    `exports.up = async (db) => { switch (process.env.STAGE) { case 'dev': await db.collection('a').drop(); break; default: await db.collection('b').drop(); } };`,
    [`db.a.drop();`, `db.b.drop();`],
    [],
  ],
  [
    `exports.up = async (db) => { await db.collection('a').updateMany({ a: { $in: [1, 2] } }, { $set: { 'nested.0.x': [] } }, { arrayFilters: [{ 'e.x': 1 }], collation: { locale: 'en' } }); };`,
    [
      `db.a.updateMany({ a: { $in: [1, 2] } }, { $set: { 'nested.0.x': [] } }, { arrayFilters: [{ 'e.x': 1 }], collation: { locale: 'en' } });`,
    ],
    [],
  ],
  [
    `var dbm; exports.up = function (db) { return db.collection('a').insertOne({ a: 1 }).then(function () { return db.collection('b').insertOne({ b: 1 }); }).catch(function (e) { console.error(e); throw e; }); };`,
    [`db.a.insertOne({ a: 1 });`, `db.b.insertOne({ b: 1 });`],
    [],
  ],
];

describe('shapes of migrations', () => {
  it.each(shapes)('%s', (given, sent, unread) => {
    const { up } = only(migrateMongo, given, mongo);
    expect(renderedOf(up)).toEqual(sent);
    expect(unreadOf(up)).toEqual(unread);
  });

  it('every statement has one operation, and lies where its call is', () => {
    for (const [given] of shapes) {
      const { up } = only(migrateMongo, given, mongo);
      for (const { operations, circumstances, range } of up.statements) {
        expect(operations).toHaveLength(1);
        expect(circumstances).toBeDefined();
        expect(range.end).not.toEqual(range.start);
      }
    }
  });

  it('a literal of the source is the same characters in the text', () => {
    for (const [given] of shapes) {
      const files = typeof given === 'string' ? { '20260101000000-a.js': given } : given;
      const { up } = only(migrateMongo, given, mongo);
      for (const piece of up.rendering?.pieces ?? []) {
        if (piece.kind !== 'verbatim') continue;
        const text = Object.entries(files).find(([path]) => path === (piece.path ?? up.path))?.[1] ?? '';
        expect(text.slice(piece.source.start, piece.source.end)).toBe(up.rendering?.text.slice(piece.span.start, piece.span.end));
      }
    }
  });
});

describe('half-typed migrations', () => {
  it('never throw, wherever they end', () => {
    for (const [given] of shapes) {
      if (typeof given !== 'string') continue;
      for (let end = 0; end < given.length; end += 23) {
        expect(Array.isArray(migrateMongo.read([{ path: '1-a.js', text: given.slice(0, end) }], { engine: mongo, placeholders: {} }))).toBe(
          true,
        );
      }
    }
  });

  it('nor where characters are lost in them', () => {
    for (const [index, [given]] of shapes.entries()) {
      if (typeof given !== 'string') continue;
      for (let at = index % 31; at < given.length; at += 31) {
        const text = given.slice(0, at) + given.slice(at + 2);
        expect(migrateMongo.read([{ path: '1-a.ts', text }], { engine: mongo, placeholders: {} })).toHaveLength(1);
      }
    }
  });
});

it('values that are put into each other over and over end somewhere', () => {
  const text = `exports.up = async (db) => { let x = { a: 1 }; for (let i = 0; i < 60; i++) x = { a: x, b: [x, x] }; await db.collection('a').insertOne(x); };`;
  expect(only(migrateMongo, text, mongo).up.statements).toHaveLength(1);
});

describe('whose a folder is', () => {
  it('is seen in the calls of the driver, or in a configuration file', () => {
    const named = (text: string, ...others: { path: string; text: string }[]) => {
      const files = [{ path: '20260101-a.js', text }, ...others];
      return frameworks
        .map((framework) => [framework.name, framework.detect(files)] as const)
        .toSorted((left, right) => right[1] - left[1])[0]?.[0];
    };
    expect(named(`module.exports = { async up(db, client) { await db.collection('a').drop(); } };`)).toBe('migrate-mongo');
    expect(
      named(`export const up = async (db) => { await addUsers(db); };`, {
        path: '../package.json',
        text: '{"dependencies":{"migrate-mongo":"14.0.7"}}',
      }),
    ).toBe('migrate-mongo');
    expect(named(`module.exports = { async up() {}, async down() {} };`, { path: '../migrate-mongo-config.js', text: '' })).toBe(
      'migrate-mongo',
    );
    expect(
      named(`exports.up = (knex) => knex.schema.createTable('a', (t) => { t.increments(); });`, {
        path: '../package.json',
        text: '{"dependencies":{"migrate-mongo":"14.0.7","knex":"3.1.0"}}',
      }),
    ).toBe('knex');
    expect(named(`export async function up(db: Kysely<any>) { await db.schema.createTable('a').execute(); }`)).not.toBe('migrate-mongo');
    expect(named(`module.exports = { up: (queryInterface) => queryInterface.dropTable('a') };`)).toBe('sequelize');
    expect(named(`exports.up = (pgm) => { pgm.dropTable('a'); };`)).toBe('node-pg-migrate');
    expect(named(`exports.up = function (db) { return db.runSql('DROP TABLE a'); };`)).toBe('db-migrate');
    expect(named(`exports.up = async ({ context: db }) => { await db.collection('a').drop(); };`)).toBe('umzug');
  });

  it('files run in the order of their names, and the sample is none of them', () => {
    const text = `exports.up = async (db) => { await db.collection('a').drop(); };`;
    const found = migrations(
      migrateMongo,
      { '20260102-b.js': text, '20260101-a.js': text, 'sample-migration.js': text, 'lib/x.js': text, 'helpers.js': 'exports.x = 1;' },
      mongo,
    );
    expect(found.map(({ id }) => id)).toEqual(['20260101-a.js', '20260102-b.js']);
  });
});
