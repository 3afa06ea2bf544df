import { describe, expect, it } from 'vitest';
import { migrateMongo } from '../../../../src/frameworks/code/migrate-mongo';
import type { Program } from '../../../../src/model/migration';
import { only } from './read';

const mongo = { name: 'mongodb', major: 8 } as const;

function up(body: string, before = '', head = 'async up(db, client)'): Program {
  return only(migrateMongo, `${before}\nmodule.exports = { ${head} { ${body} } };`, mongo).up;
}

/** For each statement: its method and whether it is awaited. */
function awaited(program: Program): string[] {
  return program.statements.map(({ text, circumstances }) => `${/\.(\w+)\(/.exec(text)?.[1]} ${circumstances?.awaited}`);
}

describe('whether somebody waits for a call', () => {
  it.each([
    [`await db.collection('a').insertOne({});`, ['insertOne true']],
    [`db.collection('a').insertOne({});`, ['insertOne false']],
    [`return db.collection('a').insertOne({});`, ['insertOne true']],
    [`await Promise.all([db.collection('a').insertOne({}), db.collection('b').drop()]);`, ['insertOne true', 'drop true']],
    [`Promise.all([db.collection('a').insertOne({})]);`, ['insertOne false']],
    [`const p = db.collection('a').insertOne({}); await p;`, ['insertOne true']],
    [`const p = db.collection('a').insertOne({}); console.log('x');`, ['insertOne false']],
    [`const ps = []; ps.push(db.collection('a').insertOne({})); await Promise.all(ps);`, ['insertOne true']],
    [`const ps = []; ps.push(db.collection('a').insertOne({}));`, ['insertOne false']],
    [`await Promise.all(['a', 'b'].map((name) => db.collection(name).insertOne({})));`, ['insertOne true', 'insertOne true']],
    [`['a'].map(async (name) => { await db.collection(name).insertOne({}); });`, ['insertOne false']],
    [`['a'].forEach((name) => db.collection(name).insertOne({}));`, ['insertOne false']],
    [`return db.collection('a').insertOne({}).then(() => db.collection('b').insertOne({}));`, ['insertOne true', 'insertOne true']],
    [`db.collection('a').insertOne({}).then(() => db.collection('b').insertOne({}));`, ['insertOne false', 'insertOne false']],
    [`await db.collection('a').insertOne({}).then(() => { db.collection('b').insertOne({}); });`, ['insertOne true', 'insertOne false']],
    [`helper(db);`, ['insertOne false']],
    [`await helper(db);`, ['insertOne true']],
    [`await new Promise((resolve, reject) => { db.collection('a').insertOne({}).then(resolve, reject); });`, ['insertOne true']],
    [`await new Promise((resolve) => db.collection('a').insertOne({}, (error) => resolve()));`, ['insertOne true']],
    [`for await (const a of db.collection('a').find()) { await db.collection('b').insertOne(a); }`, ['find true', 'insertOne true']],
    [
      `const cursor = db.collection('a').find(); while (await cursor.hasNext()) { const a = await cursor.next(); await db.collection('b').insertOne(a); }`,
      ['find true', 'insertOne true'],
    ],
    [
      `const [n] = await Promise.all([db.collection('a').countDocuments()]); if (n) await db.collection('a').drop();`,
      ['countDocuments true', 'drop true'],
    ],
    [`setTimeout(async () => { await db.collection('a').drop(); }, 10);`, ['drop false']],
    [
      `return new Promise((resolve, reject) => { db.collection('a').find({}).toArray((err, docs) => { Promise.all(docs.map((d) => db.collection('a').deleteOne({ _id: d._id }))).then(resolve).catch(reject); }); });`,
      ['find true', 'deleteOne true'],
    ],
    [`void db.collection('a').drop();`, ['drop false']],
    [`(async () => { await db.collection('a').drop(); })();`, ['drop false']],
    [`await (async () => { await db.collection('a').drop(); })();`, ['drop true']],
    [`const r = flag ? await db.collection('a').drop() : await db.collection('b').drop();`, ['drop true', 'drop true']],
  ])('%s', (body, expected) => {
    expect(awaited(up(body, `async function helper(db) { await db.collection('a').insertOne({}); }`))).toEqual(expected);
  });

  it('an arrow that gives back its call is awaited by the tool', () => {
    const text = `export const up = async (db) => db.collection('a').insertOne({});\nexport const down = (db) => db.collection('a').deleteMany({});`;
    const { up: forward, down } = only(migrateMongo, text, mongo);
    expect([...awaited(forward), ...(down === undefined ? [] : awaited(down))]).toEqual(['insertOne true', 'deleteMany true']);
  });

  it('compiled code of TypeScript', () => {
    const text = `exports.up = function up(db) { return __awaiter(this, void 0, void 0, function* () { yield db.collection('a').insertOne({}); db.collection('a').drop(); }); };
var __awaiter = (this && this.__awaiter) || function () {};`;
    expect(awaited(only(migrateMongo, text, mongo).up)).toEqual(['insertOne true', 'drop false']);
  });
});

