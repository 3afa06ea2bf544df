import { Double, Int32, Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { needsOf } from '../../../src/engines/mongodb/generate-rows/needs';
import { textMatching } from '../../../src/engines/mongodb/generate-rows/pattern';
import { valueBySchema } from '../../../src/engines/mongodb/generate-rows/schema';
import { sessionNumber } from '../../../src/engines/mongodb/session-number';
import { maskingOf } from '../../../src/engines/mongodb/snapshot/masks';
import { documentText } from '../../../src/engines/mongodb/snapshot/values';
import { readText } from '../../../src/parse/read';

const engine = { name: 'mongodb', major: 8 } as const;
const text = (document: object) => documentText(document, undefined).text;

describe('the text of a document', () => {
  it('is equal where only the order of fields differs, at any depth', () => {
    expect(text({ a: 1, b: { c: 1, d: 2 } })).toBe(text({ b: { d: 2, c: 1 }, a: 1 }));
  });

  it('tells types, order of arrays, null and missing apart', () => {
    const different = [
      {},
      { a: null },
      { a: new Int32(1) },
      { a: new Double(1) },
      { a: Long.fromNumber(1) },
      { a: '1' },
      { a: true },
      { a: 'true' },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: [[1, 2]] },
      { a: {} },
      { a: [] },
      { a: [{}] },
      { a: new Date(1) },
      { a: new ObjectId('65f000000000000000000001') },
      { a: '65f000000000000000000001' },
      { 'a.b': 1 },
      { a: { b: 1 } },
      { a: new Double(0) },
      { a: new Double(-0) },
    ];
    expect(new Set(different.map(text)).size).toBe(different.length);
  });

  it('tells the leaves below the first level, through arrays', () => {
    const leaves: string[] = [];
    documentText({ a: 1, m: { at: 'x', none: {} }, i: [{ n: 'p' }, 's', { n: 'q' }] }, undefined, (path, place, text) =>
      leaves.push(`${path}${place} ${text}`),
    );
    expect(leaves).toEqual(['i.n[0] "p"', 'i.n[2] "q"', 'm.at "x"', 'm.none {}']);
  });
});

describe('a volatile field', () => {
  const seeded = new ObjectId('65f000000000000000000001');
  const written = new ObjectId('7fffffff0000000000000001');
  const volatile = { users: ['_id', 'meta.at'] };
  const read = (document: object, known?: ReadonlySet<string>) =>
    documentText(document, maskingOf('users', volatile, known, '2026-01-01T00:00:00.500Z')).text;

  it('keeps what was there before, and of the rest what is the same in every run', () => {
    const known = new Set(['o65f000000000000000000001', 't0']);
    expect(read({ _id: seeded, meta: { at: new Date(0) } }, known)).toBe('{"_id":o65f000000000000000000001,"meta":{"at":t0}}');
    expect(read({ _id: written, meta: { at: new Date(1) } }, known)).toBe('{"_id":moment,"meta":{"at":moment}}');
    expect(read({ _id: 'x', meta: { at: null } }, known)).toBe('{"_id":varies,"meta":{"at":null}}');
    expect(read({ _id: written, meta: {} }, known)).toBe('{"_id":moment,"meta":{}}');
  });

  it('tells by the time in it whether it was there, where nothing is known of before', () => {
    expect(read({ _id: seeded })).toBe('{"_id":o65f000000000000000000001}');
    expect(read({ _id: written })).toBe('{"_id":moment}');
  });

  it('takes an id of the very second in which the runs began for one of theirs', () => {
    const start = Date.UTC(2026, 0, 1) / 1000;
    const at = (seconds: number) => new ObjectId(`${seconds.toString(16)}0000000000000001`);
    expect(read({ _id: at(start) })).toBe('{"_id":moment}');
    expect(read({ _id: at(start - 1) })).not.toBe('{"_id":moment}');
  });

  it('is none of another collection', () => {
    expect(maskingOf('orders', volatile, undefined, undefined)).toBeUndefined();
  });
});

