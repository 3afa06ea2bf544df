import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sequelize } from '../../../../src/frameworks/code/sequelize';
import { even, loadParser, only, statementsOf, unreadOf } from './read';

beforeAll(loadParser);

const tools = join(import.meta.dirname, '../../../tools');

function up(body: string): string {
  return `module.exports = {\n  async up(queryInterface, Sequelize) {\n    ${body}\n  },\n};\n`;
}

function sent(body: string): string[] {
  return statementsOf(only(sequelize, up(body)).up);
}

describe.skipIf(!existsSync(join(tools, 'node_modules/sequelize')))('the same SQL as Sequelize itself', () => {
  /** What the library sends for these calls, without a server: what it asks the server is answered with nothing. */
  async function library(body: string): Promise<string[]> {
    const require = createRequire(join(tools, 'package.json'));
    const { Sequelize } = require('sequelize');
    const connection = new Sequelize('postgres://x:y@localhost/z', { logging: false, databaseVersion: '14.0.0' });
    const requests: string[] = [];
    connection.query = async (sql: string | { query: string; bind?: unknown[] }) => {
      const { query, bind = [] } = typeof sql === 'string' ? { query: sql } : sql;
      if (/^SELECT t\.typname/.test(query)) return undefined;
      if (/^SELECT /.test(query)) return { a: { type: 'x' }, name: { type: 'x' } };
      // Its blocks are in single quotes, ours in dollars: that is all of the difference.
      const plain = query.replace(/DO '((?:[^']|'')*)'/g, (_, block: string) => `DO $$${block.replaceAll("''", "'")}$$`);
      requests.push(plain.replace(/\$(\d+)/g, (_, number) => connection.escape(bind[Number(number) - 1])));
      return [];
    };
    connection.dialect.connectionManager._refreshDynamicOIDs = async () => undefined;
    const run = new Function('queryInterface', 'Sequelize', `return (async () => {\n${body}\n})();`);
    await run(connection.getQueryInterface(), Sequelize);
    return requests;
  }

  /** As one text: how it is cut into requests is told apart by the groups. */
  const whole = (requests: readonly string[]) =>
    even(requests.map((request) => request.trim().replace(/;$/, '')).join('; ')).replace(/\s*;\s*/g, '; ');

  it.each([
    `await queryInterface.createTable('Users', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false },
      big: { type: Sequelize.BIGINT, autoIncrement: true },
      name: { type: Sequelize.STRING, allowNull: false, defaultValue: "it's" },
      code: { type: Sequelize.STRING(20), unique: true },
      kind: { type: Sequelize.ENUM('a', 'b'), defaultValue: 'a', allowNull: false },
      kinds: Sequelize.ARRAY(Sequelize.ENUM({ values: ['x', 'y'] })),
      price: Sequelize.DECIMAL(10, 2),
      ratio: Sequelize.FLOAT, exact: Sequelize.DOUBLE, small: Sequelize.SMALLINT,
      data: { type: Sequelize.JSONB, defaultValue: {} },
      tags: { type: Sequelize.ARRAY(Sequelize.TEXT), defaultValue: [] },
      teamId: { type: Sequelize.UUID, references: { model: 'Teams', key: 'id' }, onDelete: 'cascade', onUpdate: 'CASCADE' },
      ownerId: { type: Sequelize.INTEGER, references: { model: { tableName: 'owners', schema: 'app' }, key: 'id', deferrable: Sequelize.Deferrable.INITIALLY_DEFERRED } },
      token: { type: Sequelize.UUID, defaultValue: Sequelize.UUIDV4 },
      createdAt: { type: Sequelize.DATE, allowNull: false, defaultValue: Sequelize.fn('now') },
      day: { type: Sequelize.DATEONLY, defaultValue: Sequelize.literal('CURRENT_DATE') },
      on: { type: Sequelize.BOOLEAN, defaultValue: false },
      blob: Sequelize.BLOB, bin: Sequelize.STRING.BINARY, period: Sequelize.RANGE(Sequelize.DATE), net: Sequelize.INET, text: Sequelize.TEXT, raw: 'MONEY',
    });`,
    `await queryInterface.createTable('t', { a: { type: Sequelize.INTEGER, primaryKey: true, comment: 'first' }, b: { type: Sequelize.INTEGER, primaryKey: true } }, { comment: 'both', uniqueKeys: { u: { fields: ['a', 'b'] } } });`,
    `await queryInterface.createTable('t', { a: Sequelize.INTEGER }, { schema: 'app' });`,
    `await queryInterface.createTable({ tableName: 't', schema: 'app' }, { kind: Sequelize.ENUM('a') });`,
    `await queryInterface.dropTable('t'); await queryInterface.dropTable('t', { cascade: true }); await queryInterface.dropTable({ tableName: 't', schema: 's' });`,
    `await queryInterface.addColumn('t', 'c', { type: Sequelize.ENUM('x'), comment: 'why', allowNull: false, defaultValue: 'x' });`,
    `await queryInterface.addColumn({ tableName: 't', schema: 's' }, 'c', Sequelize.INTEGER);`,
    `await queryInterface.addColumn('t', 'c', { type: Sequelize.INTEGER, references: { model: 'u', key: 'id' }, onDelete: 'SET NULL' });`,
    `await queryInterface.removeColumn('t', 'c'); await queryInterface.renameTable('a', 'b'); await queryInterface.renameColumn('t', 'name', 'title');`,
    `await queryInterface.changeColumn('t', 'c', { type: Sequelize.STRING(40), allowNull: false, defaultValue: 'x' });`,
    `await queryInterface.changeColumn('t', 'c', { type: Sequelize.BIGINT });`,
    `await queryInterface.changeColumn('t', 'c', { type: Sequelize.TEXT, unique: true });`,
    `await queryInterface.changeColumn('t', 'c', { type: Sequelize.ENUM('a', 'b'), allowNull: true });`,
    `await queryInterface.changeColumn('t', 'c', { type: Sequelize.INTEGER, references: { model: 'u', key: 'id' }, onDelete: 'CASCADE' });`,
    `await queryInterface.addIndex('Users', ['teamId', 'createdAt']);`,
    `await queryInterface.addIndex('t', ['a'], { name: 'i', unique: true, concurrently: true, where: { deleted: null, n: { [Sequelize.Op.gt]: 5 } } });`,
    `await queryInterface.addIndex('t', { fields: [{ name: 'a', order: 'DESC', collate: 'C' }, Sequelize.fn('lower', Sequelize.col('b'))], name: 'i', using: 'gin', operator: 'x_ops' });`,
    `await queryInterface.addIndex('s.t', ['a'], { type: 'UNIQUE' });`,
    `await queryInterface.removeIndex('Users', ['teamId', 'createdAt']); await queryInterface.removeIndex('t', 'i', { concurrently: true });`,
    `await queryInterface.addConstraint('t', { fields: ['a', 'b'], type: 'unique' }); await queryInterface.addConstraint('t', { fields: ['a'], type: 'primary key', name: 'pk' });`,
    `await queryInterface.addConstraint('t', { fields: ['a'], type: 'check', where: { a: { [Sequelize.Op.in]: ['x', 'y'] } }, name: 'c' });`,
    `await queryInterface.addConstraint('t', { fields: ['a'], type: 'foreign key', references: { table: 'u', field: 'id' }, onDelete: 'cascade', onUpdate: 'no action', deferrable: Sequelize.Deferrable.INITIALLY_DEFERRED });`,
    `await queryInterface.addConstraint('t', { fields: ['a', 'b'], type: 'foreign key', name: 'f', references: { table: { tableName: 'u', schema: 's' }, fields: ['c', 'd'] } });`,
    `await queryInterface.removeConstraint('t', 'c');`,
    `await queryInterface.bulkInsert('t', [{ a: 1, b: "it's" }, { a: null, c: true }], { ignoreDuplicates: true });`,
    `await queryInterface.bulkUpdate('t', { a: 1, b: Sequelize.literal('b + 1') }, { c: null, d: [1, 2], [Sequelize.Op.or]: [{ e: 1 }, { f: { [Sequelize.Op.like]: 'x%' }, g: 2 }] });`,
    `await queryInterface.bulkDelete('t', { a: { [Sequelize.Op.between]: [1, 2] }, b: { [Sequelize.Op.ne]: null }, c: { [Sequelize.Op.or]: [1, null] } });`,
    `await queryInterface.bulkDelete('t', null, {}); await queryInterface.bulkDelete('t', {}, { truncate: true, cascade: true, restartIdentity: true });`,
    `await queryInterface.createSchema('s'); await queryInterface.dropSchema('s');`,
    `await queryInterface.createFunction('f', [{ type: 'integer', name: 'a', direction: 'IN' }], 'integer', 'plpgsql', 'RETURN a + 1;', ['IMMUTABLE'], { force: true });`,
    `await queryInterface.dropFunction('f', [{ type: 'integer', name: 'a' }]); await queryInterface.renameFunction('f', [], 'g');`,
    `await queryInterface.dropTrigger('t', 'tr'); await queryInterface.renameTrigger('t', 'a', 'b');`,
  ])('%s', async (body) => {
    expect(whole(statementsOf(only(sequelize, up(body)).up))).toBe(whole(await library(body)));
    expect(unreadOf(only(sequelize, up(body)).up)).toEqual([]);
  });
});

