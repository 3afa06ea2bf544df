import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dbMigrate } from '../../../../src/frameworks/code/db-migrate';
import { defaultConfiguration } from '../../../../src/lint/configuration';
import { lintFolder } from '../../../../src/lint/lint';
import { isOfFile } from '../../../../src/model/migration';
import { even, loadParser, only, statementsOf, unreadOf } from './read';

beforeAll(loadParser);

const tools = join(import.meta.dirname, '../../../tools');
const up = (body: string) => `exports.up = function (db, callback) {\n  ${body}\n};\n`;
const sent = (text: string) => statementsOf(only(dbMigrate, text).up);

describe.skipIf(!existsSync(join(tools, 'node_modules/db-migrate-pg')))('the same SQL as the driver itself', () => {
  async function driver(body: string): Promise<string[]> {
    const require = createRequire(join(tools, 'package.json'));
    const { base: Driver } = require('db-migrate-pg');
    const requests: string[] = [];
    const connection = {
      query: (sql: string, ...rest: unknown[]) => {
        requests.push(even(sql));
        const done = rest.at(-1);
        if (typeof done === 'function') done(null, { rows: [] });
      },
    };
    const type = require('db-migrate-shared').dataType;
    const log = { verbose: () => undefined, sql: () => undefined, warn: () => undefined, info: () => undefined };
    const db = new Driver(connection, 'public', { mod: { log, type }, migrationTable: 'migrations' });
    await new Function('db', `return (async () => { ${body} })();`)(db);
    return requests;
  }
  const whole = (requests: readonly string[]) =>
    requests
      .map((request) =>
        even(request)
          .replace(/\s*;$/, '')
          .replace(/ (?=\()/g, ''),
      )
      .join('; ');

  it.each([
    `await db.createTable('a', { id: { type: 'int', primaryKey: true, autoIncrement: true }, name: { type: 'string', length: 40, notNull: true, unique: true, defaultValue: 'x' }, at: { type: 'timestamptz', defaultValue: { special: 'CURRENT_TIMESTAMP' } }, n: { type: 'decimal', defaultValue: 5 }, raw: { type: 'text', defaultValue: { raw: 'now()' } }, big: 'bigint' });`,
    `await db.createTable('a', { columns: { x: { type: 'int', primaryKey: true }, y: { type: 'int', primaryKey: true } }, ifNotExists: true });`,
    `await db.createTable('a', { b: { type: 'int', foreignKey: { name: 'f', table: 'b', mapping: 'id', rules: { onDelete: 'CASCADE', onUpdate: 'RESTRICT' } } }, c: { type: 'int', comment: 'why' } });`,
    `await db.addColumn('a', 'b', { type: 'json', notNull: true }); await db.addColumn('a', 'c', 'boolean');`,
    `await db.addColumn('a', 'b', { type: 'int', foreignKey: { name: 'f', table: 'b', mapping: { b: 'id' } } });`,
    `await db.removeColumn('a', 'b'); await db.renameColumn('a', 'b', 'c'); await db.renameTable('a', 'b'); await db.dropTable('a', { ifExists: true });`,
    `await db.changeColumn('a', 'b', { type: 'string', length: 20, notNull: true, unique: true, defaultValue: 'x' });`,
    `await db.changeColumn('a', 'b', { type: 'bigint' });`,
    `await db.addColumn('a', 'b', { type: 'timestamp', defaultValue: new String('now()') });`,
    `await db.addColumn('a', 'b', { type: 'text', defaultValue: String('now()') + String.raw\`x\${1}\`.trim() + new String('y').trim() });`,
    `await db.addIndex('a', 'i', ['b', 'c'], true); await db.addIndex('a', 'i', 'b'); await db.removeIndex('a', 'i'); await db.removeIndex('i');`,
    `await db.addForeignKey('a', 'b', 'f', { x: 'id' }, { onDelete: 'CASCADE' }); await db.removeForeignKey('a', 'f');`,
    `await db.insert('a', ['x', 'y'], ["it's", 5]);`,
    // The driver never calls it back.
    `db.insert('a', ['x', 'y'], ["it's", 5], () => undefined);`,
    `await db.runSql('UPDATE a SET b = ? WHERE c = ?', [1, 2]);`,
  ])('%s', async (body) => {
    const { up: program } = only(dbMigrate, `exports.up = async function (db) {\n  ${body}\n};`);
    expect(unreadOf(program)).toEqual([]);
    expect(whole(statementsOf(program))).toBe(whole(await driver(body)));
  });
});

describe('forms', () => {
  it.each([
    ['a callback', up("db.runSql('DROP TABLE a', callback);")],
    ['a promise', "exports.up = (db) => db.runSql('DROP TABLE a');"],
    [
      'callbacks in callbacks',
      up("db.runSql('SELECT 1', function (err) { if (err) { return callback(err); } db.runSql('DROP TABLE a', callback); });"),
    ],
    [
      'async.series',
      `var async = require('async');\n${up("async.series([function (cb) { db.runSql('DROP TABLE a', cb); }, db.runSql.bind(db, 'SELECT 1')], callback);")}`,
    ],
    ['then', "exports.up = (db) => db.all('SELECT 1').then(() => db.runSql('DROP TABLE a'));"],
    ['a loop', "exports.up = async (db) => { for (const t of ['a']) await db.runSql('DROP TABLE ' + t); };"],
  ])('%s', (_, text) => {
    expect(sent(text)).toContain('DROP TABLE a');
    expect(unreadOf(only(dbMigrate, text).up)).toEqual([]);
  });

  it('what is bound for async.series stands where it is bound', () => {
    const text = `var async = require('async');
exports.up = function (db, callback) {
  async.series([
    db.addColumn.bind(db, 'a', 'b', 'int'),
    db.removeColumn.bind(db, 'a', 'c'),
  ], callback);
};`;
    const lines = text.split('\n');
    const found = only(dbMigrate, text).up.statements.map(({ range: { start, end } }) =>
      start.line === end.line ? lines[start.line]?.slice(start.character, end.character) : undefined,
    );
    expect(found).toEqual(["db.addColumn.bind(db, 'a', 'b', 'int')", "db.removeColumn.bind(db, 'a', 'c')"]);
  });

  it('data types come by setup', () => {
    const text = `var type;\nexports.setup = (options) => { type = options.dbmigrate.dataType; };\n${up("db.addColumn('a', 'b', { type: type.DATE_TIME }, callback);")}`;
    expect(sent(text)).toEqual(['ALTER TABLE "a" ADD COLUMN "b" TIMESTAMP']);
  });

  it('of what --sql-file generates the SQL files are the programs', () => {
    const code = (direction: string) => `exports.${direction} = function (db) {
  var filePath = path.join(__dirname, 'sqls', '20260101000000-a-${direction}.sql');
  return new Promise(function (resolve, reject) {
    fs.readFile(filePath, { encoding: 'utf-8' }, function (err, data) {
      if (err) return reject(err);
      console.log('received data: ' + data);
      resolve(data);
    });
  }).then(function (data) { return db.runSql(data); });
};
`;
    const files = {
      '20260101000000-a.js': `'use strict';
var dbm, type, seed, Promise;
var fs = require('fs');
var path = require('path');
exports.setup = function (options, seedLink) { dbm = options.dbmigrate; type = dbm.dataType; seed = seedLink; Promise = options.Promise; };
${code('up')}${code('down')}exports._meta = { version: 1 };
`,
      'sqls/20260101000000-a-up.sql': 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n',
      'sqls/20260101000000-a-down.sql': '/* Replace with your SQL commands */\n',
    };
    const migration = only(dbMigrate, files);
    expect(migration.up).toMatchObject({ path: 'sqls/20260101000000-a-up.sql', execution: { wrapped: true, groups: [[1, 2]] } });
    expect(migration.up.rendering).toBeUndefined();
    expect(migration.down).toBeUndefined();
    expect(isOfFile(migration, '20260101000000-a.js')).toBe(true);
    const { reports } = lintFolder({
      files: Object.entries(files).map(([path, text]) => ({ path, text })),
      configuration: { ...defaultConfiguration, framework: 'db-migrate' },
      paths: ['20260101000000-a.js'],
    });
    expect(reports.map(({ path, findings }) => [path, findings.map(({ rule }) => rule).includes('missing-rollback')])).toEqual([
      ['20260101000000-a.js', false],
      ['sqls/20260101000000-a-up.sql', true],
    ]);
    const placed = dbMigrate.placeDown(
      migration,
      Object.entries(files).map(([path, text]) => ({ path, text })),
      ['DROP TABLE b;', 'DROP TABLE a;'],
    );
    expect(placed).toMatchObject({ kind: 'edit', path: 'sqls/20260101000000-a-down.sql' });
  });

  it.each([
    "exports.down = function (db) {\n  throw new Error('There is no way back.');\n};\n",
    "exports.down = async () => { throw new Error('no'); };\n",
  ])('has no way back where it says so: %s', (down) => {
    const migration = only(dbMigrate, `${up("return db.dropTable('a');")}${down}`);
    expect([migration.down, migration.downUnsupported]).toEqual([undefined, true]);
  });

  it('has a way back where that throws for some databases alone', () => {
    const down = "exports.down = async (db) => {\n  if (db.old) throw new Error('no');\n  await db.runSql('DROP TABLE b');\n};\n";
    expect(only(dbMigrate, `${up("return db.dropTable('a');")}${down}`).downUnsupported).toBeUndefined();
  });

  it('a migration runs in a transaction', () => {
    expect(only(dbMigrate, up("db.runSql('SELECT 1', callback);")).up.execution).toMatchObject({ wrapped: true });
  });

  it('names what it can not read', () => {
    expect(unreadOf(only(dbMigrate, up("db.createTable('a', require('@app/columns'), callback);")).up)).toHaveLength(1);
  });
});

describe('writing', () => {
  it('a rollback with promises, without the callback', () => {
    const text = up("db.runSql('CREATE TABLE a (id int)', callback);");
    const migration = only(dbMigrate, text);
    expect(dbMigrate.placeDown(migration, [{ path: migration.up.path, text }], ['DROP TABLE a;'])).toMatchObject({
      newText: "\n\nexports.down = async function (db) {\n  await db.runSql('DROP TABLE a');\n};",
    });
  });

  it('no await where there can be none', () => {
    const call = "db.runSql('DROP TABLE a', callback)";
    const text = up(`${call};`);
    const { up: program } = only(dbMigrate, text);
    const start = text.indexOf(call);
    expect(dbMigrate.rawCall?.('SELECT 1', { program, text, call: { start, end: start + call.length } })).toBeUndefined();
  });
});
