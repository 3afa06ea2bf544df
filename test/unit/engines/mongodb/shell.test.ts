import * as bson from 'bson';
import { describe, expect, test } from 'vitest';
import { commandsOf } from '../../../../src/engines/mongodb/shell/command';
import { shellText } from '../../../../src/engines/mongodb/shell/text';
import { bsonOf, documentValue } from '../../../../src/engines/mongodb/shell/value';
import type { DocumentCommand, DocumentEffect } from '../../../../src/model/document';
import { readValue } from '../../../../src/parse/mongodb/value';
import { writeLines, writeValue } from '../../../../src/parse/mongodb/write';
import { bare, command, statements } from '../../parse/mongodb/statements';

/** What it sends, as one line each: `x: {...}` for another database than "shop". */
function sent(text: string): string[] {
  const made = commandsOf(command(text), 'shop');
  if (!made.ok) return [made.error.message];
  return made.value.map(({ database, document }) => `${database === 'shop' ? '' : `${database}: `}${writeValue(documentValue(document))}`);
}

/** As the proxy has it: every number an object of its type, with the driver's own fields. */
function seen(document: bson.Document, more: bson.Document = {}): bson.Document {
  const lsid = { id: new bson.UUID() };
  const onWire = bson.serialize({ ...document, lsid, $clusterTime: { clusterTime: new bson.Timestamp({ t: 1, i: 1 }) }, ...more });
  return bson.deserialize(onWire, { promoteValues: false, bsonRegExp: true });
}

const calls = [
  'db.users.insertOne({ _id: ObjectId("65f000000000000000000000"), a: 1, b: [1.5, NumberLong("5"), Double(2), null] })',
  'db.users.insertMany([{ a: 1 }, { a: 2 }])',
  'db.users.insertMany([{ a: 1 }, { a: 2 }], { ordered: false })',
  'db.users.updateOne({ a: 1 }, { $set: { b: ISODate("2024-01-01T00:00:00.000Z") } })',
  'db.users.updateMany({ a: /x/i }, [{ $set: { b: "$a" } }], { upsert: true, collation: { locale: "en" } })',
  'db.users.updateMany({}, { $set: { "a.$[x].b": 1 } }, { arrayFilters: [{ "x.c": 2 }], hint: "a_1" })',
  'db.users.replaceOne({ a: 1 }, { a: 2 }, { upsert: true })',
  'db.users.deleteOne({ a: 1 })',
  'db.users.deleteMany({})',
  'db.users.deleteMany({ a: { $in: [1, 2] } }, { hint: { a: 1 }, writeConcern: { w: "majority" } })',
  'db.users.bulkWrite([{ updateOne: { filter: { a: 1 }, update: { $set: { b: 1 } }, upsert: true } }, { updateMany: { filter: {}, update: { $unset: { b: "" } } } }, { replaceOne: { filter: { a: 3 }, replacement: { a: 4 } } }])',
  'db.users.bulkWrite([{ deleteOne: { filter: { a: 1 } } }, { deleteMany: { filter: { a: 2 } } }], { ordered: false })',
  'db.users.findOneAndUpdate({ a: 1 }, { $inc: { n: 1 } }, { upsert: true, returnDocument: "after", sort: { a: 1 } })',
  'db.users.findOneAndReplace({ a: 1 }, { b: 1 })',
  'db.users.findOneAndDelete({ a: 1 }, { projection: { a: 1 } })',
  'db.users.createIndex({ a: 1, b: -1 })',
  'db.users.createIndex({ a: "text" }, { name: "t", default_language: "none" })',
  'db.users.createIndex({ a: 1 }, { unique: true, partialFilterExpression: { a: { $exists: true } } })',
  'db.runCommand({ createIndexes: "users", indexes: [{ key: { a: 1 }, name: "a" }, { key: { b: 1 }, name: "b" }] })',
  'db.users.dropIndex("a_1")',
  'db.users.dropIndex({ a: 1 })',
  'db.users.dropIndexes()',
  'db.users.dropIndexes(["a_1", "b_1"])',
  'db.createCollection("a-b")',
  'db.createCollection("c", { capped: true, size: 4096, validator: { $jsonSchema: { required: ["a"] } } })',
  'db.createView("v", "users", [{ $match: { a: 1 } }], { collation: { locale: "de" } })',
  'db.runCommand({ collMod: "users", validator: {}, validationLevel: "moderate" })',
  'db.getCollection("a-b").drop()',
  'db.dropDatabase()',
  'db.a.renameCollection("b")',
  'db.a.renameCollection("b", true)',
  'db.a.aggregate([{ $match: {} }, { $out: "b" }])',
  'db.a.aggregate([{ $merge: { into: "b", on: "_id", whenMatched: "replace" } }], { allowDiskUse: true })',
  'db.a.find({ x: 1 }, { y: 1 }).sort({ x: 1 }).skip(1).limit(5)',
  'db.a.findOne({ x: 1 })',
  'db.a.distinct("x", { y: 1 })',
  'db.a.estimatedDocumentCount()',
  'db.a.getIndexes()',
  'db.getCollectionInfos({ name: "a" })',
  'db.runCommand({ ping: 1 })',
  'db.adminCommand({ setFeatureCompatibilityVersion: "8.0", confirm: true })',
];

