import { beforeAll, describe, expect, it } from 'vitest';
import { lintFolder } from '../../../../src/lint/lint';
import { loadParser } from '../../../../src/parse/load';
import { findings, fixed, placesOf, up } from './code';

beforeAll(loadParser);

describe('promises', () => {
  it.each([
    ["    db.collection('a').insertOne({ _id: 1 });", "    await db.collection('a').insertOne({ _id: 1 });"],
    [
      "    db.collection('a').find().forEach(async (found) => db.collection('b').insertOne({ _id: found._id }));",
      "    for await (const found of db.collection('a').find()) {\n      db.collection('b').insertOne({ _id: found._id });\n    }",
    ],
  ])('are waited for: %s', (body, mended) => {
    const text = fixed(up(body), 'promise-not-awaited');
    expect(text?.replace('{\n      db', '{\n      db')).toBe(up(mended));
  });

  it.each([
    [
      "    db.collection('a').aggregate([{ $merge: 'b' }]).maxTimeMS(5);",
      "    await db.collection('a').aggregate([{ $merge: 'b' }]).maxTimeMS(5).toArray();",
    ],
    ["    mongoose.model('A', {}).updateMany({ a: 1 }, { b: 1 });", "    await mongoose.model('A', {}).updateMany({ a: 1 }, { b: 1 });"],
  ])('that are never asked for send nothing: %s', (body, mended) => {
    const head = "const mongoose = require('mongoose');\n";
    expect(findings(up(body, head), 'unread-code')).toEqual([]);
    expect(fixed(up(body, head), 'promise-not-awaited')).toBe(up(mended, head));
    const kept = up("    const cursor = db.collection('a').aggregate([{ $out: 'b' }]);\n    await drained(cursor);");
    expect(findings(kept, 'promise-not-awaited')).toEqual([]);
  });

  it('of a whole transaction are told at the transaction', () => {
    const text = up(
      "    const session = client.startSession();\n    session.withTransaction(async () => {\n      await db.collection('a').insertOne({ _id: 1 }, { session });\n    });\n    session.startTransaction();\n    await db.collection('a').insertOne({ _id: 2 }, { session });\n    session.commitTransaction();",
    );
    expect(placesOf(text, 'promise-not-awaited')).toEqual(['session.withTransaction(async () => {', 'session.commitTransaction()']);
    expect(fixed(text, 'promise-not-awaited')).toContain('    await session.withTransaction(async () => {');
  });

  it('a callback that returns is not made a loop', () => {
    const text = up(
      "    db.collection('a').find({}).forEach(async (found) => {\n      if (found.x) return;\n      await db.collection('b').insertOne({ _id: found._id });\n    });",
    );
    expect(findings(text, 'promise-not-awaited').map(({ fixes }) => fixes)).toEqual([[]]);
  });

  it('one that is kept and awaited later is no finding', () => {
    const text = up(
      "    const done = db.collection('a').insertOne({ _id: 1 });\n    await done;\n    await Promise.all([db.collection('a').insertOne({ _id: 2 })]);",
    );
    expect(placesOf(text, 'promise-not-awaited')).toEqual([]);
  });
});

