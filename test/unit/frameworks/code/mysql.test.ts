// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of the code that is linted.
import { beforeAll, describe, expect, it } from 'vitest';
import { builderCall } from '../../../../src/frameworks/code/knex/writing-builders';
import { frameworkByName } from '../../../../src/frameworks/registry';
import { defaultConfiguration } from '../../../../src/lint/configuration';
import { editText } from '../../../../src/lint/fixes';
import { lintFolder } from '../../../../src/lint/lint';
import { emptyCatalog } from '../../../../src/model/catalog';
import type { Engine } from '../../../../src/model/engine';
import type { FrameworkName, Migration } from '../../../../src/model/migration';
import type { SourceFile } from '../../../../src/model/run-protocol';
import { planProgram } from '../../../../src/plan/plan';
import { generateDown } from '../../../../src/rollback/down';
import { replay } from '../../../../src/schema/virtual-schema';
import { loadParser, only, statementsOf, unreadOf } from './read';

const mysql: Engine = { name: 'mysql', major: 8, minor: 4 };

beforeAll(loadParser);

/** A migration of the framework whose `up` holds these lines, and where its file lies. */
function fileFor(name: FrameworkName, body: string, down = ''): { readonly path: string; readonly text: string } {
  switch (name) {
    case 'typeorm':
      return {
        path: '1700000000000-A.ts',
        text: `import { Table, TableColumn, TableIndex, TableForeignKey, TableUnique } from 'typeorm';\nexport class A1700000000000 implements MigrationInterface {\n  async up(queryRunner: QueryRunner) {\n${body}\n  }\n  async down(queryRunner: QueryRunner) {${down}}\n}\n`,
      };
    case 'mikro-orm':
      return {
        path: 'Migration20260101000000.ts',
        text: `import { Migration } from '@mikro-orm/migrations';\nexport class Migration20260101000000 extends Migration {\n  async up() {\n${body}\n  }\n  async down() {${down}}\n}\n`,
      };
    case 'sequelize':
      return {
        path: '20260101000000-a.js',
        text: `module.exports = {\n  async up(queryInterface, Sequelize) {\n${body}\n  },\n  async down(queryInterface) {${down}},\n};\n`,
      };
    case 'db-migrate':
      return {
        path: '20260101000000-a.js',
        text: `exports.up = async function (db) {\n${body}\n};\nexports.down = async function (db) {${down}};\n`,
      };
    default:
      return {
        path: '20260101000000_a.js',
        text: `exports.up = async (knex) => {\n${body}\n};\nexports.down = async (knex) => {${down}};\n`,
      };
  }
}

function read(name: FrameworkName, body: string, engine = mysql): Migration {
  const framework = frameworkByName(name);
  if (framework === undefined) throw new Error(name);
  const { path, text } = fileFor(name, body);
  return only(framework, { [path]: text }, engine);
}

const create = 'CREATE TABLE `users` (`id` int NOT NULL AUTO_INCREMENT, `email` varchar(255) NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB';
const literal = JSON.stringify(create);

const rawCalls: readonly (readonly [FrameworkName, (sql: string) => string])[] = [
  ['typeorm', (sql) => `await queryRunner.query(${sql});`],
  ['typeorm', (sql) => `await queryRunner.manager.query(${sql});`],
  ['knex', (sql) => `await knex.raw(${sql});`],
  ['knex', (sql) => `await knex.schema.raw(${sql});`],
  ['sequelize', (sql) => `await queryInterface.sequelize.query(${sql});`],
  ['db-migrate', (sql) => `await db.runSql(${sql});`],
  ['mikro-orm', (sql) => `this.addSql(${sql});`],
];

