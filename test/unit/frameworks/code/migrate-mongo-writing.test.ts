import { describe, expect, it } from 'vitest';
import { migrateMongo } from '../../../../src/frameworks/code/migrate-mongo';
import { mongosh } from '../../../../src/frameworks/code/mongosh';
import { tsMigrateMongoose } from '../../../../src/frameworks/code/ts-migrate-mongoose';
import { umzug } from '../../../../src/frameworks/code/umzug';
import type { ToolFramework } from '../../../../src/model/run-protocol';
import { only } from './read';

const mongo = { name: 'mongodb', major: 8 } as const;

/** The file after a rollback was put into it. */
function placed(text: string, statements: readonly string[], framework: ToolFramework = migrateMongo, path = '1673525773572-a.ts'): string {
  const migration = only(framework, { [path]: text }, mongo);
  const placement = framework.placeDown(migration, [{ path, text }], statements);
  if (placement.kind !== 'edit') throw new Error(JSON.stringify(placement));
  return text.slice(0, placement.span.start) + placement.newText + text.slice(placement.span.end);
}

const drop = ['db.users.dropIndex("a_1");'];
const index = `await db.collection('users').createIndex({ a: 1 });`;

describe('a rollback in the form of the file', () => {
  it.each([
    [
      'exports',
      `exports.up = async (db) => {\n  ${index}\n};\n`,
      `\n\nexports.down = async (db) => {\n  await db.collection("users").dropIndex("a_1");\n};\n`,
    ],
    [
      'exported constants',
      `export const up = async (db: Db, client: MongoClient): Promise<void> => {\n  ${index}\n};\n`,
      `\n\nexport const down = async (db: Db, client: MongoClient): Promise<void> => {\n  await db.collection("users").dropIndex("a_1");\n};\n`,
    ],
    [
      'exported functions',
      `export async function up(db) {\n\t${index}\n}\n`,
      `\n\nexport async function down(db) {\n\tawait db.collection("users").dropIndex("a_1");\n}\n`,
    ],
    [
      'an object',
      `module.exports = {\n  up: async function (database) {\n    await database.collection('users').createIndex({ a: 1 });\n  }\n};\n`,
      `,\n\n  down: async function (database) {\n    await database.collection("users").dropIndex("a_1");\n  }\n};\n`,
    ],
    [
      'a function that gives back a promise',
      `exports.up = (db) => db.collection('users').createIndex({ a: 1 });\n`,
      `\n\nexports.down = async (db) => {\n  await db.collection("users").dropIndex("a_1");\n};\n`,
    ],
  ])('%s', (_, text, ending) => {
    expect(placed(text, drop).endsWith(ending)).toBe(true);
  });

  it.each([
    [
      'an empty one',
      `export const down = async (db, client) => {};`,
      `export const down = async (db, client) => {\n  await db.collection("users").dropIndex("a_1");\n};`,
    ],
    [
      'one with a comment',
      `export const down = async (db, client) => {\n  // TODO write the statements to rollback your migration (if possible)\n};`,
      `export const down = async (db, client) => {\n  // TODO write the statements to rollback your migration (if possible)\n  await db.collection("users").dropIndex("a_1");\n};`,
    ],
    [
      'one that throws',
      `export async function down(db) {\n  throw new Error('irreversible');\n}`,
      `export async function down(db) {\n  await db.collection("users").dropIndex("a_1");\n}`,
    ],
    [
      'one without parameters',
      `export async function down() {}`,
      `export async function down(db) {\n  await db.collection("users").dropIndex("a_1");\n}`,
    ],
    [
      'one that is not asynchronous',
      `export function down(db) {}`,
      `export async function down(db) {\n  await db.collection("users").dropIndex("a_1");\n}`,
    ],
  ])('in place of %s', (_, down, expected) => {
    expect(placed(`export async function up(db) { ${index} }\n${down}\n`, drop)).toContain(expected);
  });

  it('keeps its comments and the line breaks of the file', () => {
    const text = `exports.up = async (db) => {\r\n  ${index}\r\n};\r\n`;
    expect(placed(text, ['// The index that up made.\ndb.users.dropIndex("a_1");\n'])).toContain(
      `{\r\n  // The index that up made.\r\n  await db.collection("users").dropIndex("a_1");\r\n}`,
    );
  });

  it('of ts-migrate-mongoose, on its connection', () => {
    const text = `export async function up(connection: Connection): Promise<void> {\n  await connection.collection('users').createIndex({ a: 1 });\n}\n`;
    expect(placed(text, [...drop, 'db.runCommand({ collMod: "users", validator: {} });'], tsMigrateMongoose)).toContain(
      `export async function down(connection: Connection): Promise<void> {\n  await connection.collection("users").dropIndex("a_1");\n  await connection.db.command({ collMod: "users", validator: {} });\n}`,
    );
  });

  it('of umzug, on its context', () => {
    expect(placed(`exports.up = async ({ context: db }) => {\n  ${index}\n};\n`, drop, umzug)).toContain(
      `exports.down = async ({ context: db }) => {\n  await db.collection("users").dropIndex("a_1");\n};`,
    );
    expect(placed(`exports.up = async ({ context: { db, client } }) => {\n  ${index}\n};\n`, drop, umzug)).toContain(
      `{\n  await db.collection("users").dropIndex("a_1");\n}`,
    );
    expect(
      placed(`exports.up = async ({ context }) => {\n  await context.collection('users').createIndex({ a: 1 });\n};\n`, drop, umzug),
    ).toContain(`await context.collection("users").dropIndex("a_1");`);
  });
});

