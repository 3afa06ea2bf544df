import { describe, expect, it } from 'vitest';
import { tsMigrateMongoose } from '../../../../src/frameworks/code/ts-migrate-mongoose';
import { detectFramework } from '../../../../src/frameworks/registry';
import type { Migration } from '../../../../src/model/migration';
import { only, renderedOf, unreadOf } from './read';

const mongo = { name: 'mongodb', major: 8 } as const;
const user = `import { Schema, model, models } from 'mongoose';
export const UserSchema = new Schema({ firstName: String });
export const Person = models.Person ?? model('Person', UserSchema);
export const Log = model('Log', new Schema({}, { collection: 'audit-log' }));`;

function read(body: string, others: Readonly<Record<string, string>> = { '../models/User.ts': user }): Migration {
  const text = `import type { Connection } from 'mongoose';
import mongoose from 'mongoose';
import { UserSchema, Person, Log } from '../models/User';
export async function up(connection: Connection): Promise<void> { ${body} }`;
  return only(tsMigrateMongoose, { '1673525773572-first.ts': text, ...others }, mongo);
}

it('mongoose in a migration of migrate-mongo makes it no other tool', () => {
  const file = (parameters: string) => ({
    path: '20250101000000-a.js',
    text: `const mongoose = require('mongoose');\nmodule.exports = { async up(${parameters}) { await mongoose.connect('mongodb://x'); } };`,
  });
  const configured = { path: 'migrate-mongo-config.js', text: 'module.exports = {};' };
  expect(detectFramework([file('')]).name).toBe('ts-migrate-mongoose');
  expect(detectFramework([file(''), configured]).name).toBe('migrate-mongo');
  expect(detectFramework([file('connection'), configured]).name).toBe('ts-migrate-mongoose');
});