describe('loops', () => {
  it.each([
    [`for await (const a of db.collection('a').find()) await db.collection('b').insertOne(a);`, 'documents'],
    [`const as = await db.collection('a').find().toArray(); for (const a of as) await db.collection('b').insertOne(a);`, 'documents'],
    [
      `const as = await db.collection('a').find().toArray(); for (const id of as.map((a) => a._id)) await db.collection('b').insertOne({ id });`,
      'documents',
    ],
    [
      `const as = await db.collection('a').find().toArray(); await Promise.all(as.filter((a) => a.b).map((a) => db.collection('b').insertOne(a)));`,
      'documents',
    ],
    [
      `const cursor = db.collection('a').find(); while (await cursor.hasNext()) { await db.collection('b').insertOne(await cursor.next()); }`,
      'documents',
    ],
    [
      `const cursor = db.collection('a').aggregate([]); let a; while ((a = await cursor.next()) !== null) { await db.collection('b').insertOne(a); }`,
      'documents',
    ],
    [`await db.collection('a').find().forEach((a) => { db.collection('b').insertOne(a); });`, 'documents'],
    [`for (const name of ['x', 'y']) await db.collection(name).insertOne({});`, 'constant'],
    [`for (let i = 0; i < 3; i++) await db.collection('a').insertOne({ i });`, 'constant'],
    [`for (const name of Object.keys({ x: 1 })) await db.collection(name).insertOne({});`, 'constant'],
    [`for (const name of new Set(['x'])) await db.collection(name).insertOne({});`, 'constant'],
    [`for (const { name } of await db.listCollections().toArray()) await db.collection(name).insertOne({});`, 'documents'],
    [`for (const name of process.env.NAMES.split(',')) await db.collection(name).insertOne({});`, 'unknown'],
    [`let n; do { n = (await db.collection('a').insertOne({})).acknowledged; } while (n);`, 'unknown'],
  ])('%s', (body, over) => {
    const found = up(body).statements.filter(({ text }) => /insertOne/.test(text));
    expect(found.length).toBeGreaterThan(0);
    for (const { circumstances } of found) expect(circumstances?.loop?.over).toBe(over);
  });

  it('none around a helper that is called once', () => {
    expect(up(`await db.collection('a').insertOne({});`).statements[0]?.circumstances?.loop).toBeUndefined();
  });

  it('the loop around the call of a helper', () => {
    const helper = `async function move(a) { await db.collection('b').insertOne(a); }`;
    const { statements } = up(`${helper} for await (const a of db.collection('a').find()) await move(a);`);
    expect(statements.at(-1)?.circumstances?.loop?.over).toBe('documents');
  });
});

describe('errors that are let go', () => {
  it.each([
    [`try { await db.collection('a').drop(); } catch (error) { console.log(error); }`, true],
    [`try { await db.collection('a').drop(); } catch {}`, true],
    [`try { await db.collection('a').drop(); } catch (error) { throw error; }`, false],
    [`try { await db.collection('a').drop(); } catch (error) { if (error.code !== 26) throw error; }`, false],
    [`try { db.collection('a').drop(); } catch (error) { console.log(error); }`, false],
    [`await db.collection('a').drop().catch(() => {});`, true],
    [`await db.collection('a').drop().catch(() => null);`, true],
    [`await db.collection('a').drop().catch(console.error);`, true],
    [`await db.collection('a').drop().catch((error) => { throw new Error('x', { cause: error }); });`, false],
    [`await db.collection('a').drop().then(() => {}, () => {});`, true],
    [`await Promise.allSettled([db.collection('a').drop()]);`, true],
    [`await Promise.all([db.collection('a').drop()]);`, false],
    [`try { await one(); } catch (error) { console.log(error); }`, true],
    [`try { await one(); } catch (error) { process.exit(1); }`, false],
    [
      `const errors = []; try { await db.collection('a').drop(); } catch (error) { errors.push(error); } if (errors.length > 0) throw errors[0];`,
      false,
    ],
    [`try { await db.collection('a').drop(); } finally { console.log('done'); }`, false],
  ])('%s', (body, swallowed) => {
    const { statements } = up(`async function one() { await db.collection('a').drop(); } ${body}`);
    expect(statements).toHaveLength(1);
    expect(statements[0]?.circumstances?.swallowed !== undefined).toBe(swallowed);
  });
});