describe('DELIMITER', () => {
  const body = 'CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW\nBEGIN\n  SET NEW.a = 1;\nEND';

  it('is refused by the server, to which code sends it as it stands', () => {
    const sql = JSON.stringify(`DELIMITER $$\n${body}$$\nDELIMITER ;`);
    const [statement, ...others] = read('knex', `  await knex.raw(${sql});`).up.statements;
    expect(others).toEqual([]);
    const behind = JSON.stringify(`DROP TRIGGER IF EXISTS x;\nDELIMITER //\n${body} //`);
    expect(read('sequelize', `await queryInterface.sequelize.query(${behind});`).up.statements[0]?.unreadable).toBeDefined();
    expect(statement?.unreadable?.message).toMatch(/^DELIMITER is a command of the mysql program/);
    expect(statement?.unreadable?.range.start.line).toBe(1);
    expect(statement?.operations).toEqual([]);
  });

  it('is not asked for by a body, and is a word like others elsewhere', () => {
    const sql = [body, "UPDATE t SET delimiter = ';'", 'CREATE TABLE t (\n  id int PRIMARY KEY,\n  delimiter char(1)\n)'];
    const { up } = read('typeorm', sql.map((each) => `    await queryRunner.query(${JSON.stringify(each)});`).join('\n'));
    expect(up.statements.map(({ unreadable }) => unreadable)).toEqual([undefined, undefined, undefined]);
    expect(up.statements.every(({ operations }) => operations.length > 0)).toBe(true);
  });
});

describe('raw SQL for MySQL', () => {
  it.each(rawCalls)('of %s is read by the reader of MySQL: %s', (name, call) => {
    const { up } = read(name, call(literal));
    expect(unreadOf(up)).toEqual([]);
    expect(statementsOf(up)).toEqual([create]);
    expect(up.statements[0]?.operations.map(({ kind }) => kind)).toEqual(['create table']);
  });

  it('has the marks of parameters of its driver', () => {
    expect(statementsOf(read('typeorm', 'await queryRunner.query("UPDATE `a` SET `b` = ? WHERE `c` = ?", [1, 2]);').up)).toEqual([
      'UPDATE `a` SET `b` = ? WHERE `c` = ?',
    ]);
    expect(statementsOf(read('db-migrate', 'await db.runSql("UPDATE a SET b = ? WHERE c = ?", [1, 2]);').up)).toEqual([
      'UPDATE a SET b = ? WHERE c = ?',
    ]);
  });

  it.each(rawCalls)('of %s is fixed in its literal, and silenced by a comment above it', (name, call) => {
    const first = fileFor(name, call(literal));
    const earlier = (text: string) => text.replaceAll('2026', '2025').replaceAll('1700000000000', '1600000000000');
    const lint = ({ path, text }: SourceFile) => {
      const files = [
        { path: earlier(first.path), text: earlier(first.text) },
        { path, text },
      ];
      const { reports } = lintFolder({
        files,
        paths: [path],
        configuration: { ...defaultConfiguration, framework: name, engine: 'mysql' },
      });
      return reports.flatMap(({ findings }) => findings);
    };
    const line = call('"ALTER TABLE `users` DROP COLUMN `email`, ADD INDEX `by_id` (`id`)"');
    const file = fileFor(name, line);
    const findings = lint(file);
    expect(findings.map(({ rule }) => rule)).toContain('mysql-destructive-change');
    const fix = findings.flatMap(({ fixes }) => fixes).find(({ title }) => /LOCK/.test(title));
    if (fix === undefined) throw new Error(JSON.stringify(findings, undefined, 1));
    const fixed = editText(file.text, fix.edits);
    expect(fixed).toContain('ALTER TABLE `users` DROP COLUMN `email`, ADD INDEX `by_id` (`id`), ');
    const silenced = lint(fileFor(name, `// faultline-ignore mysql-destructive-change: nobody reads it\n${line}`));
    expect(silenced.map(({ rule }) => rule)).not.toContain('mysql-destructive-change');
  });
});

