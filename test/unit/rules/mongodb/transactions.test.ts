import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../../../src/parse/load';
import { findings, fixed, inTransaction, placesOf, up } from './code';

beforeAll(loadParser);

describe('a session that is left out', () => {
  it.each([
    [
      "db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } })",
      "db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } }, { session })",
    ],
    [
      "db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } }, { upsert: true })",
      "db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } }, { session, upsert: true })",
    ],
    ["db.collection('a').insertOne({ _id: 1 })", "db.collection('a').insertOne({ _id: 1 }, { session })"],
    ["db.collection('a').insertOne({ _id: 1 }, {})", "db.collection('a').insertOne({ _id: 1 }, { session })"],
    ["db.collection('a').find().toArray()", "db.collection('a').find({}, { session }).toArray()"],
    [
      "db.collection('a').find({ b: 1 }).sort({ c: 1 }).toArray()",
      "db.collection('a').find({ b: 1 }, { session }).sort({ c: 1 }).toArray()",
    ],
    ["db.collection('a').distinct('b')", "db.collection('a').distinct('b', {}, { session })"],
    [
      "db.collection('a').bulkWrite([{ deleteOne: { filter: { _id: 1 } } }])",
      "db.collection('a').bulkWrite([{ deleteOne: { filter: { _id: 1 } } }], { session })",
    ],
    ["db.createCollection('n')", "db.createCollection('n', { session })"],
  ])('is added to %s', (call, mended) => {
    const line = (text: string) => inTransaction(`      await ${text};`);
    expect(fixed(line(call), 'session-missing')?.replaceAll(/\{\s+session\s+\}/g, '{ session }')).toBe(line(mended));
    expect(findings(line(mended), 'session-missing')).toEqual([]);
  });

  it('is seen behind a variable, and its name is used', () => {
    const text = up(
      "    const s = client.startSession();\n    s.startTransaction();\n    const options = { session: s };\n    await db.collection('a').insertOne({ _id: 1 }, options);\n    await db.collection('a').insertOne({ _id: 2 });\n    await s.commitTransaction();\n    await db.collection('a').insertOne({ _id: 3 });",
    );
    expect(placesOf(text, 'session-missing')).toEqual(["db.collection('a').insertOne({ _id: 2 })"]);
    expect(fixed(text, 'session-missing')).toContain('insertOne({ _id: 2 }, { session: s })');
  });

  it('can’t be added to options that stand elsewhere', () => {
    const text = inTransaction(
      "      const options = { upsert: true };\n      await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } }, options);",
    );
    expect(findings(text, 'session-missing').map(({ fixes }) => fixes)).toEqual([[]]);
  });
});

describe('what a transaction refuses', () => {
  it('is taken out only where nothing of the transaction is used', () => {
    const own = inTransaction("      const name = 'a_1';\n      await db.collection('a').createIndex({ a: 1 }, { name, session });");
    expect(findings(own, 'refused-in-transaction').map(({ fixes }) => fixes)).toEqual([[]]);
    const nested = inTransaction("      if (process.env.X) {\n        await db.collection('a').drop({ session });\n      }");
    expect(findings(nested, 'refused-in-transaction').map(({ fixes }) => fixes)).toEqual([[]]);
  });

  it('goes before startTransaction when it creates, behind the commit when it takes away', () => {
    const around = (before: string, within: string, behind: string) =>
      up(
        `    const session = client.startSession();\n${before}    session.startTransaction();\n    await db.collection('a').insertOne({ _id: 1 }, { session });\n${within}    await session.commitTransaction();${behind}\n    await session.endSession();`,
      );
    const index = "    await db.collection('a').createIndex({ a: 1 }, { name: 'a' });\n";
    expect(fixed(around('', index, ''), 'refused-in-transaction')).toBe(around(index, '', ''));
    const drop = "    await db.collection('b').drop();\n";
    expect(fixed(around('', drop, ''), 'refused-in-transaction')).toBe(around('', '', `\n${drop.trimEnd()}`));
  });

  it('leaves the callback’s own session behind', () => {
    const around = (before: string, within: string) =>
      up(
        `    await client.withSession(async (session) => {\n${before}      await session.withTransaction(async (s) => {\n        await db.collection('a').insertOne({ _id: 1 }, { session: s });\n${within}      });\n    });`,
      );
    const index = (options: string, indent: string) => `${indent}await db.collection('a').createIndex({ a: 1 }, { ${options} });\n`;
    const text = around('', index("name: 'a', session: s", '        '));
    expect(fixed(text, 'refused-in-transaction')).toBe(around(index("name: 'a'", '      '), ''));
    const first = around('', index("session: s, name: 'a'", '        '));
    expect(fixed(first, 'refused-in-transaction')).toBe(around(index("name: 'a'", '      '), ''));
  });

  it('is nothing of what only reads beside it', () => {
    expect(findings(inTransaction("      await db.collection('a').estimatedDocumentCount();"), 'refused-in-transaction')).toEqual([]);
  });
});