describe('transactions', () => {
  it('withTransaction', () => {
    const { statements } = up(
      `const s = client.startSession(); try { await s.withTransaction(async () => { await db.collection('a').insertOne({}, { session: s }); await db.collection('a').deleteOne({}); }); } finally { await s.endSession(); } await db.collection('a').drop();`,
    );
    expect(statements.map(({ text, circumstances }) => [text, circumstances?.transaction])).toEqual([
      ['session.startTransaction()', undefined],
      ['db.a.insertOne({}, { session })', { by: 'withTransaction', session: 's' }],
      ['db.a.deleteOne({})', { by: 'withTransaction', session: 's' }],
      ['session.commitTransaction()', undefined],
      ['db.a.drop()', undefined],
    ]);
  });

  it('startTransaction; what a handler ends is no part of the ordinary course', () => {
    const { statements } = up(
      `const session = client.startSession(); session.startTransaction(); try { await db.collection('a').insertOne({}, { session }); await session.commitTransaction(); } catch (error) { await session.abortTransaction(); throw error; } finally { session.endSession(); }`,
    );
    expect(statements.map(({ text }) => text)).toEqual([
      'session.startTransaction()',
      'db.a.insertOne({}, { session })',
      'session.commitTransaction()',
    ]);
    expect(statements[1]?.circumstances?.transaction).toEqual({ by: 'startTransaction', session: 'session' });
  });
});

describe('facts of a program', () => {
  it('connections', () => {
    const { facts } = up(
      `const own = new MongoClient('mongodb://x'); await own.connect(); await own.db('y').collection('a').insertOne({});`,
      `const { MongoClient } = require('mongodb');`,
    );
    expect(facts?.connections.map(({ closed }) => closed)).toEqual([false]);
    const closed = up(
      `const own = await MongoClient.connect('mongodb://x'); try { await own.db().collection('a').insertOne({}); } finally { await own.close(); }`,
      `const { MongoClient } = require('mongodb');`,
    );
    expect(closed.facts?.connections.map((each) => each.closed)).toEqual([true]);
  });

  it('imports of the application', () => {
    const text = `import { User } from '../src/models/user';\nimport type { Thing } from '../src/thing';\nimport { helper } from './helpers/rows';\nimport data from '../data/rows.json';\nimport _ from 'lodash';\nimport { x } from '@/models/x';\nexport const up = async (db) => { await db.collection('a').drop(); };`;
    const { facts } = only(migrateMongo, { '20260101-a.ts': text }, mongo).up;
    expect(facts?.applicationImports.map(({ specifier, range }) => [specifier, range.start.line])).toEqual([
      ['../src/models/user', 0],
      ['@/models/x', 5],
    ]);
  });

  it('handles that are not given', () => {
    const { facts, statements } = up(`await db.collection('a').drop();`, '', 'async up()');
    expect(statements.map(({ text }) => text)).toEqual(['db.a.drop()']);
    expect(facts?.foreignHandles.map(({ text }) => text)).toEqual(['db']);
  });

  it('the connection of mongoose in a migration of migrate-mongo', () => {
    const { facts, statements } = up(
      `await mongoose.connection.collection('a').drop();\nawait mongoose.connection.db.collection('b').drop();`,
      `const mongoose = require('mongoose');`,
    );
    expect(statements.map(({ text }) => text)).toEqual(['db.a.drop()', 'db.b.drop()']);
    expect(facts?.foreignHandles.map(({ text }) => text)).toEqual(['mongoose.connection', 'mongoose.connection.db']);
  });

  it('callbacks that nobody waits for', () => {
    const { facts, statements } = up(
      `await db.collection('a').find().forEach(async (a) => { await db.collection('b').insertOne(a); });\n['x'].forEach(async (n) => { await db.collection(n).drop(); });`,
    );
    expect(facts?.unawaitedCallbacks.map(({ range, text }) => [range.start.line, text.slice(0, 30)])).toEqual([
      [1, `db.collection('a').find().forE`],
      [2, `['x'].forEach(async (n) => { a`],
    ]);
    expect(statements).toHaveLength(3);
  });
});