describe('raw SQL', () => {
  it('replaces what the library replaces', () => {
    expect(
      sent(
        `await queryInterface.sequelize.query('UPDATE t SET a = :a::text WHERE b IN (:list)', { replacements: { a: "x", list: [1, 2] } });
    await queryInterface.sequelize.query('DELETE FROM t WHERE a = ? AND b = ?', { replacements: [1, 'y'] });
    await queryInterface.sequelize.query({ query: 'SELECT $1', bind: [1] });`,
      ),
    ).toEqual(["UPDATE t SET a = 'x'::text WHERE b IN (1, 2)", "DELETE FROM t WHERE a = 1 AND b = 'y'", 'SELECT $1']);
  });

  it('keeps the place of each statement', () => {
    const text = up('await queryInterface.sequelize.query(`\n      DROP TABLE a;\n      DROP TABLE b;\n    `);');
    const { up: program } = only(sequelize, text);
    const lines = text.split('\n');
    expect(program.statements.map(({ range }) => lines[range.start.line]?.slice(range.start.character))).toEqual([
      'DROP TABLE a;',
      'DROP TABLE b;',
    ]);
    expect(program.execution.groups).toEqual([[1, 2]]);
  });
});

describe('transactions', () => {
  it('are those that the migration opens, and what is not handed one runs beside', () => {
    const { up: program } = only(
      sequelize,
      up(`await queryInterface.sequelize.transaction(async (transaction) => {
      await queryInterface.addColumn('t', 'a', Sequelize.TEXT, { transaction });
      await queryInterface.addIndex('t', ['a']);
      await queryInterface.sequelize.query('UPDATE t SET a = 1', { transaction });
    });
    await queryInterface.dropTable('x');`),
    );
    expect(statementsOf(program).map((statement) => statement.split(' ').slice(0, 2).join(' '))).toEqual([
      'START TRANSACTION',
      'ALTER TABLE',
      'CREATE INDEX',
      'UPDATE t',
      'COMMIT',
      'DROP TABLE',
    ]);
    expect(program.execution).toMatchObject({
      wrapped: false,
      transactions: [
        { kind: 'explicit', statements: [1, 2, 4, 5] },
        { kind: 'autocommit', statements: [3] },
        { kind: 'autocommit', statements: [6] },
      ],
      beside: [3],
    });
  });

  it('by hand: a rollback in a catch is no part of the run', () => {
    const { up: program } = only(
      sequelize,
      up(`const t = await queryInterface.sequelize.transaction();
    try {
      await queryInterface.removeColumn('t', 'a', { transaction: t });
      await t.commit();
    } catch (error) {
      await t.rollback();
      throw error;
    }`),
    );
    expect(statementsOf(program)).toEqual(['START TRANSACTION', 'ALTER TABLE "public"."t" DROP COLUMN "a"', 'COMMIT']);
    expect(program.execution.transactions).toBeUndefined();
  });

  it('a transaction given as the options themselves is none', () => {
    const { up: program } = only(
      sequelize,
      up(`const t = await queryInterface.sequelize.transaction(); await queryInterface.removeColumn('t', 'a', t); await t.commit();`),
    );
    expect(program.execution.beside).toEqual([2]);
  });
});