describe('what is gone', () => {
  it.each([
    ['insert({ _id: 1 })', 'insertOne({ _id: 1 })'],
    ['insert([{ _id: 1 }])', 'insertMany([{ _id: 1 }])'],
    ['update({ a: 1 }, { $set: { b: 1 } }, { multi: true })', 'updateMany({ a: 1 }, { $set: { b: 1 } })'],
    ['update({ a: 1 }, { $set: { b: 1 } }, { upsert: true })', 'updateOne({ a: 1 }, { $set: { b: 1 } }, { upsert: true })'],
    ['update({ a: 1 }, { b: 1 })', 'replaceOne({ a: 1 }, { b: 1 })'],
    ['remove({ a: 1 })', 'deleteMany({ a: 1 })'],
    ['remove({ a: 1 }, { justOne: true })', 'deleteOne({ a: 1 })'],
    ["ensureIndex({ a: 1 }, { name: 'a' })", "createIndex({ a: 1 }, { name: 'a' })"],
  ])('%s becomes %s', (old, present) => {
    const line = (call: string) => up(`    await db.collection('a').${call};`);
    expect(fixed(line(old), 'removed-command')).toBe(line(present));
    expect(findings(line(present), 'removed-command')).toEqual([]);
  });

  it('is another thing in the shell', () => {
    const text =
      "db.a.remove({ a: 1 });\ndb.a.save({ _id: 1 });\ndb.runCommand({ update: 'a', updates: [{ q: { _id: 1 }, u: { $set: { b: 1 } } }] });\n";
    expect(placesOf(text, 'deprecated-command', 'mongosh')).toEqual(['db.a.remove({ a: 1 })']);
    expect(placesOf(text, 'removed-command', 'mongosh')).toEqual(['db.a.save({ _id: 1 })']);
  });

  it('the save of mongoose is not that of the driver', () => {
    const text = up(
      "    const User = mongoose.model('User', new mongoose.Schema({}));\n    const user = await User.findOne();\n    user.name = 'a';\n    await user.save();\n    await new User({ _id: 1 }).save({ session: null });\n    await db.collection('a').save({ _id: 1 });",
      "const mongoose = require('mongoose');\n",
    );
    expect(placesOf(text, 'removed-command')).toEqual(["db.collection('a').save({ _id: 1 })"]);
  });

  it('operators are found wherever they stand', () => {
    const text = up(
      "    await db.collection('a').updateMany({ $and: [{ $where: 'this.a' }] }, { $set: { b: 1 } });\n    await db.collection('a').aggregate([{ $addFields: { c: { $function: { body: 'x', args: [], lang: 'js' } } } }]).toArray();",
    );
    expect(findings(text, 'deprecated-command').map(({ message }) => message.split(' ')[0])).toEqual(['$where', '$function']);
  });

  it('background goes without the rest of the options', () => {
    const line = (options: string) => up(`    await db.collection('a').createIndex({ a: 1 }${options});`);
    expect(fixed(line(", { background: true, name: 'a' }"), 'deprecated-command')).toBe(line(", { name: 'a' }"));
    expect(fixed(line(", { name: 'a', background: false }"), 'deprecated-command')).toBe(line(", { name: 'a' }"));
    expect(fixed(line(', { background: true }'), 'deprecated-command')).toBe(line(''));
  });
});

it('a connection string can say that writes are weak', () => {
  const text = (query: string) =>
    up(
      `    const own = new MongoClient('mongodb://localhost/x${query}');\n    await own.close();`,
      "const { MongoClient } = require('mongodb');\n",
    );
  expect(placesOf(text('?retryWrites=false&w=1'), 'weak-write-concern')).toEqual(['retryWrites=false', 'w=1']);
  expect(placesOf(text('?w=majority&retryWrites=true&wtimeoutMS=1'), 'weak-write-concern')).toEqual([]);
});

describe('a write concern of what calls are made on', () => {
  const weak = (body: string, head = '') => placesOf(up(body, head), 'weak-write-concern');

  it.each([
    ["const a = db.collection('a', { writeConcern: { w: 0 } });\n    await a.insertOne({ _id: 1 });\n    await a.drop();", ['w: 0']],
    ["await db.collection('a', { writeConcern: { w: 1, j: true } }).updateMany({ b: 1 }, { $set: { c: 1 } });", ['w: 1']],
    ["await client.db('shop', { writeConcern: { w: 0 } }).collection('a').deleteOne({ _id: 1 });", ['w: 0']],
    ["const a = await db.createCollection('a', { writeConcern: { w: 'majority' } });\n    await a.insertOne({ _id: 1 });", []],
    ["await db.collection('a', { w: 0 }).createIndex({ b: 1 }, { name: 'b' });", ['w: 0']],
    ["await db.collection('a', { writeConcern: { w: 0 } }).aggregate([{ $merge: 'b' }]).toArray();", ['w: 0']],
    ["await db.collection('a', { writeConcern: { w: 1 } }).initializeOrderedBulkOp().insert({ _id: 1 }).execute();", ['w: 1']],
    ["const weak = { writeConcern: { w: 1 } };\n    await db.collection('a', weak).insertOne({ _id: 1 });", ['w: 1']],
    // Said otherwise by the call, by an inner handle, or never used to write.
    ["await db.collection('a', { writeConcern: { w: 0 } }).insertOne({ _id: 1 }, { writeConcern: { w: 'majority' } });", []],
    ["await client.db('b', { writeConcern: { w: 0 } }).collection('a', { writeConcern: { w: 'majority' } }).drop();", []],
    ["await db.collection('a', { writeConcern: { w: 0 } }).findOne({ _id: 1 });", []],
  ])('%s', (body, expected) => {
    expect(weak(`    ${body}`)).toEqual(expected);
  });

  it('does not count in a transaction, which has its own', () => {
    const text = (options: string) =>
      up(
        `    const a = db.collection('a', { writeConcern: { w: 1 } });\n    await client.withSession((session) => session.withTransaction(() => a.insertOne({ _id: 1 }${options})));`,
      );
    expect(placesOf(text(', { session }'), 'weak-write-concern')).toEqual([]);
    expect(placesOf(text(''), 'weak-write-concern')).toEqual(['w: 1']);
  });

  it('is that of a schema of mongoose, too', () => {
    const head =
      "const mongoose = require('mongoose');\nconst A = mongoose.model('A', new mongoose.Schema({ b: Number }, { writeConcern: { w: 0 } }));\n";
    expect(weak('    await A.updateMany({ b: 1 }, { $set: { b: 2 } });\n    await new A({ b: 3 }).save();', head)).toEqual(['w: 0']);
    expect(weak("    await A.updateMany({ b: 1 }, { $set: { b: 2 } }, { writeConcern: { w: 'majority' } });", head)).toEqual([]);
  });

  it('is mended where it is written', () => {
    const text = (concern: string) =>
      up(
        `    const a = db.collection('a', { writeConcern: ${concern} });\n    await a.updateMany({ b: 1 }, { $set: { c: 1 } }, { upsert: true });`,
      );
    expect(fixed(text('{ w: 0 }'), 'weak-write-concern')).toBe(text("{ w: 'majority' }"));
  });
});

