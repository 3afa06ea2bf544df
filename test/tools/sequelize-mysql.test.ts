import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sequelize as framework } from '../../src/frameworks/code/sequelize';
import { loadParser } from '../../src/parse/load';
import { root, withoutTools } from './tools';

/** What is read from calls of Sequelize's query interface on MySQL and MariaDB, against its own, which has no server and only notes what it sends. */

const cases: readonly string[] = [
  `createTable('users', {
    id: { type: Sequelize.INTEGER.UNSIGNED, primaryKey: true, autoIncrement: true, allowNull: false },
    big: Sequelize.BIGINT(11).UNSIGNED.ZEROFILL,
    small: { type: Sequelize.SMALLINT, defaultValue: 0 },
    tiny: { type: Sequelize.TINYINT(1), defaultValue: 1, allowNull: false },
    medium: Sequelize.MEDIUMINT,
    name: { type: Sequelize.STRING, allowNull: false, unique: true, comment: "it's" },
    short: { type: Sequelize.STRING(40), defaultValue: 'a\\\\b"c' },
    code: Sequelize.CHAR(4),
    bin: Sequelize.STRING(16).BINARY,
    text: Sequelize.TEXT,
    long: Sequelize.TEXT('long'),
    blob: Sequelize.BLOB('medium'),
    flag: { type: Sequelize.BOOLEAN, defaultValue: false },
    at: { type: Sequelize.DATE, allowNull: false, defaultValue: Sequelize.literal('CURRENT_TIMESTAMP') },
    at6: { type: Sequelize.DATE(6), defaultValue: Sequelize.fn('NOW', 6) },
    day: Sequelize.DATEONLY,
    time: Sequelize.TIME,
    price: { type: Sequelize.DECIMAL(10, 2), defaultValue: 1.5 },
    float: Sequelize.FLOAT,
    float2: Sequelize.FLOAT(8, 2),
    double: Sequelize.DOUBLE,
    real: Sequelize.REAL,
    uuid: { type: Sequelize.UUID, defaultValue: Sequelize.UUIDV4 },
    json: { type: Sequelize.JSON, allowNull: false },
    kind: { type: Sequelize.ENUM('a', 'b'), defaultValue: 'a' },
    kinds: { type: Sequelize.ENUM, values: ['x', 'y'] },
    team_id: { type: Sequelize.INTEGER, references: { model: 'teams', key: 'id' }, onDelete: 'cascade', onUpdate: 'SET NULL' },
    point: Sequelize.GEOMETRY('POINT'),
  }, { engine: 'InnoDB', charset: 'utf8mb4', collate: 'utf8mb4_unicode_ci', comment: 'people', uniqueKeys: { both: { fields: ['name', 'code'], customIndex: true } } })`,
  `createTable({ tableName: 't', schema: 's' }, { a: Sequelize.INTEGER, b: { type: Sequelize.INTEGER, primaryKey: true }, c: { type: Sequelize.INTEGER, primaryKey: true, field: 'd' } })`,
  "dropTable('users')",
  "renameTable('users', 'people')",
  "addColumn('users', 'age', { type: Sequelize.INTEGER, allowNull: true, after: 'name' })",
  "addColumn('users', 'team', { type: Sequelize.INTEGER, references: { model: 'teams', key: 'id' }, onDelete: 'CASCADE' })",
  "addColumn('users', 'a', Sequelize.STRING)",
  "removeColumn('users', 'age')",
  "changeColumn('users', 'name', { type: Sequelize.STRING(300), allowNull: false, defaultValue: 'x' })",
  "changeColumn('users', 'team', { type: Sequelize.INTEGER, references: { model: 'teams', key: 'id' } })",
  "addIndex('users', ['name'])",
  "addIndex('users', ['name', { name: 'code', length: 3, order: 'DESC' }], { unique: true, name: 'own', using: 'BTREE' })",
  "addIndex('users', { fields: ['userName'], type: 'FULLTEXT', parser: 'ngram' })",
  "addIndex('users', ['a'], { type: 'UNIQUE' })",
  "removeIndex('users', 'own')",
  "removeIndex('users', ['name', 'code'])",
  "addConstraint('users', { fields: ['name'], type: 'unique', name: 'own' })",
  "addConstraint('users', { fields: ['name', 'code'], type: 'unique' })",
  "addConstraint('users', { fields: ['id'], type: 'primary key' })",
  "addConstraint('users', { fields: ['age'], type: 'check', where: { age: { [Sequelize.Op.gte]: 18 } }, name: 'adult' })",
  "addConstraint('users', { fields: ['team_id'], type: 'foreign key', name: 'fk', references: { table: 'teams', field: 'id' }, onDelete: 'cascade', onUpdate: 'cascade' })",
  "bulkInsert('users', [{ a: 1, b: \"it's\" }, { a: null, c: true }])",
  "bulkInsert('users', [{ a: 1 }], { ignoreDuplicates: true })",
  "bulkInsert('users', [{ a: 1, b: 2 }], { updateOnDuplicate: ['b'], upsertKeys: ['a'] })",
  "bulkDelete('users', { a: [1, 2], b: null })",
  "bulkDelete('users', { name: { [Sequelize.Op.like]: 'x%' }, n: { [Sequelize.Op.between]: [1, 2] } })",
];

interface Interface {
  readonly sequelize: { query: (sql: string | { readonly query: string }) => Promise<readonly [readonly unknown[], unknown]> };
}

describe.skipIf(withoutTools()).each(['mysql', 'mariadb'] as const)('the SQL of a call for %s', (dialect) => {
  let Sequelize: new (...args: readonly unknown[]) => { getQueryInterface(): Interface };
  beforeAll(async () => {
    await loadParser();
    const required = createRequire(join(root, 'package.json'))('sequelize') as { readonly Sequelize: typeof Sequelize };
    Sequelize = required.Sequelize;
  });

  /** What Sequelize would send for it, but for what it only asks. */
  async function wanted(code: string): Promise<readonly string[]> {
    const sent: string[] = [];
    const queryInterface = new Sequelize('app', 'a', 'b', { dialect: 'mysql', logging: false }).getQueryInterface();
    queryInterface.sequelize.query = async (sql) => {
      sent.push(typeof sql === 'string' ? sql : sql.query);
      return [[], {}];
    };
    const run = new Function('queryInterface', 'Sequelize', `return queryInterface.${code}`) as (...args: unknown[]) => Promise<void>;
    await run(queryInterface, Sequelize);
    return sent.filter((sql) => !/^(?:SELECT|SHOW)\b/.test(sql));
  }

  it.each(cases)('%s', async (code) => {
    const text = `module.exports = {\n  async up(queryInterface, Sequelize) {\n    await queryInterface.${code};\n  },\n  async down() {},\n};\n`;
    const engine = { name: dialect, major: dialect === 'mysql' ? 9 : 11 };
    const [result] = framework.read([{ path: '20260101000000-a.js', text }], { engine, placeholders: {} });
    if (result?.ok !== true) throw new Error('not read');
    const { statements, unread } = result.value.up;
    expect(unread).toEqual([]);
    expect(statements).not.toEqual([]);
    expect(statements.map(({ sent }) => even(sent))).toEqual((await wanted(code)).map(even));
    expect(statements.flatMap(({ unreadable }) => unreadable ?? [])).toEqual([]);
  });
});

/** The semicolon at the end, and blanks. */
function even(sql: string): string {
  return sql
    .replace(/;\s*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,)])/g, '')
    .trim();
}