describe('how it runs on MySQL', () => {
  it('every definition commits what the tool has opened', () => {
    const body = 'await knex.raw("UPDATE a SET b = 1");\nawait knex.raw("ALTER TABLE a ADD c int");\nawait knex.raw("UPDATE a SET c = 1");';
    const migration = read('knex', body);
    const plan = planProgram(migration, 'up');
    expect(plan.transactions.map(({ kind, statements }) => [kind, statements])).toEqual([
      ['framework', [1]],
      ['autocommit', [2]],
      ['autocommit', [3]],
    ]);
    expect(migration.up.execution.because).toContain('every statement that defines something commits');
  });

  it('db-migrate turns autocommit off, so that what follows is in a transaction again', () => {
    const { execution } = read('db-migrate', 'await db.runSql("ALTER TABLE a ADD c int");').up;
    expect(execution).toMatchObject({ wrapped: true, autocommitOff: true });
  });
});

describe('a rollback for MySQL', () => {
  it.each([
    ['DROP TABLE `logs`', "knex.schema.dropTable('logs')"],
    ['DROP TABLE IF EXISTS `app`.`logs`', "knex.schema.withSchema('app').dropTableIfExists('logs')"],
    ['ALTER TABLE `a` DROP COLUMN `b`', "knex.schema.alterTable('a', (table) => {\n    table.dropColumn('b');\n  })"],
    ['ALTER TABLE `a` DROP COLUMN `b`, DROP COLUMN `c`', undefined],
    ['ALTER TABLE `a` RENAME COLUMN `b` TO `c`', undefined],
    ['ALTER TABLE `a` ADD COLUMN `b` int', undefined],
  ])('%s is a call of the builder of knex where that says the same', (sql, expected) => {
    expect(builderCall('knex', sql, mysql)).toBe(expected);
  });

  it.each(rawCalls)('of %s is written in its own form', (name, call) => {
    const framework = frameworkByName(name);
    const { path, text } = fileFor(name, call('"CREATE TABLE `logs` (`id` int)"'));
    const migration = framework && only(framework, { [path]: text }, mysql);
    if (framework === undefined || migration === undefined) throw new Error(name);
    const after = replay(emptyCatalog, migration.up.statements, mysql);
    const placed = framework.placeDown(migration, [{ path, text }], generateDown(migration, emptyCatalog, after).statements);
    if (placed.kind !== 'edit') throw new Error(placed.kind);
    const written = text.slice(0, placed.span.start) + placed.newText + text.slice(placed.span.end);
    expect(statementsOf(only(framework, { [path]: written }, mysql).down)).toEqual([expect.stringMatching(/^drop table `logs`$/i)]);
  });
});

describe('builders of TypeORM for MySQL', () => {
  const two = (down: string) =>
    `await queryRunner.createTable(new Table({ name: 'a', columns: [{ name: 'id', type: 'int', isPrimary: true }, { name: 'b', type: 'int' }], indices: [{ name: 'by_b', columnNames: ['b'] }] }));\n${down}`;
  const sent = (line: string) => statementsOf(read('typeorm', two(line)).up).slice(1);

  it('know the tables that the migration made', () => {
    expect(sent("await queryRunner.dropColumn('a', 'b');")).toEqual(['DROP INDEX `by_b` ON `a`', 'ALTER TABLE `a` DROP COLUMN `b`']);
    expect(sent("await queryRunner.dropTable('a');")).toEqual(['DROP INDEX `by_b` ON `a`', 'DROP TABLE `a`']);
    expect(sent("await queryRunner.renameColumn('a', 'b', 'c');")).toEqual(['ALTER TABLE `a` RENAME COLUMN `b` TO `c`']);
    expect(sent("await queryRunner.addColumn('a', new TableColumn({ name: 'c', type: 'int', isPrimary: true }));")).toEqual([
      'ALTER TABLE `a` ADD `c` int NOT NULL',
      'ALTER TABLE `a` DROP PRIMARY KEY',
      'ALTER TABLE `a` ADD PRIMARY KEY (`id`, `c`)',
    ]);
  });

  it('are named where TypeORM goes by what is in the database, and where it refuses', () => {
    const unread = (line: string) => unreadOf(read('typeorm', two(line)).up).join();
    expect(unread("await queryRunner.changeColumn('a', 'b', new TableColumn({ name: 'b', type: 'bigint' }));")).toContain(
      'drops the column',
    );
    expect(unread("await queryRunner.createUniqueConstraint('a', new TableUnique({ columnNames: ['b'] }));")).toContain('refuses');
  });
});