it('a copy is named after the whole time of a migration', () => {
  const text = "exports.up = async ({ context: db }) => {\n  await db.collection('a').deleteMany({ b: 1 });\n};\n";
  const { reports } = lintFolder({
    files: [{ path: '2025.01.31T10.00.00.add-2.js', text }],
    configuration: { engine: 'mongodb', framework: 'umzug', rules: {}, images: {}, simulate: {}, placeholders: {} },
  });
  const titles = reports.flatMap(({ findings: found }) => found.flatMap(({ fixes }) => fixes.map(({ title }) => title)));
  expect(titles).toContain('Copy aside first, to a_before_20250131100000');
});

it('what only the rollback makes is not what the migration left', () => {
  const text =
    "module.exports = {\n  async up(db) {\n    await db.collection('a').drop();\n    await db.collection('b').createIndex({ c: 1 }, { name: 'c' });\n  },\n  async down(db) {\n    await db.createCollection('a');\n  },\n};\n";
  expect(findings(text, 'rollback-incomplete').map(({ message }) => message)).toEqual([expect.stringContaining(': index c of b stays.')]);
  expect(fixed(text, 'rollback-incomplete')).toBe(
    text.replace("createCollection('a');\n", 'createCollection(\'a\');\n    await db.collection("b").dropIndex("c");\n'),
  );
});

it('fixes that would undo one another are not offered', () => {
  const twice =
    "    await db.collection('a').updateMany({ b: 1 }, { $inc: { n: 1 } });\n    await db.collection('a').updateMany({ c: 1 }, { $mul: { n: 2 } });";
  expect(findings(up(twice), 'update-repeated').map(({ fixes }) => fixes)).toEqual([[], []]);
  const loops = "    for (const name of ['a', 'b']) await db.collection(name).deleteMany({ c: 1 });";
  const found = findings(up(loops), 'documents-destroyed');
  expect(found.length).toBeGreaterThan(0);
  expect(found.flatMap(({ fixes }) => fixes)).toEqual([]);
});

describe('findings in code', () => {
  it('are silenced above the call, and a comment without one is told', () => {
    const call = "    db.collection('a').insertOne({ _id: 1 });";
    expect(findings(up(`    // faultline-ignore promise-not-awaited: a ping\n${call}`)).map(({ rule }) => rule)).not.toContain(
      'promise-not-awaited',
    );
    const unused = findings(up(`    // faultline-ignore promise-not-awaited: a ping\n    await ${call.trim()}`));
    expect(unused.map(({ rule }) => rule)).toContain('unused-suppression');
  });

  it('stand once for a place that is run twice', () => {
    const text = up("    for (const id of [1, 2, 3]) {\n      db.collection('a').insertOne({ _id: id });\n    }");
    expect(placesOf(text, 'promise-not-awaited')).toEqual(["db.collection('a').insertOne({ _id: id })"]);
  });

  it('say nothing of a database that the environment names, nor of the server’s own', () => {
    const text = up(
      "    await client.db(process.env.OTHER).collection('a').insertOne({ _id: 1 });\n    await db.admin().command({ ping: 1 });\n    await client.db().collection('a').insertOne({ _id: 2 });",
    );
    expect(placesOf(text, 'another-database')).toEqual([]);
  });

  it('swallowed errors are told apart from those that are looked at', () => {
    const text = (handler: string) =>
      up(`    try {\n      await db.collection('a').insertOne({ _id: 1 });\n    } catch (error) {\n      ${handler}\n    }`);
    expect(placesOf(text('console.log(error);'), 'errors-swallowed')).toHaveLength(1);
    expect(placesOf(text('if (error.code !== 11000) throw error;'), 'errors-swallowed')).toEqual([]);
    const settled = "await Promise.allSettled([1, 2].map((id) => db.collection('a').updateOne({ _id: id }, { $set: { b: 1 } })));";
    expect(placesOf(up(`    ${settled}`), 'errors-swallowed')).toHaveLength(1);
    const kept = up(
      `    const results = ${settled}\n    if (results.some(({ status }) => status === 'rejected')) throw new Error('some failed');`,
    );
    expect(placesOf(kept, 'errors-swallowed')).toEqual([]);
  });
});

