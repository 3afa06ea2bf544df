import { describe, expect, test } from 'vitest';
import type { DocumentWrite } from '../../../../src/model/document';
import { writeValue } from '../../../../src/parse/mongodb/write';
import { command, statements } from './statements';

/** A write in one line. */
function told(write: DocumentWrite): string {
  const many = 'many' in write && write.many ? ' many' : '';
  const upsert = 'upsert' in write && write.upsert ? ' upsert' : '';
  const parts = [
    ...('filter' in write ? [write.filter] : []),
    ...('change' in write ? [write.change] : []),
    ...('document' in write ? [write.document] : []),
  ];
  return `${write.kind}${many}${upsert} ${parts.map(writeValue).join(' ')}`;
}

/** What a call does, in one line. */
function effect(text: string): string {
  const { effect: each, collection } = command(text);
  const name = collection === undefined ? '' : ` ${collection.database === undefined ? '' : `${collection.database}.`}${collection.name}`;
  switch (each.kind) {
    case 'write':
      return `${each.writes.map(told).join('; ')}${each.ordered ? '' : ' unordered'}${each.partial ? ' partial' : ''} in${name}`;
    case 'create index': {
      const list = each.indexes.map(
        ({ keys, name: own, options }) => `${own ?? '-'} ${writeValue(keys)}${options === undefined ? '' : ` ${writeValue(options)}`}`,
      );
      return `index ${list.join('; ')}${each.partial ? ' partial' : ''} on${name}`;
    }
    case 'drop index':
      return `drop index ${each.indexes?.map((index) => (typeof index === 'string' ? index : writeValue(index))).join(', ')} of${name}`;
    case 'create collection':
    case 'modify collection':
      return `${each.kind}${name} ${each.options === undefined ? '' : writeValue(each.options)}`.trim();
    case 'rename collection':
      return `rename${name} to ${each.newName.database === undefined ? '' : `${each.newName.database}.`}${each.newName.name}${each.dropTarget ? ' dropping' : ''}`;
    case 'aggregate':
      return `aggregate${name}${each.into === undefined ? '' : ` ${each.into.stage} ${each.into.collection.database ?? ''}.${each.into.collection.name}`}`;
    default:
      return `${each.kind}${name}`;
  }
}