describe('a column that the code asks for first', () => {
  it.each([
    ['knex', "if (!(await knex.schema.hasColumn('a', 'b'))) await knex.schema.alterTable('a', (t) => { t.text('b'); });", true],
    ['knex', "if (!(await knex.schema.hasColumn('a', 'c'))) await knex.schema.alterTable('a', (t) => { t.text('b'); });", false],
    ['knex', "await knex.schema.alterTable('a', (t) => { t.text('b'); });", false],
    [
      'typeorm',
      "if (!(await queryRunner.hasColumn('a', 'b'))) await queryRunner.addColumn('a', new TableColumn({ name: 'b', type: 'int' }));",
      true,
    ],
    [
      'typeorm',
      "if (await queryRunner.hasColumn('a', 'b')) await queryRunner.addColumn('a', new TableColumn({ name: 'b', type: 'int' }));",
      false,
    ],
    [
      'sequelize',
      "const table = await queryInterface.describeTable('a');\nif (!table.b) await queryInterface.addColumn('a', 'b', Sequelize.INTEGER);",
      true,
    ],
    ['sequelize', "await queryInterface.addColumn('a', 'b', Sequelize.INTEGER);", false],
  ] as const)('is added as with IF NOT EXISTS: %s, %s', (name, body, expected) => {
    const [statement] = read(name, body).up.statements;
    expect(statement?.sent).not.toContain('EXISTS');
    expect(statement?.operations).toMatchObject([{ kind: 'add column', ifNotExists: expected }]);
  });
});