it.each([
  '^[A-Z]{2}\\d{3}$',
  '^\\w+@\\w+\\.(com|org)$',
  '^(new|old)$',
  'abc',
  '^\\+?[0-9 ()-]{5,}$',
  '^[^@]+@x$',
  '^#[0-9a-fA-F]{6}$',
  '^a?b*c+$',
])('a text is made that matches %s', (pattern) => {
  for (const number of [1, 2, 17, 1000]) expect(textMatching(pattern, '', number)).toMatch(new RegExp(pattern));
});

it('no text is made for an expression that is not understood', () => {
  expect(textMatching('^(?!x)(?<=y)$', '', 1)).toBeUndefined();
  expect(textMatching('(', '', 1)).toBeUndefined();
});

it('a closed schema gets its own fields alone', () => {
  const schema = {
    bsonType: 'object',
    additionalProperties: false,
    required: ['a', 'b'],
    properties: { a: { bsonType: 'string' } },
    allOf: [{ properties: { b: { enum: [null, 'x'] } } }],
  };
  expect(valueBySchema(schema, { row: 3, salt: 's', name: '' })).toEqual({ a: expect.any(String), b: 'x' });
});

it('what a migration needs is read from its texts', () => {
  const needs = needsOf(
    readText(
      `db.a.updateMany({ s: "new" }, [{ $set: { t: { $add: ["$x.y", 1] }, u: { $concat: ["$t", "$w"] } } }, { $set: { v: "$t" } }]);
       db.b.insertOne({ a: 1 }); db.createCollection("c"); db.c.deleteMany({ z: 1 });
       db.a.updateMany({}, { $inc: { "items.$[].n": 1 }, $rename: { old: "new" } });
       db.runCommand({ collMod: "d", validator: { $jsonSchema: { required: ["q"] } } });`,
      engine,
    ),
  );
  expect([...needs.keys()]).toEqual(['a', 'd']);
  expect(Object.fromEntries(needs.get('a')?.fields ?? [])).toEqual({
    'x.y': 'number',
    t: 'string',
    w: 'string',
    items: 'array',
    'items.n': 'number',
    old: 'any',
  });
  expect(needs.get('a')?.filters).toHaveLength(1);
  const twice = needsOf(readText('db.a.deleteMany({ s: "new" }); db.a.updateMany({ "s": \'new\' }, { $set: { b: 1 } });', engine));
  expect(twice.get('a')?.filters).toHaveLength(1);
  expect(needs.get('d')?.schemas).toHaveLength(1);
});

it('a document that the migration inserts itself is not put there before it', () => {
  const texts = 'db.copy.insertOne({ _id: 7, s: "new" }); db.copy.updateOne({ _id: 7 }, { $set: { s: "done" } });';
  expect([...needsOf(readText(texts, engine)).keys()]).toEqual([]);
  expect(needsOf(readText(`${texts} db.copy.updateOne({ _id: 8 }, { $set: { s: "x" } });`, engine)).get('copy')?.filters).toHaveLength(1);
});

it('a document that the migration upserts is left to it, and one that it changes is not', () => {
  const insert = 'db.roles.updateOne({ name: "admin" }, { $setOnInsert: { rights: [] } }, { upsert: true });';
  expect([...needsOf(readText(insert, engine)).keys()]).toEqual([]);
  const filters = (text: string) => needsOf(readText(text, engine)).get('roles')?.filters.length;
  expect(filters(`${insert} db.roles.updateOne({ name: "admin" }, { $set: { a: 1 } }); db.roles.createIndex({ name: 1 });`)).toBe(0);
  expect(filters(`${insert} db.roles.updateMany({ old: true }, { $set: { a: 1 } });`)).toBe(1);
  expect(filters('db.roles.updateOne({ name: "admin" }, { $set: { rights: [] } }, { upsert: true });')).toBe(1);
});

it('a session has a number', () => {
  expect(sessionNumber(Uint8Array.from({ length: 16 }, (_, at) => at))).toBe(0x000102030405);
  expect(sessionNumber({ buffer: new Uint8Array(16) })).toBe(0);
  expect(sessionNumber('x')).toBeUndefined();
});