describe('statements of mongosh as code of the driver', () => {
  it.each([
    ['db.getCollection("a-b").drop();', 'await db.collection("a-b").drop();'],
    ['db.a.renameCollection("b", true);', 'await db.collection("a").rename("b", { dropTarget: true });'],
    ['db.createCollection("x", { capped: true, size: 4096 });', 'await db.createCollection("x", { capped: true, size: 4096 });'],
    [
      'db.createView("v", "users", [{ $match: { a: 1 } }]);',
      'await db.createCollection("v", { viewOn: "users", pipeline: [{ $match: { a: 1 } }] });',
    ],
    ['db.runCommand({ collMod: "x", validator: {} });', 'await db.command({ collMod: "x", validator: {} });'],
    ['db.adminCommand({ setParameter: 1, a: 2 });', 'await db.admin().command({ setParameter: 1, a: 2 });'],
    ['db.a.aggregate([{ $merge: { into: "b" } }]);', 'await db.collection("a").aggregate([{ $merge: { into: "b" } }]).toArray();'],
    ['db.a.find({ x: 1 }, { y: 1 });', 'await db.collection("a").find({ x: 1 }, { projection: { y: 1 } }).toArray();'],
    [
      'db.a.updateMany({ at: { $lt: ISODate("2020-01-01") } }, { $set: { n: NumberInt(5) } });',
      'await db.collection("a").updateMany({ at: { $lt: new Date("2020-01-01") } }, { $set: { n: 5 } });',
    ],
    ['db.getSiblingDB("other").a.drop();', 'await client.db("other").collection("a").drop();'],
    ['db.a.insertOne({ _id: BinData(0, "AA==") });', '// By hand, in mongosh: db.a.insertOne({ _id: BinData(0, "AA==") });'],
  ])('%s', (statement, line) => {
    expect(placed(`exports.up = async (db, client) => {\n  ${index}\n};\n`, [statement])).toContain(
      `exports.down = async (db, client) => {\n  ${line}\n};`,
    );
  });

  it('types of BSON are imported where they are needed', () => {
    const statement = 'db.a.deleteOne({ _id: ObjectId("64b7f0c2a3d4e5f60718293a"), n: NumberDecimal("1.5") });';
    expect(placed(`exports.up = async (db) => {\n  ${index}\n};\n`, [statement])).toContain(
      `{\n  const { ObjectId, Decimal128 } = await import('mongodb');\n  await db.collection("a").deleteOne({ _id: new ObjectId("64b7f0c2a3d4e5f60718293a"), n: Decimal128.fromString("1.5") });\n}`,
    );
  });
});