describe('mongoose', () => {
  it.each([
    [
      `const User = connection.model('User', UserSchema); await User.updateMany({ a: 1 }, { $set: { b: 2 } });`,
      'db.users.updateMany({ a: 1 }, { $set: { b: 2 } });',
    ],
    [
      `const User = connection.model<IUser>('User', UserSchema); await User.create([{ firstName: 'A' }, { firstName: 'B' }]);`,
      `db.users.insertMany([{ firstName: 'A' }, { firstName: 'B' }]);`,
    ],
    [`await Person.deleteMany({ a: { $in: ['x'] } }).exec();`, `db.people.deleteMany({ a: { $in: ['x'] } });`],
    [
      `await Person.updateOne({ a: 1 }, { b: 2 }, { upsert: true });`,
      `db.people.updateOne({ a: 1 }, { $set: { b: 2 } }, { upsert: true });`,
    ],
    [`await Log.insertMany([{ a: 1 }]);`, `db.getCollection('audit-log').insertMany([{ a: 1 }]);`],
    [
      `await Person.findByIdAndUpdate(id, { $inc: { n: 1 } }, { new: true });`,
      'db.people.findOneAndUpdate({ _id: ${id} }, { $inc: { n: 1 } });',
    ],
    [`await connection.collection('a').drop();`, `db.a.drop();`],
    [`await connection.db.command({ collMod: 'a' });`, `db.runCommand({ collMod: 'a' });`],
    [`await connection.dropCollection('old');`, `db.old.drop();`],
    [`await mongoose.connection.db.collection('a').drop();`, `db.a.drop();`],
    [
      `for await (const p of Person.find({ a: null }).cursor()) { p.name = 'x'; await p.save(); }`,
      `db.people.find({ a: null }); db.people.updateOne({ _id: \${person._id} }, { $set: { name: 'x' } });`,
    ],
    [
      `const all = await Person.find().lean(); for (const p of all) await Person.updateOne({ _id: p._id }, { $unset: { a: 1 } });`,
      'db.people.find(); db.people.updateOne({ _id: ${person._id} }, { $unset: { a: 1 } });',
    ],
    [`const p = new Person({ firstName: 'x' }); await p.save();`, `db.people.insertOne({ firstName: 'x' });`],
    [
      `const session = await connection.startSession(); await session.withTransaction(async () => { await Person.updateMany({}, { $set: { a: 1 } }).session(session); }); await session.endSession();`,
      'session.startTransaction(); db.people.updateMany({}, { $set: { a: 1 } }, { session }); session.commitTransaction();',
    ],
    [
      `await connection.transaction(async (session) => { await Person.create([{ a: 1 }], { session }); });`,
      'session.startTransaction(); db.people.insertMany([{ a: 1 }], { session }); session.commitTransaction();',
    ],
    [`await Person.collection.dropIndex('a_1');`, `db.people.dropIndex('a_1');`],
    [`await connection.useDb('other').collection('a').drop();`, `db.getSiblingDB('other').a.drop();`],
    [`await Person.aggregate([{ $match: {} }, { $out: 'x' }]);`, `db.people.aggregate([{ $match: {} }, { $out: 'x' }]);`],
    [`await connection.createCollection('x', { capped: true });`, `db.createCollection('x', { capped: true });`],
  ])('%s', (body, text) => {
    const { up } = read(body);
    expect(unreadOf(up)).toEqual([]);
    expect(renderedOf(up).join(' ')).toBe(text);
  });

  it('queries that nobody awaits are named', () => {
    expect(unreadOf(read(`Person.updateMany({}, { $set: { a: 1 } });`).up)).toEqual([
      'Person.updateMany({}, { $set: { a: 1 } }): nobody awaits it, and until then mongoose does not send it',
    ]);
  });

  it('models that are not found are named', () => {
    expect(unreadOf(read(`await Person.updateMany({}, { $set: { a: 1 } });`, {}).up)).toEqual([
      'Person.updateMany({}, { $set: { a: 1 } }): it comes from "../models/User", which was not found beside the migrations',
    ]);
  });

  it('synchronising indexes is named', () => {
    expect(unreadOf(read(`await Person.syncIndexes();`).up)).toHaveLength(1);
  });

  it('facts', () => {
    const { facts } = read(`await mongoose.connection.db.collection('a').drop(); await mongoose.connect('mongodb://x');`).up;
    expect(facts?.foreignHandles).toHaveLength(1);
    expect(facts?.connections).toMatchObject([{ closed: false }]);
    expect(facts?.applicationImports.map(({ specifier }) => specifier)).toEqual(['../models/User']);
  });
});

describe('umzug', () => {
  it('is told by its context', async () => {
    const { detectFramework, readFolder } = await import('../../../../src/frameworks/registry');
    const files = [
      {
        path: '2026.01.01.a.ts',
        text: `import type { MigrationFn } from 'umzug';\nimport type { Db } from 'mongodb';\nexport const up: MigrationFn<Db> = async ({ context: db }) => { await db.collection('a').createIndex({ b: 1 }); };\nexport const down: MigrationFn<Db> = async ({ context: db }) => { await db.collection('a').dropIndex('b_1'); };`,
      },
      {
        path: '2026.01.02.b.ts',
        text: `export const up = async ({ context }) => { await context.db.collection('a').drop(); await context.client.db('x').collection('b').drop(); };`,
      },
      {
        path: '2026.01.03.c.ts',
        text: `export const up = async ({ context: { db, client } }) => { const session = client.startSession(); await db.collection('a').drop(); };`,
      },
      { path: '2026.01.04.e.ts', text: `export const up = async (params) => { await params.context.createCollection('a'); };` },
    ];
    expect(detectFramework(files).name).toBe('umzug');
    const { migrations, problems } = readFolder(files, { engine: mongo, placeholders: {} });
    expect(problems).toEqual([]);
    expect(migrations.map(({ up, down }) => [renderedOf(up).join(' '), renderedOf(down).join(' ')])).toEqual([
      [`db.a.createIndex({ b: 1 });`, `db.a.dropIndex('b_1');`],
      [`db.a.drop(); db.getSiblingDB('x').b.drop();`, ''],
      [`db.a.drop();`, ''],
      [`db.createCollection('a');`, ''],
    ]);
  });
});
