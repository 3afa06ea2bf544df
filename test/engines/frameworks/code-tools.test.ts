import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { readFolder } from '../../../src/frameworks/registry';
import { emptyCatalog } from '../../../src/model/catalog';
import type { FrameworkName, Program } from '../../../src/model/migration';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { generateDown } from '../../../src/rollback/down';
import { replay } from '../../../src/schema/virtual-schema';
import { fingerprint } from '../../../src/state/fingerprint';
import { program, withoutTools } from '../../tools/tools';
import { majors, startServer, withClient } from '../rules/server';

interface Project {
  readonly framework: FrameworkName;
  readonly files: Readonly<Record<string, string>>;
  /** The migration in `migrations`, and its text. */
  readonly name: string;
  readonly text: string;
  readonly up: string;
  readonly down: string;
  readonly history: readonly string[];
}

const databaseUrl = { use_env_variable: 'DATABASE_URL', dialect: 'postgres' };

const projects: readonly Project[] = [
  {
    framework: 'sequelize',
    files: { 'config/config.json': JSON.stringify({ development: databaseUrl, test: databaseUrl, production: databaseUrl }) },
    name: '20260101000000-shop.js',
    text: `'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    const { Op } = Sequelize;
    await queryInterface.createTable('Teams', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false },
      kind: { type: Sequelize.ENUM('small', 'large'), allowNull: false, defaultValue: 'small' },
      createdAt: { type: Sequelize.DATE, allowNull: false, defaultValue: Sequelize.fn('now') },
    }, { comment: "people's teams" });
    await queryInterface.sequelize.transaction(async (transaction) => {
      await queryInterface.createTable('users', {
        id: { type: Sequelize.BIGINT, primaryKey: true },
        email: { type: Sequelize.STRING(80), unique: true, comment: 'where to write' },
        teamId: { type: Sequelize.INTEGER, references: { model: 'Teams', key: 'id' }, onDelete: 'cascade' },
        tags: { type: Sequelize.ARRAY(Sequelize.TEXT), defaultValue: [] },
        data: Sequelize.JSONB,
      }, { transaction });
      for (const column of ['createdAt', 'updatedAt']) {
        await queryInterface.addColumn('users', column, { type: Sequelize.DATE }, { transaction });
      }
    });
    await queryInterface.addIndex('users', ['teamId', 'createdAt'], { where: { teamId: { [Op.ne]: null } } });
    await queryInterface.addConstraint('users', { fields: ['email'], type: 'check', name: 'email_filled', where: { email: { [Op.ne]: '' } } });
    await queryInterface.changeColumn('users', 'email', { type: Sequelize.STRING(120), allowNull: false, defaultValue: 'x' });
    await queryInterface.bulkInsert('Teams', [{ kind: 'large' }, { kind: 'small' }]);
    await queryInterface.bulkUpdate('Teams', { kind: 'small' }, { kind: 'large' });
    await queryInterface.sequelize.query('CREATE VIEW "teamIds" AS SELECT id FROM "Teams" WHERE kind = :kind', { replacements: { kind: 'small' } });
  },
};
`,
    up: `${program('sequelize-cli')} db:migrate`,
    down: `${program('sequelize-cli')} db:migrate:undo`,
    history: ['public.SequelizeMeta'],
  },
  {
    framework: 'node-pg-migrate',
    files: {},
    name: '1772355600000_shop.cjs',
    text: `exports.shorthands = { stamp: { type: 'timestamptz', notNull: true, default: 'now' } };

exports.up = (pgm) => {
  pgm.createType('kind', ['small', 'large']);
  pgm.createTable('teams', {
    id: 'id',
    kind: { type: 'kind', notNull: true, default: 'small' },
    created_at: { type: 'timestamptz', default: pgm.func('now()') },
  }, { comment: "people's teams" });
  pgm.createTable('users', {
    id: { type: 'bigint', primaryKey: true, sequenceGenerated: { precedence: 'ALWAYS' } },
    email: { type: 'varchar(80)', notNull: true, comment: 'where to write' },
    team_id: { type: 'int', references: 'teams', onDelete: 'CASCADE' },
  }, { constraints: { unique: ['email', 'team_id'], check: "email <> ''" } });
  for (const name of ['a', 'b']) pgm.addColumns('users', { [name]: { type: 'text' } });
  pgm.createIndex('users', ['team_id', { name: 'a', sort: 'DESC' }], { where: 'team_id IS NOT NULL', include: ['b'] });
  pgm.createFunction('twice', [{ name: 'n', type: 'integer' }], { returns: 'integer', language: 'sql', behavior: 'IMMUTABLE' }, 'SELECT n * 2');
  pgm.createView('team_ids', {}, 'SELECT id FROM teams');
  pgm.sql('INSERT INTO {table} (kind) SELECT $$large$$ FROM generate_series(1, {count})', { table: 'teams', count: 3 });
};
`,
    up: `${program('node-pg-migrate')} up`,
    down: `${program('node-pg-migrate')} down`,
    history: ['public.pgmigrations'],
  },
  {
    framework: 'db-migrate',
    files: { 'database.json': JSON.stringify({ dev: { driver: 'pg', url: { ENV: 'DATABASE_URL' } } }) },
    name: '20260101000000-shop.js',
    text: `'use strict';

let type;

exports.setup = function (options) {
  type = options.dbmigrate.dataType;
};

exports.up = function (db, callback) {
  db.createTable('teams', {
    id: { type: type.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: type.STRING, length: 40, notNull: true, unique: true, defaultValue: 'x' },
    at: { type: 'timestamptz', defaultValue: { raw: 'now()' } },
  }, (error) => {
    if (error) return callback(error);
    db.createTable('users', {
      id: { type: type.BIGINT, primaryKey: true },
      team: { type: type.INTEGER, foreignKey: { name: 'users_team', table: 'teams', mapping: 'id', rules: { onDelete: 'CASCADE' } } },
    }, () => db.addColumn('users', 'note', { type: 'text' }, () => db.addIndex('users', 'users_note', ['note', 'team'], true, () =>
      db.changeColumn('users', 'note', { type: 'string', length: 20, notNull: true, defaultValue: 'none' }, () =>
        db.runSql(\`
          CREATE VIEW team_ids AS SELECT id FROM teams;
          INSERT INTO teams (name) VALUES ('a');
        \`, callback)))));
  });
};
`,
    up: `${program('db-migrate')} up`,
    down: `${program('db-migrate')} down`,
    history: ['public.migrations'],
  },
];