describe('a transaction without a bound', () => {
  it.each([
    ['updateMany({}, { $set: { b: 1 } }, { session })', true],
    ['updateMany({ b: null }, { $set: { b: 1 } }, { session })', true],
    ["deleteMany({ state: 'old' }, { session })", true],
    ['updateMany({ _id: { $gt: 5 } }, { $set: { b: 1 } }, { session })', true],
    ['updateMany({ _id: { $gt: 5, $lte: 10 } }, { $set: { b: 1 } }, { session })', false],
    ['updateMany({ _id: { $in: [1, 2] } }, { $set: { b: 1 } }, { session })', false],
    ['updateMany({ owner: process.env.OWNER }, { $set: { b: 1 } }, { session })', false],
    ['updateOne({ b: null }, { $set: { b: 1 } }, { session })', false],
  ])('%s: %s', (call, isFound) => {
    expect(placesOf(inTransaction(`      await db.collection('a').${call};`), 'long-transaction').length).toBe(isFound ? 1 : 0);
  });

  it('counts what it writes', () => {
    const many = (count: number) =>
      inTransaction(
        `      await db.collection('a').insertMany([${Array.from({ length: count }, (_, id) => `{ _id: ${id} }`).join(', ')}], { session });`,
      );
    expect(findings(many(1000), 'long-transaction')).toEqual([]);
    expect(findings(many(1001), 'long-transaction').map(({ message }) => message.slice(0, 60))).toEqual([
      'The transaction that this stands in writes 1001 documents: a',
    ]);
  });
});

describe('a copy that is kept of what a transaction destroys', () => {
  const copy = "await db.collection('a').aggregate([{ $match: { b: 1 } }, { $out: 'a_before_20240101000000' }]).toArray();";
  const destroy = "await db.collection('a').deleteMany({ b: 1 }, { session });";
  const began = 'const session = client.startSession();';

  it('is made before it, since no transaction takes $out', () => {
    const text = inTransaction(`      ${destroy}`);
    const mended = fixed(text, 'documents-destroyed') ?? '';
    expect(mended).toBe(text.replace('    await session.withTransaction', `    ${copy}\n    await session.withTransaction`));
    expect(findings(mended, 'refused-in-transaction')).toEqual([]);
    expect(findings(mended, 'documents-destroyed')).toEqual([]);
  });

  it.each([
    [
      `    ${began}\n`,
      `    session.startTransaction();\n    try {\n      ${destroy}\n      await session.commitTransaction();\n    } finally {}`,
    ],
    [
      '',
      `    await client.withSession((session) => session.withTransaction(async () => {\n      if (client) {\n        ${destroy}\n      }\n    }));`,
    ],
  ])('goes before the statement that opens it: %s%s', (before, rest) => {
    expect(fixed(up(before + rest), 'documents-destroyed')).toBe(up(`${before}    ${copy}\n${rest}`));
  });

  it.each([
    "const a = db.collection('a');\n      await a.deleteMany({ b: 1 }, { session });",
    "const only = { b: await next() };\n      await db.collection('a').deleteMany({ b: only.b }, { session });",
  ])('is not offered where it would need what is known only within: %s', (body) => {
    expect(findings(inTransaction(`      ${body}`), 'documents-destroyed').map(({ fixes }) => fixes)).toEqual([[]]);
  });
});