describe('forms', () => {
  it.each([
    `exports.up = async ({ context: queryInterface }) => { await queryInterface.dropTable('a'); };`,
    `exports.up = ({ context: sequelize }) => sequelize.query('DROP TABLE IF EXISTS "a"');`,
    `module.exports = { up: (queryInterface) => queryInterface.dropTable('a') };`,
    `module.exports = { up: function (queryInterface, Sequelize, done) { return queryInterface.dropTable('a').then(() => {}); } };`,
    `export async function up({ context }) { await context.sequelize.getQueryInterface().dropTable('a'); }`,
    `export default { up: async (queryInterface) => Promise.all([queryInterface.dropTable('a')]) };`,
  ])('%s', (text) => {
    expect(statementsOf(only(sequelize, text).up)).toEqual(['DROP TABLE IF EXISTS "a"']);
  });

  it('asks first, as IF NOT EXISTS does', () => {
    expect(
      sent(
        `const table = await queryInterface.describeTable('t'); if (!table.a) await queryInterface.addColumn('t', 'a', Sequelize.TEXT);`,
      ),
    ).toEqual(['ALTER TABLE "public"."t" ADD COLUMN IF NOT EXISTS "a" TEXT']);
  });

  it('names what it can not read', () => {
    const { up: program } = only(
      sequelize,
      up(`await queryInterface.createTable('t', require('@app/columns')); await queryInterface.dropAllTables();`),
    );
    expect(unreadOf(program)).toHaveLength(2);
    expect(program.statements).toEqual([]);
  });

  it.each(["async down() {\n    throw new Error('irreversible');\n  }", "down: () => {\n    throw new Error('irreversible');\n  }"])(
    'has no way back where it says so: %s',
    (down) => {
      const migration = only(sequelize, `${up("await queryInterface.dropTable('a');").slice(0, -3)}  ${down},\n};\n`);
      expect(migration.up.statements).toHaveLength(1);
      expect(migration.down).toBeUndefined();
      expect(migration.downUnsupported).toBe(true);
    },
  );

  it('is recognised', () => {
    const file = (path: string, text: string) => ({ path, text });
    expect(sequelize.detect([file('1-a.js', up(`await queryInterface.dropTable('a');`))])).toBeGreaterThan(0.9);
    expect(sequelize.detect([file('1-a.js', 'exports.up = (knex) => knex.raw("x");')])).toBe(0);
    const named = (parameters: string, body: string) => [file('1-a.js', `module.exports = { async up(${parameters}) { ${body} } };`)];
    expect(sequelize.detect(named('qi, Sequelize', `await qi.dropTable('a');`))).toBeGreaterThan(0.9);
    expect(sequelize.detect(named('{ context: qi }', `await qi.addColumn('a', 'b', { type: DataTypes.STRING });`))).toBeGreaterThan(0.9);
    expect(sequelize.detect(named('qi', `await qi.dropTable('a');`))).toBe(0);
    const project = file('../package.json', '{ "dependencies": { "sequelize": "6" } }');
    expect(sequelize.detect([...named('qi', `await qi.dropTable('a');`), project])).toBeGreaterThan(0.9);
    expect(sequelize.detect([...named('db', `await db.schema.dropTable('a');`), project])).toBe(0);
  });

  it.each([
    `module.exports = { async up(qi, Sequelize) { await qi.addColumn('a', 'b', { type: Sequelize.DATE }); } };`,
    `module.exports = { up: (q, { DataTypes }) => q.addColumn('a', 'b', DataTypes.INTEGER) };`,
    `module.exports = { up: (query) => query.sequelize.query('SELECT 1') };`,
    `/** @type {import('sequelize-cli').Migration} */ module.exports = { up: (i) => i.dropTable('a') };`,
  ])('is recognised whatever the query interface is called: %s', (text) => {
    expect(sequelize.detect([{ path: '20240101-a.js', text }])).toBeGreaterThan(0.9);
  });
});

describe('writing', () => {
  it('puts a rollback into the down of its form', () => {
    const text = up(`await queryInterface.dropTable('a');`);
    const migration = only(sequelize, text);
    const placed = sequelize.placeDown(
      migration,
      [{ path: migration.up.path, text }],
      ['CREATE TABLE a (id int);', '-- The rows are gone.\n'],
    );
    expect(placed).toMatchObject({
      kind: 'edit',
      newText: `\n\n  async down(queryInterface, Sequelize) {\n    await queryInterface.sequelize.query('CREATE TABLE a (id int)');\n    // The rows are gone.\n  },`,
    });
  });

  it('writes a raw call with the transaction of the call', () => {
    const call = `queryInterface.addIndex('t', ['a'], { transaction: t })`;
    const text = up(`await ${call};`);
    const start = text.indexOf(call);
    const { up: program } = only(sequelize, text);
    expect(sequelize.rawCall?.('CREATE INDEX i ON t (a)', { program, text, call: { start, end: start + call.length } })).toBe(
      `await queryInterface.sequelize.query('CREATE INDEX i ON t (a)', { transaction: t });`,
    );
    expect(sequelize.rawCall?.('COMMIT', { program, text, call: { start, end: start + call.length } })).toBeUndefined();
  });
});