describe('a call beside another one', () => {
  function beside(text: string, statement: string, framework: ToolFramework = migrateMongo): string | undefined {
    const { up } = only(framework, { '1673525773572-a.ts': text }, mongo);
    const call = up.rendering?.pieces.at(-1)?.call;
    return call === undefined ? undefined : framework.rawCall?.(statement, { program: up, text, call });
  }

  it.each([
    [`exports.up = async (db) => { await db.collection('a').drop(); };`, 'db.a.dropIndex("x")', 'await db.collection("a").dropIndex("x");'],
    [
      `exports.up = async (database) => { await database.collection('a').drop(); };`,
      'db.a.dropIndex("x")',
      'await database.collection("a").dropIndex("x");',
    ],
    [
      `exports.up = async (db, client) => { await client.db('x').collection('a').drop(); };`,
      'db.a.drop()',
      'await db.collection("a").drop();',
    ],
    [
      `exports.up = async (db) => { const users = db.collection('a'); await users.drop(); };`,
      'db.a.drop()',
      'await db.collection("a").drop();',
    ],
    [
      `exports.up = async (db, client) => { const session = client.startSession(); await db.collection('a').insertOne({ x: 1 }, { session }); };`,
      'db.a.updateMany({}, { $set: { a: 1 } })',
      'await db.collection("a").updateMany({}, { $set: { a: 1 } }, { session });',
    ],
    [
      `exports.up = async (db, client) => { const s = client.startSession(); await db.collection('a').insertOne({ x: 1 }, { session: s }); };`,
      'db.a.deleteMany({}, { collation: 1 })',
      'await db.collection("a").deleteMany({}, { session: s, collation: 1 });',
    ],
    [`exports.up = (db) => db.collection('a').drop();`, 'db.a.drop()', undefined],
  ])('%s', (text, statement, code) => {
    expect(beside(text, statement)).toBe(code);
  });

  it('of mongoose and umzug', () => {
    expect(
      beside(`export async function up(connection) { await connection.collection('a').drop(); }`, 'db.a.dropIndex("x")', tsMigrateMongoose),
    ).toBe('await connection.collection("a").dropIndex("x");');
    expect(
      beside(`export const up = async ({ context }) => { await context.db.collection('a').drop(); };`, 'db.a.dropIndex("x")', umzug),
    ).toBe('await context.db.collection("a").dropIndex("x");');
  });
});

describe('a rollback in a transaction', () => {
  const statements = [
    'session.startTransaction();',
    'db.orders.deleteOne({ _id: 5 }, { session });',
    '// Lost: x.\ndb.users.updateMany({ a: 1 }, { $unset: { a: "" } }, { session });',
    'session.commitTransaction();',
  ];

  it.each([
    [migrateMongo, 'export async function up(db, client) {\n  await db.collection("a").drop();\n}\n', 'client'],
    [migrateMongo, 'export async function up(db) {\n  await db.collection("a").drop();\n}\n', 'db.client'],
    [
      tsMigrateMongoose,
      'export async function up(connection) {\n  await connection.collection("a").drop();\n}\n',
      'connection.getClient()',
    ],
  ] as const)('is one of a session of its own: %#', (framework, text, client) => {
    const path = '1673525773572-a.ts';
    const file = placed(text, statements, framework, path);
    expect(file).toContain(`  await ${client}.withSession((session) =>
    session.withTransaction(async () => {
      await ${client === 'connection.getClient()' ? 'connection' : 'db'}.collection("orders").deleteOne({ _id: 5 }, { session });
      // Lost: x.
`);
    const { down } = only(framework, { [path]: file }, mongo);
    expect(down?.unread).toEqual([]);
    const commands = down?.statements.flatMap(({ operations }) => operations) ?? [];
    expect(commands.map((each) => (each.kind === 'document command' ? each.session : each.kind))).toEqual([
      'transaction',
      true,
      true,
      'transaction',
    ]);
    expect(down?.statements.every(({ circumstances }) => circumstances?.awaited)).toBe(true);
  });

  it('is called on the database of a session in a script of the shell', () => {
    const file = { path: '1-a.mongodb.js', text: 'db.users.insertOne({ _id: 5 });\n' };
    const migration = only(mongosh, { [file.path]: file.text }, mongo);
    const texts = [...statements, 'db.users.bulkWrite([{ deleteOne: { filter: { a: 1 } } }], { session, ordered: false });'];
    const inside = [...statements.slice(0, 3), ...texts.slice(-1), ...statements.slice(3)];
    const placement = mongosh.placeDown(migration, [file], inside);
    expect(placement).toMatchObject({
      text: `const session = db.getMongo().startSession();
session.startTransaction();
session.getDatabase(db.getName()).orders.deleteOne({ _id: 5 });
// Lost: x.
session.getDatabase(db.getName()).users.updateMany({ a: 1 }, { $unset: { a: "" } });
session.getDatabase(db.getName()).users.bulkWrite([{ deleteOne: { filter: { a: 1 } } }], { ordered: false });
session.commitTransaction();
session.endSession();
`,
    });
  });
});
