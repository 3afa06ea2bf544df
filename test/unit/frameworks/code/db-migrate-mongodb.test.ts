import { describe, expect, it } from 'vitest';
import { dbMigrate } from '../../../../src/frameworks/code/db-migrate';
import { detectFramework } from '../../../../src/frameworks/registry';
import { lintFolder } from '../../../../src/lint/lint';
import { only, renderedOf, unreadOf } from './read';

const mongo = { name: 'mongodb', major: 8 } as const;
const head = `'use strict';
var dbm; var type; var seed; var Promise;
exports.setup = function (options, seedLink) { dbm = options.dbmigrate; type = dbm.dataType; seed = seedLink; Promise = options.Promise; };
`;

describe('db-migrate with its driver for MongoDB', () => {
  it.each([
    [
      `exports.up = function (db) { return db.createCollection('users').then(() => db.addIndex('users', 'users_email', ['email'], true)); };`,
      `db.createCollection('users'); db.users.createIndex({ email: 1 }, { name: 'users_email', unique: true });`,
    ],
    [
      `exports.up = function (db, callback) { db.insert('users', [{ a: 1 }, { a: 2 }], callback); };`,
      `db.users.insertMany([{ a: 1 }, { a: 2 }]);`,
    ],
    [
      `exports.up = function (db) { return Promise.all([db.removeIndex('users', 'a_1'), db.renameCollection('a', 'b')]); };`,
      `db.users.dropIndex('a_1'); db.a.renameCollection('b');`,
    ],
    [
      `var async = require('async'); exports.up = function (db, callback) { async.series([db.dropCollection.bind(db, 'a'), db.createTable.bind(db, 'b')], callback); };`,
      `db.a.drop(); db.createCollection('b');`,
    ],
    [
      `exports.up = async function (db) { await db._run('updateMany', 'users', { query: { a: 1 }, update: { $set: { b: 2 } } }); };`,
      `db.users.updateMany({ a: 1 }, { $set: { b: 2 } });`,
    ],
    [
      `exports.up = function (db, callback) { db.getDbInstance(function (err, mongo) { mongo.collection('a').updateMany({}, { $unset: { x: '' } }, callback); }); };`,
      `db.a.updateMany({}, { $unset: { x: '' } });`,
    ],
    [
      `exports.up = function (db, callback) { db._run('update', 'users', { query: { a: 1 }, update: { $set: { b: 2 } }, options: { multi: true, upsert: true } }, callback); };`,
      `db.users.updateMany({ a: 1 }, { $set: { b: 2 } }, { upsert: true });`,
    ],
    [
      `exports.up = function (db, callback) { db._run('renameCollection', 'a', { newCollection: 'b' }, function (err) { if (err) return callback(err); db._run('createIndex', 'b', { indexName: 'x', columns: ['x', 'y'], unique: true }, function () { db._run('dropIndex', 'b', { indexName: 'z' }, callback); }); }); };`,
      `db.a.renameCollection('b'); db.b.createIndex({ x: 1, y: 1 }, { name: 'x', unique: true }); db.b.dropIndex('z');`,
    ],
    [
      `exports.up = function (db, callback) { db._run('createCollection', 'a', null, function (err) { db.insert('a', { _id: 1 }, callback); }); };`,
      `db.createCollection('a'); db.a.insertOne({ _id: 1 });`,
    ],
  ])('%s', (body, text) => {
    const { up, engine } = only(dbMigrate, { '20260101000000-a.js': head + body }, mongo);
    expect(engine.name).toBe('mongodb');
    expect(unreadOf(up)).toEqual([]);
    expect(renderedOf(up).join(' ')).toBe(text);
    expect(up.statements.every(({ circumstances }) => circumstances?.awaited)).toBe(true);
  });

  it('has methods of its own that no driver has lost', () => {
    const rules = (body: string) =>
      lintFolder({
        files: [
          { path: '../package.json', text: '{"dependencies":{"db-migrate-mongodb":"1.5.0"}}' },
          { path: '20260101000000-a.js', text: head + body },
        ],
      }).reports.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    expect(rules(`exports.up = function (db, callback) { db.insert('users', [{ _id: 1 }], callback); };`)).not.toContain('removed-command');
    expect(
      rules(`exports.up = async (db) => { const own = await db.getDbInstance(); await own.collection('a').insert({ _id: 1 }); };`),
    ).toContain('removed-command');
  });

  it('is told by the driver in package.json', () => {
    const file = {
      path: '20260101000000-a.js',
      text: `${head}exports.up = function (db) { return db.createCollection('users'); };\nexports.down = function (db) { return null; };`,
    };
    const files = (dependencies: string) => [{ path: '../package.json', text: `{"dependencies":{${dependencies}}}` }, file];
    expect(detectFramework(files('"db-migrate-mongodb":"1.5.0"')).name).toBe('db-migrate');
    expect(lintFolder({ files: files('"db-migrate":"1","db-migrate-mongodb":"1.5.0","mongodb":"3.0.0"') }).engine.name).toBe('mongodb');
    expect(lintFolder({ files: files('"db-migrate":"1","db-migrate-pg":"1.5.0","db-migrate-mongodb":"1"') }).engine.name).toBe('postgres');
  });
});
