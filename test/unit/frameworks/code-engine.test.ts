import { describe, expect, it } from 'vitest';
import { engineOfCode } from '../../../src/frameworks/code/engine';
import { cutToDatabase, isDatabaseSettings } from '../../../src/model/database-settings';

const migration = { path: '001_a.js', text: 'exports.up = (knex) => knex.schema.createTable("a", () => {});' };
const manifest = (...names: readonly string[]) => ({
  path: '../package.json',
  text: JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '1'])) }),
});

describe('the engine of a project in code', () => {
  it.each([
    [['knex', 'mysql2'], 'mysql'],
    [['sequelize', 'mariadb'], 'mariadb'],
    [['knex', 'mysql2', 'mariadb'], 'mariadb'],
    [['knex', 'mysql2', 'sqlite3'], 'mysql'],
    [['knex', 'pg'], 'postgres'],
    [['knex', 'pg', 'mysql2'], undefined],
    [['knex', 'sqlite3'], undefined],
    [['knex'], undefined],
  ])('is what the project depends on: %j', (names, expected) => {
    expect(engineOfCode([migration, manifest(...names)])).toBe(expected);
  });

  it.each([
    ['../knexfile.js', "module.exports = { client: 'mysql2', connection: process.env.URL }", 'mysql'],
    ['../knexfile.ts', "export default { development: { client: 'sqlite3' }, production: { client: 'mysql' } }", 'mysql'],
    ['../knexfile.js', "module.exports = { development: { client: 'mysql2' }, production: { client: 'pg' } }", 'postgres'],
    ['../knexfile.js', "module.exports = {\n  // client: 'mysql2',\n  client: 'pg' }", 'postgres'],
    ['../data-source.ts', "export const source = new DataSource({ type: 'mariadb', migrations: [] })", 'mariadb'],
    ['../config/config.json', '{ "production": { "dialect": "mysql", "password": "secret" } }', 'mysql'],
    ['../database.json', '{ "dev": { "driver": "mysql" } }', 'mysql'],
    ['../mikro-orm.config.ts', "import { defineConfig } from '@mikro-orm/mariadb'; export default defineConfig({})", 'mariadb'],
    ['../knexfile.js', "module.exports = { client: process.env.DB_CLIENT || 'mysql2' }", 'mysql'],
    ['../config/database.js', "module.exports = { production: { dialect: env.DIALECT ?? 'mariadb' } }", 'mariadb'],
    ['../typeorm.config.ts', "export default new DataSource({ type: 'mysql' })", 'mysql'],
    [
      '../mikro-orm.config.ts',
      "import { MySqlDriver } from '@mikro-orm/mysql'; import { MariaDbDriver } from '@mikro-orm/mariadb'; export default { driver: MariaDbDriver }",
      'mariadb',
    ],
    ['../data-source.ts', "new DataSource({ url: 'mysql://root:secret@localhost/app' })", 'mysql'],
  ])('is what the configuration says, before the dependencies: %s', (path, text, expected) => {
    const cut = cutToDatabase(path, text);
    expect(isDatabaseSettings(path)).toBe(true);
    expect(cut?.text).not.toContain('secret');
    expect(engineOfCode([migration, ...(cut === undefined ? [] : [cut]), manifest('pg')])).toBe(expected);
  });

  it('is not that of one of two configurations that contradict each other', () => {
    const settings = (path: string, type: string) => ({ path, text: `new DataSource({ type: '${type}' })` });
    const two = [settings('../data-source.mysql.ts', 'mysql'), settings('../data-source.pg.ts', 'postgres')];
    const sql = (text: string) => ({ path: '1-A.ts', text: `class A1 { async up(queryRunner) { await queryRunner.query(${text}); } }` });
    expect(engineOfCode([sql('"CREATE TABLE `users` (`id` int)"'), ...two, manifest('pg', 'mysql2')])).toBe('mysql');
    expect(engineOfCode([sql('\'CREATE TABLE "users" (id int)\''), ...two, manifest('pg', 'mysql2')])).toBeUndefined();
    expect(engineOfCode([migration, ...two, settings('data-source.ts', 'mysql')])).toBe('mysql');
    expect(engineOfCode([migration, ...two.map((file) => ({ ...file, text: two[0]?.text ?? '' }))])).toBe('mysql');
  });

  it.each(['config.json', '../tsconfig.json', '../src/config.js', '../package.json', '../source.ts'])(
    'takes no settings from %s',
    (path) => {
      expect(isDatabaseSettings(path)).toBe(false);
    },
  );

  it('is what the SQL in the code shows where nothing else tells', () => {
    const typeorm = (sql: string) => [{ path: '1-A.ts', text: `class A1 { async up(queryRunner) { await queryRunner.query(${sql}); } }` }];
    expect(engineOfCode(typeorm('"CREATE TABLE `users` (`id` int NOT NULL AUTO_INCREMENT) ENGINE=InnoDB"'))).toBe('mysql');
    expect(engineOfCode(typeorm('`ALTER TABLE \\`users\\` ADD \\`email\\` varchar(255) NOT NULL`'))).toBe('mysql');
    expect(engineOfCode(typeorm('`ALTER TABLE "users" ADD "email" text`'))).toBeUndefined();
    expect(engineOfCode(typeorm('`ALTER TABLE ` + table'))).toBeUndefined();
  });
});
