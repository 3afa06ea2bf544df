import { describe, expect, test } from 'vitest';
import { readRequests } from '../../../../src/parse/read';
import { bare, command, mongodb, statements } from './statements';

describe('statements', () => {
  test('are cut as JavaScript cuts them, with exact places', () => {
    const text = '// first\ndb.a.insertOne({ s: "a;b" });\n\nawait db.b\n  .drop()\n/* last */ db.c.find({}).sort({ x: 1 }) ;';
    const read = statements(text);
    expect(read.map((statement) => statement.text)).toEqual([
      'db.a.insertOne({ s: "a;b" })',
      'await db.b\n  .drop()',
      'db.c.find({}).sort({ x: 1 })',
    ]);
    for (const statement of read) expect(text.slice(statement.span.start, statement.span.end)).toBe(statement.text);
    expect(read[1]?.range).toEqual({ start: { line: 3, character: 0 }, end: { line: 4, character: 9 } });
    expect(read.map(({ index }) => index)).toEqual([1, 2, 3]);
  });

  test('places of values count in the file, beyond characters of two units', () => {
    const text = '/* \u{1F600} */ db.a.updateOne({ name: "\u{1F600}" }, { $set: { x: 1 } })';
    const { effect } = command(text);
    const write = effect.kind === 'write' ? effect.writes[0] : undefined;
    const change = write?.kind === 'update' ? write.change : undefined;
    expect(text.slice(change?.span.start, change?.span.end)).toBe('{ $set: { x: 1 } }');
  });

  test('requests are numbered through, and none reaches into the next', () => {
    const text = 'db.a.drop(); db.b.drop()|db.c.drop(';
    const [first, second] = readRequests(
      text,
      [
        { start: 0, end: 24 },
        { start: 25, end: text.length },
      ],
      { engine: mongodb },
    );
    expect(first?.map(({ text: each, index }) => [index, each])).toEqual([
      [1, 'db.a.drop()'],
      [2, 'db.b.drop()'],
    ]);
    expect(second?.[0]?.unreadable).toBeDefined();
    expect(second?.[0]?.index).toBe(3);
  });

  test('use and show, of the shell alone', () => {
    const read = statements('use shop\ndb.a.drop();\nshow collections\nuse("x");\ndb = db.getSiblingDB("y");\n');
    expect(read.map(({ operations: [operation] }) => (operation?.kind === 'use' ? operation.database : operation?.kind))).toEqual([
      'shop',
      'document command',
      'other',
      'x',
      'y',
    ]);
  });

  test.each([
    'const x = 1;',
    'for (const a of b) { db.a.drop(); }',
    'if (x) db.a.drop();',
    'db.a.find().forEach((d) => { print(d); });',
    'f();',
    'load("x.js")',
    'print(db.a.deleteMany({}).deletedCount);',
    'db.a.insertMany(db.b.find().toArray());',
  ])('code is not read, and says so: %s', (text) => {
    const [first, second] = statements(`${text}\ndb.z.drop();`);
    expect(first?.unreadable?.message).toMatch(/Faultline|only calls/);
    expect(first?.operations).toEqual([]);
    expect(second?.operations[0]?.kind).toBe('document command');
  });

  test('words that look like calls are no calls', () => {
    expect(command('db.a.insertOne({ db: 1, text: "db.b.drop()", [`db`]: { db: "db" } })').effect.kind).toBe('write');
    expect(command('db.a.insertOne({ owner: db.getName() })').effect.kind).toBe('write');
  });

  test('a half-typed statement costs itself alone', () => {
    const read = statements(
      'db.a.drop();\ndb.users.updateMany({ a: "x\ndb.b.drop();\nawait db.c.insertOne({ y: [1, \n\ndb.d.drop()\n}\ndb.e.drop()',
    );
    const readable = read.flatMap(({ operations }) =>
      operations.flatMap((each) => (each.kind === 'document command' ? [each.collection?.name] : [])),
    );
    expect(readable).toEqual(['a', 'b', 'd', 'e']);
    expect(read.filter(({ unreadable }) => unreadable !== undefined).map(({ text }) => text)).toContain('db.users.updateMany({ a: "x');
  });

  test('a text that is no mongosh at all is given up', () => {
    expect(statements('} ) ] ;'.repeat(3000)).length).toBeLessThan(600);
  });
});

