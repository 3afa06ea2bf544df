import { describe, expect, test } from 'vitest';
import { detectFramework, readFolder } from '../../../../src/frameworks/registry';
import type { Program } from '../../../../src/model/migration';
import type { SourceFile } from '../../../../src/model/run-protocol';
import { mongodb } from '../../parse/mongodb/statements';

function folder(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}

function up(text: string, path = '1-a.mongodb.js'): Program {
  const { migrations, framework } = readFolder(folder({ [path]: text }), { engine: mongodb, placeholders: {} });
  const [migration] = migrations;
  if (migration === undefined || framework.name !== 'mongosh') throw new Error('no script');
  return migration.up;
}

function texts({ statements }: Program): string[] {
  return statements.map(({ text, unreadable }) => (unreadable === undefined ? text : `? ${text}`));
}

describe('scripts of mongosh', () => {
  test('are told from modules, from code of other tools, and from what only has a db', () => {
    const script = 'db.users.updateMany({}, { $set: { a: 1 } });';
    expect(detectFramework(folder({ '1.js': script })).name).toBe('mongosh');
    expect(detectFramework(folder({ '1.js': 'module.exports = { async up(db) { await db.collection("a").drop(); } };' })).name).not.toBe(
      'mongosh',
    );
    expect(detectFramework(folder({ 'tool.js': 'import x from "y"; db.a.drop();' })).name).not.toBe('mongosh');
    expect(detectFramework(folder({ 'tool.js': 'const db = open(); db.a.drop();' })).name).not.toBe('mongosh');
    expect(detectFramework(folder({ '1.sql': 'SELECT 1;', '2.sql': 'SELECT 2;' })).name).toBe('sql');
  });

  test('run in the order of their names, each with its way back', () => {
    const files = folder({
      '2-b.js': 'db.b.drop();',
      '1-a.js': 'db.a.drop();',
      '1-a.down.js': 'db.createCollection("a");',
      '3-c.undo.js': 'db.c.drop();',
    });
    const { migrations, problems, framework } = readFolder(files, { engine: { name: 'postgres', major: 18 }, placeholders: {} });
    expect(migrations.map(({ id, engine, down }) => [id, engine.name, down?.path])).toEqual([
      ['1-a', 'mongodb', '1-a.down.js'],
      ['2-b', 'mongodb', undefined],
    ]);
    expect(problems).toHaveLength(1);
    const [first, second] = migrations;
    if (first === undefined || second === undefined) throw new Error('none');
    expect(framework.placeDown(second, files, ['db.createCollection("b");'])).toEqual({
      kind: 'create',
      path: '2-b.down.js',
      text: 'db.createCollection("b");\n',
    });
    expect(framework.placeDown(first, files, ['db.createCollection("x");'])).toMatchObject({
      kind: 'edit',
      path: '1-a.down.js',
      span: { start: 0, end: 25 },
      newText: 'db.createCollection("x");',
    });
  });

  test('a list of calls is read as it stands', () => {
    const text = '// one\ndb.users.updateMany({}, { $set: { a: 1 } });\ndb.runCommand({ collMod: "users", validator: {} });\n';
    const program = up(text);
    expect(program.rendering).toBeUndefined();
    expect(texts(program)).toEqual(['db.users.updateMany({}, { $set: { a: 1 } })', 'db.runCommand({ collMod: "users", validator: {} })']);
    expect(program.statements[0]?.range.start).toEqual({ line: 1, character: 0 });
  });

  test('variables, loops, functions and cursors are followed', () => {
    const program = up(`
const names = ["a", "b-c"];
for (const name of names) db.getCollection(name).createIndex({ x: 1 });
function fill(value) { db.users.updateMany({ v: null }, { $set: { v: value } }); }
fill(5);
db.users.find({ old: true }).forEach(function (user) {
  db.users.updateOne({ _id: user._id }, { $unset: { old: "" } });
});
const bulk = db.log.initializeUnorderedBulkOp();
bulk.find({ x: 1 }).delete();
bulk.execute();
db.counts.find({});
db.getSiblingDB("other").things.drop();
db.orders.archive.renameCollection("orders.old", true);
db.sales.aggregate([{ $match: {} }, { $out: "copy" }]);
print("done");
`);
    expect(texts(program)).toEqual([
      'db.a.createIndex({ x: 1 })',
      'db.getCollection("b-c").createIndex({ x: 1 })',
      'db.users.updateMany({ v: null }, { $set: { v: 5 } })',
      'db.users.find({ old: true })',
      'db.users.updateOne({ _id: ${user._id} }, { $unset: { old: "" } })',
      expect.stringMatching(/^db\.log\.bulkWrite\(.*deleteMany.*\{ ordered: false \}\)$/),
      'db.getSiblingDB("other").things.drop()',
      'db.getCollection("orders.archive").renameCollection("orders.old", true)',
      'db.sales.aggregate([{ $match: {} }, { $out: "copy" }])',
    ]);
    expect(program.unread).toEqual([]);
    const loop = program.statements[4]?.circumstances;
    expect(loop).toMatchObject({ awaited: true, loop: { over: 'documents' } });
    expect(program.statements[4]?.range.start.line).toBe(6);
  });

  test('a session of the shell carries its transaction', () => {
    const program = up(`
const session = db.getMongo().startSession();
session.startTransaction({ writeConcern: { w: "majority" } });
const users = session.getDatabase("shop").users;
users.updateOne({ a: 1 }, { $set: { b: 1 } });
session.commitTransaction();
`);
    expect(texts(program)).toEqual([
      'session.startTransaction({ writeConcern: { w: "majority" } })',
      'session.getDatabase("shop").users.updateOne({ a: 1 }, { $set: { b: 1 } })',
      'session.commitTransaction()',
    ]);
    const [, update] = program.statements;
    expect(update?.operations[0]).toMatchObject({ kind: 'document command', session: true, collection: { name: 'users' } });
    expect(update?.circumstances?.transaction?.by).toBe('startTransaction');
  });

  test('the database that a script sets db to is its own', () => {
    const set = up('db = db.getSiblingDB("shop");\nconst n = 5;\ndb.users.deleteMany({ n });');
    expect(texts(set)).toEqual(['db.users.deleteMany({ n: 5 })']);
    const made = up('const conn = new Mongo();\nconst db = conn.getDB("shop");\ndb.users.drop();', '1-a.js');
    expect(texts(made)).toEqual(['db.users.drop()']);
    expect(texts(up('const other = db.getSiblingDB("log");\nother.a.drop();'))).toEqual(['db.getSiblingDB("log").a.drop()']);
  });

  test('a collection whose name only a run would tell is not passed over', () => {
    const program = up('db.getCollectionNames().forEach(function (name) { db[name].createIndex({ tenant: 1 }); });');
    expect(texts(program)).toEqual(['db.getCollectionNames()', 'db.getCollection(${name}).createIndex({ tenant: 1 })']);
  });

  test('what can not be followed is named', () => {
    const program = up('const x = require("./gone"); x.migrate(db); db.a.drop();');
    expect(program.unread?.map(({ text }) => text)).toEqual(['x.migrate(db)']);
    expect(texts(program)).toEqual(['db.a.drop()']);
  });

  test('a half-typed script that is code is followed, and the place is named', () => {
    const program = up('for (const name of ["a", "b"]) {\n  db.getCollection(name).drop();\n}\n\n\ndb.c.find(;\n\n\ndb.d.drop();');
    expect(texts(program)).toEqual(['db.a.drop()', 'db.b.drop()', 'db.d.drop()']);
    expect(program.unread?.map(({ range }) => range.start.line)).toEqual([5]);
  });

  test('a half-typed script is read as far as it goes', () => {
    const program = up('db.a.drop();\ndb.b.updateMany({ x: \ndb.c.drop();');
    expect(texts(program)).toEqual(['db.a.drop()', '? db.b.updateMany({ x:', 'db.c.drop()']);
  });
});