describe('what a call does', () => {
  test.each([
    ['db.a.insertOne({ x: 1 })', 'insert { x: 1 } in a'],
    ['db.a.insertMany([{ x: 1 }, { x: 2 }], { ordered: false })', 'insert { x: 1 }; insert { x: 2 } unordered in a'],
    ['db.a.insert([{ x: 1 }, { x: 2 }])', 'insert { x: 1 }; insert { x: 2 } in a'],
    ['db.a.insert({ x: 1 })', 'insert { x: 1 } in a'],
    ['db.a.insertMany([{ x: 1 }, ...others])', 'insert { x: 1 } partial in a'],
    ['db.a.insertMany(documents)', ' partial in a'],
    ['db.a.save({ x: 1 })', 'insert { x: 1 } in a'],
    ['db.a.save({ _id: 5, x: 1 })', 'replace upsert { _id: 5 } { _id: 5, x: 1 } in a'],
    ['db.a.updateOne({ x: 1 }, { $set: { y: 2 } })', 'update { x: 1 } { $set: { y: 2 } } in a'],
    ['db.a.updateMany({}, [{ $set: { y: "$x" } }], { upsert: true })', 'update many upsert {} [{ $set: { y: "$x" } }] in a'],
    ['db.a.update({ x: 1 }, { $set: { y: 2 } }, { multi: true })', 'update many { x: 1 } { $set: { y: 2 } } in a'],
    ['db.a.update({ x: 1 }, { $set: { y: 2 } }, true, true)', 'update many upsert { x: 1 } { $set: { y: 2 } } in a'],
    ['db.a.update({ x: 1 }, { y: 2 })', 'replace { x: 1 } { y: 2 } in a'],
    ['db.a.replaceOne({ x: 1 }, { y: 2 }, { upsert: true })', 'replace upsert { x: 1 } { y: 2 } in a'],
    ['db.a.deleteOne({ x: 1 })', 'delete { x: 1 } in a'],
    ['db.a.deleteMany({})', 'delete many {} in a'],
    ['db.a.remove({ x: 1 })', 'delete many { x: 1 } in a'],
    ['db.a.remove({ x: 1 }, true)', 'delete { x: 1 } in a'],
    ['db.a.remove({ x: 1 }, { justOne: true })', 'delete { x: 1 } in a'],
    ['db.a.findOneAndUpdate({ x: 1 }, { $inc: { x: 1 } }, { upsert: true })', 'update upsert { x: 1 } { $inc: { x: 1 } } in a'],
    ['db.a.findOneAndReplace({ x: 1 }, { y: 1 })', 'replace { x: 1 } { y: 1 } in a'],
    ['db.a.findOneAndDelete({ x: 1 })', 'delete { x: 1 } in a'],
    ['db.a.findAndModify({ query: { x: 1 }, update: { $set: { y: 1 } } })', 'update { x: 1 } { $set: { y: 1 } } in a'],
    ['db.a.findAndModify({ query: { x: 1 }, remove: true })', 'delete { x: 1 } in a'],
    [
      'db.a.bulkWrite([{ insertOne: { document: { x: 1 } } }, { updateMany: { filter: {}, update: { $set: { y: 1 } } } }, { replaceOne: { filter: { x: 2 }, replacement: { x: 3 }, upsert: true } }, { deleteMany: { filter: { z: 1 } } }, { deleteOne: { filter: { z: 2 } } }], { ordered: false })',
      'insert { x: 1 }; update many {} { $set: { y: 1 } }; replace upsert { x: 2 } { x: 3 }; delete many { z: 1 }; delete { z: 2 } unordered in a',
    ],
    ['db.a.bulkWrite([{ deleteOne: { filter: {} } }, item])', 'delete {} partial in a'],
    ['db.runCommand({ insert: "a", documents: [{ x: 1 }], ordered: false })', 'insert { x: 1 } unordered in a'],
    [
      'db.runCommand({ update: "a", updates: [{ q: {}, u: { $set: { x: 1 } }, multi: true }, { q: { y: 1 }, u: { z: 1 } }] })',
      'update many {} { $set: { x: 1 } }; replace { y: 1 } { z: 1 } in a',
    ],
    ['db.command({ delete: "a", deletes: [{ q: {}, limit: 0 }, { q: { x: 1 }, limit: 1 }] })', 'delete many {}; delete { x: 1 } in a'],
    ['db.runCommand({ findandmodify: "a", query: { x: 1 }, update: { $set: { y: 1 } } })', 'update { x: 1 } { $set: { y: 1 } } in a'],
    [
      'db.adminCommand({ bulkWrite: 1, ops: [{ insert: 0, document: { x: 1 } }, { update: 0, filter: {}, updateMods: { $set: { y: 1 } }, multi: true }, { delete: 0, filter: {} }], nsInfo: [{ ns: "shop.a" }] })',
      'insert { x: 1 }; update many {} { $set: { y: 1 } }; delete {} in shop.a',
    ],
  ])('writes: %s', (text, expected) => {
    expect(effect(text)).toBe(expected);
  });

  test.each([
    ['db.a.createIndex({ x: 1, y: -1 })', 'index - { x: 1, y: -1 } on a'],
    ['db.a.ensureIndex({ x: 1 }, { name: "n", unique: true })', 'index n { x: 1 } { unique: true } on a'],
    ['db.a.createIndex({ x: 1 }, { expireAfterSeconds: 60 * 60, session })', 'index - { x: 1 } { expireAfterSeconds: 3600 } on a'],
    ['db.a.createIndexes([{ x: 1 }, { y: 1 }], { sparse: true })', 'index - { x: 1 } { sparse: true }; - { y: 1 } { sparse: true } on a'],
    ['db.a.createIndexes([{ key: { x: 1 }, name: "n", unique: true }])', 'index n { x: 1 } { unique: true } on a'],
    ['db.runCommand({ createIndexes: "a", indexes: [{ key: { x: 1 }, name: "n" }, more] })', 'index n { x: 1 } partial on a'],
    ['db.a.dropIndex("n")', 'drop index n of a'],
    ['db.a.dropIndex({ x: 1 })', 'drop index { x: 1 } of a'],
    ['db.a.dropIndexes()', 'drop index * of a'],
    ['db.a.dropIndexes(["m", "n"])', 'drop index m, n of a'],
    ['db.a.dropIndexes({ session })', 'drop index * of a'],
    ['db.a.dropIndex(name)', 'drop index undefined of a'],
    ['db.runCommand({ deleteIndexes: "a", index: "*" })', 'drop index * of a'],
    ['db.a.hideIndex("n")', 'modify collection a { index: { name: "n", hidden: true } }'],
    ['db.a.unhideIndex({ x: 1 })', 'modify collection a { index: { keyPattern: { x: 1 }, hidden: false } }'],
  ])('indexes: %s', (text, expected) => {
    expect(effect(text)).toBe(expected);
  });

  test.each([
    ['db.createCollection("a")', 'create collection a'],
    ['db.createCollection("a", { capped: true, size: 1024, session })', 'create collection a { capped: true, size: 1024 }'],
    [
      'db.createView("v", "a", [{ $match: {} }], { collation: { locale: "en" } })',
      'create collection v { viewOn: "a", pipeline: [{ $match: {} }], collation: { locale: "en" } }',
    ],
    ['db.runCommand({ create: "a", validator: { x: 1 }, writeConcern: { w: 1 } })', 'create collection a { validator: { x: 1 } }'],
    ['db.runCommand({ collMod: "a", validationLevel: "moderate" })', 'modify collection a { validationLevel: "moderate" }'],
    ['db.a.drop()', 'drop collection a'],
    ['db.dropCollection("a")', 'drop collection a'],
    ['db.runCommand({ drop: "a" })', 'drop collection a'],
    ['db.dropDatabase()', 'drop database'],
    ['db.runCommand("dropDatabase")', 'drop database'],
    ['db.a.renameCollection("b")', 'rename a to b'],
    ['db.a.renameCollection("b", true)', 'rename a to b dropping'],
    ['db.collection("a").rename("b", { dropTarget: true })', 'rename a to b dropping'],
    ['db.adminCommand({ renameCollection: "s.a", to: "s.b", dropTarget: true })', 'rename s.a to s.b dropping'],
    ['db.a.aggregate([{ $match: {} }, { $out: "b" }])', 'aggregate a $out .b'],
    ['db.a.aggregate({ $match: {} }, { $merge: { into: { db: "x", coll: "b" } } })', 'aggregate a $merge x.b'],
    ['db.runCommand({ aggregate: "a", pipeline: [{ $out: { db: "x", coll: "b" } }], cursor: {} })', 'aggregate a $out x.b'],
    ['db.a.aggregate([{ $group: { _id: "$x" } }])', 'aggregate a'],
    ['db.a.find({ x: 1 }).sort({ x: 1 }).limit(5).toArray()', 'read a'],
    ['db.a.countDocuments()', 'read a'],
    ['db.runCommand({ ping: 1 })', 'read'],
    ['db.runCommand({ count: "a" })', 'read a'],
    ['db.adminCommand({ setFeatureCompatibilityVersion: "8.0", confirm: true })', 'other'],
    ['db.a.reIndex()', 'other a'],
    ['rs.stepDown(60)', 'other'],
    ['db.createUser({ user: "u" })', 'other'],
  ])('collections and databases: %s', (text, expected) => {
    expect(effect(text)).toBe(expected);
  });

  test.each([
    ['db.users.drop()', { name: 'users' }],
    ['db["a-b"].drop()', { name: 'a-b' }],
    ['db.getCollection("a-b").drop()', { name: 'a-b' }],
    ["db.collection('a').drop()", { name: 'a' }],
    ['db.system.profile.drop()', { name: 'system.profile' }],
    ['db.getSiblingDB("x").y.drop()', { name: 'y', database: 'x' }],
    ['db.getMongo().getDB("x").getCollection("y").drop()', { name: 'y', database: 'x' }],
    ['client.db("x").collection("y").drop()', { name: 'y', database: 'x' }],
    ['db.getCollection(name).drop()', { name: undefined }],
    ['db.getSiblingDB("x").createCollection("y")', { name: 'y', database: 'x' }],
  ])('the collection of %s', (text, collection) => {
    expect(command(text).collection).toEqual(collection);
  });
});