describe('values', () => {
  test.each([
    ['ObjectId("65f000000000000000000000")', 'ObjectId("65f000000000000000000000")'],
    ["new ObjectId('65f000000000000000000000')", 'ObjectId("65f000000000000000000000")'],
    ['new Date("2024-01-01")', 'ISODate("2024-01-01")'],
    ['new Date(0)', 'ISODate("1970-01-01T00:00:00.000Z")'],
    ['ISODate()', 'new Date()'],
    ['Long.fromString("5")', 'NumberLong("5")'],
    ['NumberLong(5)', 'NumberLong("5")'],
    ['5n', 'NumberLong("5")'],
    ['new Int32("5")', 'NumberInt(5)'],
    ['Decimal128.fromString("1.50")', 'NumberDecimal("1.50")'],
    ['Timestamp({ t: 1, i: 2 })', 'Timestamp(1, 2)'],
    ['new RegExp("a/b", "i")', '/a\\/b/i'],
    ['MinKey', 'MinKey()'],
    ['BinData(0, "AQID")', 'BinData(0, "AQID")'],
  ])('%s', (written, canonical) => {
    const [value] = command(`db.a.insertOne({ x: ${written} })`).arguments;
    const field = value?.kind === 'document' ? value.fields[0]?.value : undefined;
    expect(field?.kind === 'bson' ? field.text : field).toBe(canonical);
  });

  test('what is made of literals alone is known; all else is a hole', () => {
    const [value] = command(
      'db.a.insertOne({ a: -1, b: 24 * 60, c: "x" + "y", d: `z`, e: f(), g: h.i, j, k: [1, ...l], m: undefined })',
    ).arguments;
    expect(bare(value)).toMatchObject({
      fields: [
        { name: 'a', value: { kind: 'scalar', value: -1 } },
        { name: 'b', value: { kind: 'scalar', value: 1440 } },
        { name: 'c', value: { kind: 'scalar', value: 'xy' } },
        { name: 'd', value: { kind: 'scalar', value: 'z' } },
        { name: 'e', value: { kind: 'hole', name: 'f()' } },
        { name: 'g', value: { kind: 'hole', name: 'h.i' } },
        { name: 'j', value: { kind: 'hole', name: 'j' } },
        { name: 'k', value: { kind: 'array', items: [{ value: 1 }], partial: true } },
        { name: 'm', value: { kind: 'scalar', value: null } },
      ],
    });
  });
});

describe('holes', () => {
  test('stand for values, fields, collections, and parts of them', () => {
    const text = 'db.${where}.updateMany({ ${field}: ${value}, "a.${i}": 1, [${key}]: 2, s: "x-${y}" }, ${change})';
    const read = command(text);
    expect(read.collection).toEqual({ name: undefined });
    expect(bare(read.effect)).toMatchObject({
      writes: [
        {
          filter: {
            partial: true,
            fields: [
              { name: '${field}', value: { kind: 'hole', name: 'value' } },
              { name: 'a.${i}' },
              { name: '${key}' },
              { name: 's', value: { kind: 'hole' } },
            ],
          },
          change: { kind: 'hole', name: 'change' },
        },
      ],
    });
    expect(statements(text)[0]?.unresolved).toEqual(['where', 'field', 'value', 'i', 'key', 'y', 'change']);
  });

  test('of a name in part is not known', () => {
    expect(command('db.getCollection("logs_${year}").drop()').collection).toEqual({ name: undefined });
    expect(command('db.getSiblingDB("x")["logs_${year}"].drop()').collection).toEqual({ name: undefined, database: 'x' });
    expect(command('db.logs_${year}.drop()').collection).toEqual({ name: undefined });
  });

  test('with a value are replaced in what is sent, and places stay those of the file', () => {
    const text = 'db.${table}.drop(); db.b.drop()';
    const [first, second] = statements(text, { table: 'a_long_name' });
    expect(first?.sent).toBe('db.a_long_name.drop()');
    expect(first?.text).toBe('db.${table}.drop()');
    expect(second?.text).toBe('db.b.drop()');
  });
});