/** What the reader says a migration sends makes the same database as the tool that runs it; and so does the rollback that is put into it. */
describe.skipIf(withoutTools())('a migration in code, run by its tool and as it is read', () => {
  let sandbox: Sandbox;
  let root: string;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(majors[0] ?? 18);
    root = await mkdtemp(join(tmpdir(), 'faultline-code-tools-'));
  }, 300_000);
  afterAll(async () => {
    await sandbox?.dispose();
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });

  it.each(projects.map((project) => [project.framework, project] as const))(
    '%s',
    async (framework, project) => {
      const folder = join(root, framework);
      await write(folder, { ...project.files, [`migrations/${project.name}`]: project.text, 'package.json': '{ "private": true }' });
      await symlink(join(import.meta.dirname, '../../tools/node_modules'), join(folder, 'node_modules'));
      const [byTool, asRead] = [`${framework}_tool`.replaceAll('-', '_'), `${framework}_read`.replaceAll('-', '_')];
      await sandbox.createDatabase(byTool);
      await sandbox.createDatabase(asRead);
      const state = (name: string) => captured(sandbox.address(name), project.history);
      const empty = fingerprint(await state(asRead));

      const files = [{ path: project.name, text: project.text }];
      const options = { engine: { name: 'postgres', major: majors[0] ?? 18 }, placeholders: {}, framework } as const;
      const reading = readFolder(files, options);
      const [migration] = reading.migrations;
      if (migration === undefined) throw new Error(JSON.stringify(reading.problems));
      expect(migration.up.unread).toEqual([]);

      await run(project.up, folder, sandbox.address(byTool));
      await send(sandbox.address(asRead), migration.up);
      expect(fingerprint(await state(asRead))).toBe(fingerprint(await state(byTool)));
      expect(fingerprint(await state(asRead))).not.toBe(empty);

      const down = generateDown(migration, emptyCatalog, replay(emptyCatalog, migration.up.statements));
      const { down: _, ...withoutDown } = migration;
      const placed = reading.framework.placeDown(withoutDown, files, down.statements);
      if (placed.kind !== 'edit') throw new Error(placed.kind);
      const text = project.text.slice(0, placed.span.start) + placed.newText + project.text.slice(placed.span.end);
      await write(folder, { [`migrations/${project.name}`]: text });
      const again = readFolder([{ path: project.name, text }], options).migrations[0]?.down;
      if (again === undefined) throw new Error(`The rollback is not read back:\n${text}`);
      await run(project.down, folder, sandbox.address(byTool));
      await send(sandbox.address(asRead), again);
      expect(fingerprint(await state(asRead)), text).toBe(empty);
      expect(fingerprint(await state(byTool)), text).toBe(empty);
    },
    300_000,
  );
});

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function run(command: string, folder: string, { host, port, user, password, database }: DatabaseAddress): Promise<void> {
  const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
  await promisify(execFile)('sh', ['-c', command], { cwd: folder, env: { ...process.env, DATABASE_URL: url } });
}

/** Each statement by itself: what shares a request or a transaction comes to the same where nothing fails. */
async function send(address: DatabaseAddress, { statements }: Program): Promise<void> {
  await withClient(address, async (client) => {
    for (const { sent } of statements) await client.query(sent);
  });
}

/** With the number of rows, not their values: times differ from run to run. Positions of sequences never go back (manual, Sequence Manipulation Functions). */
async function captured(address: DatabaseAddress, history: readonly string[]): Promise<State> {
  return withClient(address, async (client) => {
    const state = await captureState(client, { bookkeepingTables: history, volatile: {}, columnHashes: false });
    return {
      ...state,
      sequences: [],
      bookkeeping: [],
      sessions: [],
      data: state.data.map(({ table, rowCount }) => ({ table, rowCount, rowsHash: '' })),
    };
  });
}
