import { beforeAll, describe, expect, it } from 'vitest';
import { migrateMongo } from '../../../../src/frameworks/code/migrate-mongo';
import { tsMigrateMongoose } from '../../../../src/frameworks/code/ts-migrate-mongoose';
import { lintFolder } from '../../../../src/lint/lint';
import { loadParser } from '../../../../src/parse/load';
import { only, renderedOf, unreadOf } from './read';

beforeAll(loadParser);

const mongo = { name: 'mongodb', major: 8 } as const;

/** Migrations with callbacks, as drivers before 5 and migrate-mongo before 8 took them. */
const shapes: readonly (readonly [string, readonly string[]])[] = [
  [
    `db.collection('a').insertOne({ _id: 1 }, function (err) { if (err) return done(err); db.collection('b').insertOne({ _id: 2 }, done); });`,
    ['db.a.insertOne({ _id: 1 });', 'db.b.insertOne({ _id: 2 });'],
  ],
  [
    `db.createCollection('a', function (err, users) { if (err) return done(err); users.insertOne({ _id: 1 }, done); });`,
    [`db.createCollection('a');`, 'db.a.insertOne({ _id: 1 });'],
  ],
  [
    `db.collection('a').rename('b', function (err, renamed) { renamed.createIndexes([{ key: { x: 1 } }], function () { db.collection('c').drop(done); }); });`,
    [`db.a.renameCollection('b');`, `db.runCommand({ createIndexes: 'b', indexes: [{ key: { x: 1 }, name: "x_1" }] });`, 'db.c.drop();'],
  ],
  [
    `db.renameCollection('a', 'b', function (err, renamed) { renamed.deleteOne({ _id: 1 }, done); });`,
    [`db.a.renameCollection('b');`, 'db.b.deleteOne({ _id: 1 });'],
  ],
  [
    `const bulk = db.collection('a').initializeOrderedBulkOp(); bulk.insert({ _id: 1 }); bulk.execute(function () { db.admin().command({ ping: 1 }, () => db.collection('b').drop(done)); });`,
    ['db.a.bulkWrite([{ insertOne: { document: { _id: 1 } } }]);', 'db.adminCommand({ ping: 1 });', 'db.b.drop();'],
  ],
  [
    `const session = client.startSession(); session.startTransaction(); db.collection('a').insertOne({ _id: 1 }, { session }, function () { session.commitTransaction(function () { session.endSession(() => db.collection('b').drop(done)); }); });`,
    ['session.startTransaction();', 'db.a.insertOne({ _id: 1 }, { session });', 'session.commitTransaction();', 'db.b.drop();'],
  ],
  [
    `db.collection('a').findOne({ x: 1 }, function (err, found) { if (err) return done(err); db.collection('a').updateOne({ _id: found._id }, { $set: { y: found.x } }, done); });`,
    ['db.a.findOne({ x: 1 });', 'db.a.updateOne({ _id: ${found._id} }, { $set: { y: ${found.x} } });'],
  ],
  [
    `db.collection('a').find({}).each(function (err, user) { if (user === null) return done(); db.collection('a').updateOne({ _id: user._id }, { $set: { y: 1 } }, ignore); });`,
    ['db.a.find({});', 'db.a.updateOne({ _id: ${user._id} }, { $set: { y: 1 } });'],
  ],
  [
    `db.collection('a').find({}).forEach(function (user) { db.collection('a').updateOne({ _id: user._id }, { $set: { y: 1 } }, ignore); }, function () { db.collection('b').drop(done); });`,
    ['db.a.find({});', 'db.a.updateOne({ _id: ${user._id} }, { $set: { y: 1 } });', 'db.b.drop();'],
  ],
  [`db.collection('a').deleteOne({ _id: 1 }, handled(done));`, ['db.a.deleteOne({ _id: 1 });']],
  [`db.collection('a').deleteOne({ _id: 1 }, finish);`, ['db.a.deleteOne({ _id: 1 });']],
  [`db.collection('a').deleteOne({ _id: 1 }, finish.bind(null, done));`, ['db.a.deleteOne({ _id: 1 });']],
  [
    `async.series([(cb) => db.collection('a').drop(cb), (cb) => db.collection('b').insertMany([{ _id: 1 }], cb)], done);`,
    ['db.a.drop();', 'db.b.insertMany([{ _id: 1 }]);'],
  ],
  [
    `async.waterfall([(cb) => db.collection('a').findOne({ x: 1 }, cb), (found, cb) => db.collection('b').deleteOne({ _id: found._id }, cb)], done);`,
    ['db.a.findOne({ x: 1 });', 'db.b.deleteOne({ _id: ${document._id} });'],
  ],
  [
    `async.eachOf(['a', 'b'], (name, index, cb) => db.collection(name).insertOne({ _id: index }, cb), done);`,
    ['db.a.insertOne({ _id: 0 });', 'db.b.insertOne({ _id: 1 });'],
  ],
];

function migration(body: string): string {
  return `const async = require('async');
const handled = (next) => (error) => next(error);
function finish() {}
function ignore(error) {}
module.exports = { up(db, client, done) { ${body} }, down(db, client, done) { done(); } };`;
}

const findings = (text: string): readonly string[] =>
  lintFolder({ files: [{ path: '20260101000000-a.js', text }] }).reports.flatMap((report) => report.findings.map(({ rule }) => rule));

describe('callbacks', () => {
  it.each(shapes)('%s', (body, sent) => {
    const { up } = only(migrateMongo, migration(body), mongo);
    expect(renderedOf(up)).toEqual(sent);
    expect(unreadOf(up)).toEqual([]);
    expect(up.statements.map(({ circumstances }) => circumstances?.awaited)).toEqual(sent.map(() => true));
    expect(findings(migration(body))).not.toContain('promise-not-awaited');
  });

  it('of a list tell that each item has its request', () => {
    const { up } = only(
      migrateMongo,
      migration(
        `db.collection('a').find({}).toArray((err, users) => async.eachSeries(users, (user, cb) => db.collection('a').updateOne({ _id: user._id }, { $set: { x: 1 } }, cb), done));`,
      ),
      mongo,
    );
    expect(unreadOf(up)).toEqual([]);
    expect(up.statements.map(({ circumstances }) => circumstances?.loop?.over)).toEqual([undefined, 'documents']);
  });

  it('do not excuse a call that is given none', () => {
    const inner = `db.collection('a').deleteOne({ _id: 1 }, function () { db.collection('b').deleteOne({ _id: 1 }); done(); });`;
    const { up } = only(migrateMongo, migration(inner), mongo);
    expect(up.statements.map(({ circumstances }) => circumstances?.awaited)).toEqual([true, false]);
    const around = `client.withSession((session) => session.withTransaction(() => db.collection('a').deleteOne({ _id: 1 }, { session })));`;
    expect(findings(migration(around))).toContain('promise-not-awaited');
  });

  it('send a query of mongoose at once', () => {
    const text = (callback: string) =>
      `const mongoose = require('mongoose'); const User = mongoose.model('User', {}); export function up(connection, done) { User.updateMany({ a: 1 }, { b: 1 }${callback}); }`;
    const read = (callback: string) => only(tsMigrateMongoose, { '1700000000000-a.ts': text(callback) }, mongo).up;
    expect(renderedOf(read(', (error) => User.deleteMany({ c: 1 }, done)'))).toEqual([
      'db.users.updateMany({ a: 1 }, { $set: { b: 1 } });',
      'db.users.deleteMany({ c: 1 });',
    ]);
    expect(renderedOf(read(''))).toEqual([]);
  });
});
