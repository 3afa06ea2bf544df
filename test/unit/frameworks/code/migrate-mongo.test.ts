import { describe, expect, it } from 'vitest';
import { migrateMongo } from '../../../../src/frameworks/code/migrate-mongo';
import { only, renderedOf, unreadOf } from './read';

const mongo = { name: 'mongodb', major: 8 } as const;

function up(body: string, before = ''): string[] {
  return renderedOf(only(migrateMongo, `${before}module.exports = { async up(db, client) { ${body} } };`, mongo).up);
}

describe('calls of the driver as mongosh text', () => {
  it.each([
    [
      `await db.collection('users').updateMany({ status: 'new' }, { $set: { a: 1 } });`,
      `db.users.updateMany({ status: 'new' }, { $set: { a: 1 } });`,
    ],
    [`await db.collection('a-b').drop();`, `db.getCollection('a-b').drop();`],
    [`await db.createCollection('x', { capped: true, size: 4096 });`, `db.createCollection('x', { capped: true, size: 4096 });`],
    [`await db.command({ collMod: 'x', validator: {} });`, `db.runCommand({ collMod: 'x', validator: {} });`],
    [`await db.admin().command({ setParameter: 1 });`, `db.adminCommand({ setParameter: 1 });`],
    [`const n = 'users'; await db.collection(n).deleteMany({});`, `db.users.deleteMany({});`],
    [`await db.collection(process.env.NAME).deleteMany({});`, 'db.getCollection(${process.env.NAME}).deleteMany({});'],
    [`await db.renameCollection('a', 'b', { dropTarget: true });`, `db.a.renameCollection('b', true);`],
    [
      `await db.collection('a').createIndexes([{ key: { b: 1, c: -1 }, unique: true }]);`,
      `db.runCommand({ createIndexes: 'a', indexes: [{ key: { b: 1, c: -1 }, unique: true, name: "b_1_c_-1" }] });`,
    ],
    [
      `const s = client.startSession(); await db.collection('a').insertOne({ b: 1 }, { session: s });`,
      `db.a.insertOne({ b: 1 }, { session });`,
    ],
    [
      `for await (const user of db.collection('users').find({ a: null })) { await db.collection('users').updateOne({ _id: user._id }, { $set: { a: user.b } }); }`,
      'db.users.find({ a: null }); db.users.updateOne({ _id: ${user._id} }, { $set: { a: ${user.b} } });',
    ],
    [
      `const ops = []; for (const u of await db.collection('u').find().toArray()) ops.push({ updateOne: { filter: { _id: u._id }, update: { $set: { a: 1 } } } }); await db.collection('u').bulkWrite(ops);`,
      'db.u.find(); db.u.bulkWrite([{ updateOne: { filter: { _id: ${u._id} }, update: { $set: { a: 1 } } } }, ...${others}]);',
    ],
    [
      `await client.db('other').collection('x').insertOne({ at: new Date(), id: new ObjectId('64b7f0c2a3d4e5f60718293a') });`,
      `db.getSiblingDB('other').x.insertOne({ at: new Date(), id: ObjectId("64b7f0c2a3d4e5f60718293a") });`,
    ],
  ])('%s', (code, text) => {
    expect(up(code, `const { ObjectId } = require('mongodb');\n`).join(' ')).toBe(text);
  });
});

it('places a generated rollback', () => {
  const text = `module.exports = {\n  async up(db, client) {\n    await db.collection('users').createIndex({ a: 1 });\n  },\n};\n`;
  const migration = only(migrateMongo, text, mongo);
  const placed = migrateMongo.placeDown(
    migration,
    [{ path: migration.up.path, text }],
    ['// It was made by up.\ndb.users.dropIndex("a_1");'],
  );
  if (placed.kind !== 'edit') throw new Error(placed.kind);
  expect(text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end)).toBe(
    `module.exports = {\n  async up(db, client) {\n    await db.collection('users').createIndex({ a: 1 });\n  },\n\n  async down(db, client) {\n    // It was made by up.\n    await db.collection("users").dropIndex("a_1");\n  },\n};\n`,
  );
});
void unreadOf;