describe('what other calls mean for MySQL', () => {
  it('of db-migrate are its own words', () => {
    const body = `await db.createTable('a', { columns: { id: { type: 'int', primaryKey: true, autoIncrement: true, unsigned: true }, b: 'string', c: { type: 'text', notNull: true } }, charset: 'utf8mb4' });
await db.addColumn('a', 'd', { type: 'boolean', defaultValue: false, after: 'b' });
await db.renameTable('a', 'e');
await db.addIndex('e', 'i', ['b', { name: 'c', length: 10 }], true);
await db.addForeignKey('e', 'f', 'fk', { d: 'id' }, { onDelete: 'CASCADE' });
await db.removeIndex('e', 'i');
await db.removeForeignKey('e', 'fk', { dropIndex: true });
await db.changeColumn('e', 'b', { type: 'string', length: 20, notNull: true });
await db.insert('e', ['b', 'd'], ["it's", 1]);`;
    const { up } = read('db-migrate', body);
    expect(unreadOf(up)).toEqual([]);
    expect(statementsOf(up)).toEqual([
      'CREATE TABLE `a` (`id` INTEGER UNSIGNED PRIMARY KEY AUTO_INCREMENT, `b` VARCHAR(255), `c` TEXT NOT NULL) CHARACTER SET utf8mb4',
      'ALTER TABLE `a` ADD COLUMN `d` TINYINT(1) DEFAULT false AFTER b',
      'RENAME TABLE `a` TO `e`',
      'ALTER TABLE `e` ADD UNIQUE INDEX `i` (`b`, `c`(10))',
      'ALTER TABLE `e` ADD CONSTRAINT `fk` FOREIGN KEY (`d`) REFERENCES `f` (`id`) ON DELETE CASCADE ON UPDATE NO ACTION',
      'DROP INDEX `i` ON `e`',
      'ALTER TABLE `e` DROP FOREIGN KEY `fk`',
      'ALTER TABLE `e` DROP INDEX `fk`',
      'ALTER TABLE `e` CHANGE COLUMN `b` `b` VARCHAR(20) NOT NULL',
      "INSERT INTO `e` (`b`,`d`) VALUES ('it''s',1)",
    ]);
  });

  it('of TypeORM write rows in its words', () => {
    const body = `await queryRunner.manager.upsert('a', { id: 1, b: "it's" }, ['id']);
await queryRunner.manager.createQueryBuilder().insert().into('a').values({ b: 1 }).orIgnore().execute();
await queryRunner.manager.createQueryBuilder().update('a').set({ b: 2 }).where('id = :id', { id: 3 }).execute();`;
    expect(statementsOf(read('typeorm', body).up)).toEqual([
      "INSERT INTO `a` (`id`, `b`) VALUES (1, 'it''s') ON DUPLICATE KEY UPDATE `b` = VALUES(`b`)",
      'INSERT IGNORE INTO `a` (`b`) VALUES (1)',
      'UPDATE `a` SET `b` = 2 WHERE id = 3',
    ]);
  });

  it('of Sequelize have replacements and bound values of its own', () => {
    const body = `await queryInterface.sequelize.query('UPDATE a SET b = ? WHERE c = :c', { replacements: ["it's"] });
await queryInterface.sequelize.query('UPDATE a SET b = $b WHERE c = $1', { bind: { b: 1 } });
await queryInterface.sequelize.query('DELETE FROM a WHERE b IN (:b)', { replacements: { b: [1, 2] } });`;
    expect(statementsOf(read('sequelize', body).up)).toEqual([
      "UPDATE a SET b = 'it\\'s' WHERE c = :c",
      'UPDATE a SET b = ? WHERE c = ?',
      'DELETE FROM a WHERE b IN (1, 2)',
    ]);
    const { up } = read(
      'sequelize',
      "await queryInterface.renameColumn('a', 'b', 'c');\nawait queryInterface.removeConstraint('a', 'fk');\nawait queryInterface.createFunction('f', [], 'int', 'plpgsql', '');",
    );
    expect(statementsOf(up)).toEqual(['ALTER TABLE `a` RENAME COLUMN `b` TO `c`', 'ALTER TABLE `a` DROP CONSTRAINT `fk`']);
    expect(unreadOf(up)).toHaveLength(1);
  });

  it('of knex that it refuses, or asks the database for, are named', () => {
    const body = `await knex.schema.createSchema('s');\nawait knex.schema.alterTable('a', (table) => { table.setNullable('b'); table.dropForeignIfExists('c'); });`;
    const { up } = read('knex', body);
    expect(unreadOf(up)).toHaveLength(3);
    expect(statementsOf(up)).toEqual([]);
  });
});

it('a fix of a builder is written as the raw call of the tool', () => {
  const first = {
    path: '20250101000000_a.js',
    text: "exports.up = (knex) => knex.schema.createTable('a', (t) => { t.bigIncrements(); });\nexports.down = (knex) => knex.schema.dropTable('a');\n",
  };
  const file = fileFor('knex', "  await knex.schema.alterTable('a', (t) => { t.string('b').defaultTo('x'); });");
  const { reports } = lintFolder({
    files: [first, file],
    paths: [file.path],
    configuration: { ...defaultConfiguration, framework: 'knex', engine: 'mysql' },
  });
  const fix = reports
    .flatMap(({ findings }) => findings.flatMap(({ fixes }) => fixes))
    .find(({ title }) => title.startsWith('State ALGORITHM'));
  if (fix === undefined) throw new Error('no fix');
  expect(fix.safe).toBe(false);
  const framework = frameworkByName('knex');
  const fixed = framework && only(framework, { [file.path]: editText(file.text, fix.edits) }, mysql);
  expect(statementsOf(fixed?.up)).toEqual(["alter table `a` add `b` varchar(255) default 'x', ALGORITHM=INSTANT"]);
});