describe('sessions', () => {
  /** The text with a session written where it can be. */
  function withSession(text: string): string | undefined {
    const { sessionAt } = command(text);
    if (sessionAt === undefined) return undefined;
    return `${text.slice(0, sessionAt.offset)}${sessionAt.before}session${sessionAt.after}${text.slice(sessionAt.offset)}`;
  }

  test.each([
    ['db.a.updateOne({}, { $set: { x: 1 } })', 'db.a.updateOne({}, { $set: { x: 1 } }, { session })'],
    ['db.a.updateOne({}, { $set: { x: 1 } }, { upsert: true })', 'db.a.updateOne({}, { $set: { x: 1 } }, { session, upsert: true })'],
    ['db.a.insertOne({ x: 1 }, {})', 'db.a.insertOne({ x: 1 }, { session })'],
    ['db.a.find()', 'db.a.find({}, {}, { session })'],
    ['db.a.drop()', 'db.a.drop({ session })'],
    ['db.createCollection("a")', 'db.createCollection("a", { session })'],
    ['db.a.aggregate([{ $match: {} }]).toArray()', 'db.a.aggregate([{ $match: {} }], { session }).toArray()'],
  ])('%s takes one', (text, expected) => {
    const changed = withSession(text);
    expect(changed).toBe(expected);
    expect(command(expected).session).toBe(true);
    expect(command(expected).effect.kind).toBe(command(text).effect.kind);
  });

  test('none is written where one is, where options are not known, and for stages given one by one', () => {
    expect(withSession('db.a.insertOne({}, { session })')).toBeUndefined();
    expect(withSession('db.a.insertOne({}, options)')).toBeUndefined();
    expect(withSession('db.a.aggregate({ $match: {} }, { $out: "b" })')).toBeUndefined();
    expect(command('session.getDatabase("x").a.insertOne({})').session).toBe(true);
  });

  test('transactions are begun and ended', () => {
    const text =
      'session.startTransaction(); await session.commitTransaction(); s.abortTransaction(); db.adminCommand({ commitTransaction: 1 })';
    const actions = statements(text).map(({ operations: [operation] }) =>
      operation?.kind === 'transaction' ? operation.action : undefined,
    );
    expect(actions).toEqual(['begin', 'commit', 'rollback', 'commit']);
  });
});