describe('a file that is no JavaScript', () => {
  it('is named where it breaks, and the rest of it is read', () => {
    const text = up("    await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } ;\n    db.collection('a').insertOne({ _id: 1 });");
    expect(findings(text, 'unread-code').map(({ message, range }) => [range.start.line, message.includes('no JavaScript')])).toEqual([
      [2, true],
    ]);
    expect(placesOf(text, 'promise-not-awaited')).toEqual(["db.collection('a').insertOne({ _id: 1 })"]);
  });
});

describe('an index without a name', () => {
  const both = (body: string, down: string) =>
    `module.exports = {\n  async up(db) {\n${body}\n  },\n  async down(db) {\n${down}\n  },\n};\n`;
  const create = "    await db.collection('a').createIndex({ b: 1, c: -1 });";

  it.each(["dropIndex('b_1_c_-1')", 'dropIndex({ b: 1, c: -1 })', 'dropIndexes()', 'drop()', 'dropIndex(process.env.INDEX)'])(
    'is nothing to tell of where the rollback says %s',
    (call) => {
      expect(placesOf(both(create, `    await db.collection('a').${call};`), 'index-without-name')).toEqual([]);
    },
  );

  it.each(["collection('a').dropIndex('b_1')", "collection('a').dropIndex({ b: 1 })", "collection('d').dropIndex('b_1_c_-1')"])(
    'is, where it says %s',
    (call) => {
      expect(placesOf(both(create, `    await db.${call};`), 'index-without-name')).toEqual([create.trim().slice('await '.length, -1)]);
    },
  );

  it('is told of the one that is left of several', () => {
    const two = "    await db.collection('a').createIndexes([{ key: { b: 1 } }]);\n    await db.collection('a').createIndex({ c: 1 });";
    expect(placesOf(both(two, "    await db.collection('a').dropIndex('b_1');"), 'index-without-name')).toEqual([
      "db.collection('a').createIndex({ c: 1 })",
    ]);
  });
});

describe('an update of every document', () => {
  it.each([
    ['[{ $set: { a: { $cond: [{ $eq: ["$a", 1] }, 2, "$a"] } } }]', false],
    ['[{ $set: { a: { $switch: { branches: [{ case: { $lt: ["$a", 1] }, then: 1 }], default: "$a" } } } }]', false],
    ['[{ $set: { a: { $ifNull: ["$b", 1] } } }]', true],
    ['{ $set: { "a.$[].b": 1 } }', true],
    ['{ $addToSet: { tags: 1 }, $set: { a: 1 } }', true],
    ['{ $min: { a: 5 }, $pull: { tags: "old" } }', false],
  ])('%s: told is %s', (change, isTold) => {
    const text = up(`    await db.collection('c').updateMany({}, ${change});`);
    expect(findings(text, 'update-without-filter')).toHaveLength(isTold ? 1 : 0);
  });

  it('of arrays gets no filter that the server would refuse', () => {
    const text = up("    await db.collection('c').updateMany({}, { $set: { 'a.$[].b': 1 } });");
    expect(findings(text, 'update-without-filter').flatMap(({ fixes }) => fixes)).toEqual([]);
  });

  it('that the migration has emptied or put there before is its own', () => {
    const told = (first: string) =>
      placesOf(up(`    ${first}\n    await db.collection('c').updateMany({}, { $set: { a: 1 } });`), 'update-without-filter');
    expect(told("await db.collection('c').drop();")).toEqual([]);
    expect(told("await db.collection('c').deleteMany({});")).toEqual([]);
    expect(told("await db.collection('c').deleteMany({ a: 2 });")).toHaveLength(1);
    expect(told("await db.collection('b').aggregate([{ $merge: 'c' }]).toArray();")).toHaveLength(1);
  });
});