function effectOf({ effect }: DocumentCommand): DocumentEffect {
  return bare(effect) as DocumentEffect;
}

describe('a call as commands and back', () => {
  test.each(calls)('%s', (text) => {
    const made = commandsOf(command(text), 'shop');
    expect(made).toMatchObject({ ok: true });
    if (!made.ok) return;
    const texts = made.value.map(({ database, document }) =>
      shellText(seen(document, database === 'shop' ? {} : { $db: database }), 'shop'),
    );
    const effects = texts.map((each) => effectOf(command(each)));
    const expected = effectOf(command(text));
    if (expected.kind !== 'write') {
      expect(texts).toHaveLength(1);
      expect(effects[0]).toEqual(expected);
    } else {
      const writes = effects.flatMap((each) => (each.kind === 'write' ? each.writes : []));
      expect(writes).toEqual(expected.writes);
    }
    expect(texts.map((each) => command(each).collection?.name)).toEqual(texts.map(() => command(text).collection?.name));
    // The canonical text is its own canonical text.
    const again = texts.flatMap((each) => {
      const second = commandsOf(command(each), 'shop');
      return second.ok ? second.value.map(({ document }) => shellText(document, 'shop')) : [];
    });
    if (made.value.every(({ database }) => database === 'shop')) expect(again).toEqual(texts);
  });

  test('what is sent is what the driver sends', () => {
    expect(sent('db.a.updateMany({ x: 1 }, { $set: { y: 1 } }, { upsert: true, writeConcern: { w: 1 }, session })')).toEqual([
      '{ update: "a", updates: [{ q: { x: 1 }, u: { $set: { y: 1 } }, multi: true, upsert: true }], writeConcern: { w: 1 } }',
    ]);
    expect(
      sent('db.a.bulkWrite([{ insertOne: { document: { x: 1 } } }, { insertOne: { document: { x: 2 } } }, { deleteOne: { filter: {} } }])'),
    ).toEqual(['{ insert: "a", documents: [{ x: 1 }, { x: 2 }] }', '{ delete: "a", deletes: [{ q: {}, limit: 1 }] }']);
    expect(sent('db.a.createIndex({ x: 1, "y.z": -1, t: "text" }, { unique: true })')).toEqual([
      '{ createIndexes: "a", indexes: [{ key: { x: 1, "y.z": -1, t: "text" }, name: "x_1_y.z_-1_t_text", unique: true }] }',
    ]);
    expect(sent('db.a.renameCollection("b", true)')).toEqual(['admin: { renameCollection: "shop.a", to: "shop.b", dropTarget: true }']);
    expect(sent('db.getSiblingDB("x").a.drop()')).toEqual(['x: { drop: "a" }']);
    expect(sent('db.adminCommand({ killOp: 1, op: 5 })')).toEqual(['admin: { killOp: 1, op: 5 }']);
    expect(sent('db.a.hideIndex("n")')).toEqual(['{ collMod: "a", index: { name: "n", hidden: true } }']);
    expect(sent('db.a.find({}).sort({ x: 1 }).limit(2).toArray()')).toEqual(['{ find: "a", filter: {}, sort: { x: 1 }, limit: 2 }']);
    expect(sent('db.a.countDocuments({ x: 1 })')).toEqual([
      '{ aggregate: "a", pipeline: [{ $match: { x: 1 } }, { $group: { _id: 1, n: { $sum: 1 } } }], cursor: {} }',
    ]);
  });

  test.each([
    'db.a.insertOne({ x: ${y} })',
    'db.a.insertMany(documents)',
    'db.a.insertOne({ x: 1, ...rest })',
    'db.getCollection(name).drop()',
    'db.a.dropIndex(name)',
    'db.a.updateOne({}, { x: 1 })',
    'db.a.insertOne({ x: 1 }, options)',
    'db.a.insertOne({ _id: ObjectId("short") })',
    'rs.stepDown()',
  ])('what only a run would tell is refused in words: %s', (text) => {
    const [message, ...others] = sent(text);
    expect(others).toEqual([]);
    expect(message).toMatch(/^This can't be sent/);
  });
});

describe('what is seen on the wire', () => {
  test('is without the fields of driver and session', () => {
    const update = { update: 'users', updates: [{ q: { a: 1 }, u: { $set: { b: 2 } }, multi: true }], ordered: true };
    expect(shellText(seen(update, { txnNumber: bson.Long.fromNumber(1), $db: undefined }))).toBe(
      'db.users.updateMany({ a: 1 }, { $set: { b: 2 } });',
    );
  });

  test('is in its transaction', () => {
    const more = { txnNumber: bson.Long.fromNumber(1), autocommit: false, startTransaction: true, readConcern: { level: 'snapshot' } };
    const text = shellText(seen({ insert: 'users', documents: [{ a: 1 }], ordered: true }, more));
    expect(text).toBe('db.users.insertOne({ a: 1 }, { session });');
    expect(command(text).session).toBe(true);
    expect(shellText(seen({ commitTransaction: 1 }, more))).toBe('session.commitTransaction();');
    expect(shellText(seen({ abortTransaction: 1 }, more))).toBe('session.abortTransaction();');
    expect(shellText(seen({ find: 'a', filter: {} }, more))).toBe('db.a.find({}, {}, { session });');
    expect(shellText(seen({ createIndexes: 'a', indexes: [] }, more))).toBe(
      'db.runCommand({ createIndexes: "a", indexes: [] }, { session });',
    );
  });

  test('names other databases, and says all that has no method', () => {
    expect(shellText({ drop: 'a', $db: 'x' })).toBe('db.getSiblingDB("x").a.drop();');
    expect(shellText({ replSetStepDown: 60, $db: 'admin' })).toBe('db.adminCommand({ replSetStepDown: 60 });');
    expect(shellText({ renameCollection: 'x.a', to: 'y.a', $db: 'admin' })).toBe(
      'db.adminCommand({ renameCollection: "x.a", to: "y.a" });',
    );
    expect(shellText({ update: 'a', updates: [{ q: {}, u: { $set: { x: 1 } }, later: 1 }] })).toBe(
      'db.runCommand({ update: "a", updates: [{ q: {}, u: { $set: { x: 1 } }, later: 1 }] });',
    );
    expect(shellText({ delete: 'a', deletes: [{ q: {}, limit: 0 }], later: true })).toBe(
      'db.runCommand({ delete: "a", deletes: [{ q: {}, limit: 0 }], later: true });',
    );
    expect(shellText({})).toBe('db.runCommand({});');
  });

  test('is broken into lines, and means the same', () => {
    const documents = Array.from({ length: 12 }, (_, at) => ({ _id: at, name: 'a name that is long enough', tags: ['x', 'y'] }));
    const text = shellText({ insert: 'users', documents });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(bare(command(text).arguments[0])).toEqual(bare(documentValue(documents)));
    expect(statements(text)).toHaveLength(1);
  });
});

describe('values', () => {
  const every = {
    int: new bson.Int32(5),
    double: new bson.Double(5),
    fraction: new bson.Double(1.5),
    long: bson.Long.fromString('-9007199254740993'),
    decimal: bson.Decimal128.fromString('1.50'),
    id: new bson.ObjectId('65f000000000000000000000'),
    time: new bson.Timestamp({ t: 4294967295, i: 2 }),
    keys: [new bson.MinKey(), new bson.MaxKey()],
    patterns: [
      new bson.BSONRegExp('^a/b', 'i'),
      new bson.BSONRegExp('x', 'im'),
      new bson.BSONRegExp('(?i)x\n', 'sx'),
      new bson.BSONRegExp('', ''),
    ],
    uuid: new bson.UUID('94caa9ef-152e-44b5-ae32-37528bd6182f'),
    bytes: new bson.Binary(new Uint8Array([1, 2, 3]), 5),
    code: [new bson.Code('f()'), new bson.Code('function () { return "${x}" }', { q: new bson.Int32(1) })],
    reference: new bson.DBRef('c', new bson.ObjectId('65f000000000000000000000'), 'other'),
    text: 'a "q" ${h} \n \u2028 \u{1F600}',
    dates: [new Date(0), new Date(-62_198_755_200_000), new Date(253_402_300_800_000)],
    large: 3e9,
    none: null,
    negative: -0,
    infinite: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    symbol: new bson.BSONSymbol('x'),
    'a.b-c': { $set: true },
    'later than a number': { b: 1, '1': 2, a: [] },
  };

  test('of every type come back from their text, byte for byte', () => {
    const onWire = bson.serialize(every);
    const decoded = bson.deserialize(onWire, { promoteValues: false, bsonRegExp: true });
    for (const [name, value] of Object.entries(decoded)) {
      for (const text of [writeValue(documentValue({ [name]: value })), writeLines(documentValue({ [name]: value }))]) {
        const read = readValue(text);
        const back = read === undefined ? undefined : bsonOf(read);
        expect(back, text).toMatchObject({ ok: true });
        if (back?.ok === true)
          expect(Buffer.from(bson.serialize(back.value as bson.Document)).toString('hex'), text).toBe(
            Buffer.from(bson.serialize({ [name]: value })).toString('hex'),
          );
      }
    }
  });

  test('keep the order of names that look like numbers', () => {
    const read = readValue('{ b: 1, "1": 2, a: { z: 1, "0": 2 } }');
    const made = read === undefined ? undefined : bsonOf(read);
    expect(made?.ok === true ? writeValue(documentValue(made.value)) : '').toBe('{ b: 1, "1": 2, a: { z: 1, "0": 2 } }');
  });
});
