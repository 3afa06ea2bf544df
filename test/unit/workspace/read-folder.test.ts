import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findMigrationFolders, mergeFolders, migrationFoldersAt } from '../../../src/workspace/find-folders';
import { readMigrationSource } from '../../../src/workspace/read-folder';

const root = mkdtempSync(join(tmpdir(), 'faultline-workspace-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

/** A repository of its own: nothing above it is looked at. */
function repository(files: Readonly<Record<string, string | Buffer>>): string {
  count += 1;
  const folder = join(root, String(count));
  mkdirSync(join(folder, '.git'), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function read(path: string) {
  const result = await readMigrationSource(path);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

async function problemOf(path: string): Promise<string> {
  const result = await readMigrationSource(path);
  return result.ok ? 'no problem' : result.error.message;
}

describe('readMigrationSource', () => {
  test('the SQL that code sends from a folder beside it is read with the code', async () => {
    const folder = repository({
      'migrations/20240101000000-a.js': 'exports.up = (db) => db.runSql(sql);',
      'migrations/sqls/20240101000000-a-up.sql': 'SELECT 1;',
    });
    expect(await read(join(folder, 'migrations/sqls/20240101000000-a-up.sql'))).toMatchObject({
      folder: join(folder, 'migrations'),
      target: 'sqls/20240101000000-a-up.sql',
    });
  });

  test('of the configuration of tools above it takes the name of the database alone', async () => {
    const folder = repository({
      'db/migrations/1_a.js': 'exports.up = (knex) => knex.raw("SELECT 1");',
      'knexfile.js': "module.exports = { client: 'mysql2', connection: 'mysql://root:secret@localhost/app?multipleStatements=true' };",
      'config/config.json': '{ "production": { "dialect": "mariadb", "password": "secret" } }',
      'db/data-source.ts': "export const source = new DataSource({ host: 'secret' });",
    });
    const { files } = await read(join(folder, 'db/migrations'));
    expect(files.map(({ path }) => path)).toEqual(['../../config/config.json#database', '../../knexfile.js#database', '1_a.js']);
    expect(JSON.stringify(files)).not.toContain('secret');
    expect(files[1]?.text).toContain("database: 'mysql2'");
    expect(files.map(({ text }) => /multipleStatements: true/.test(text))).toEqual([false, true, false]);
  });

  test('of an application above it takes what it says of migrations and the kind of its database', async () => {
    const folder = repository({
      'src/main/resources/application.yml':
        'spring:\n  datasource:\n    url: jdbc:mysql://secret@h/x\n    password: secret\n  flyway:\n    mixed: true\n',
      'src/main/resources/db/migration/V1__a.sql': 'SELECT 1;',
    });
    const { files } = await read(join(folder, 'src/main/resources/db/migration'));
    expect(files).toEqual([
      { path: '../../application.yml#migrations', text: 'database=mysql\nflyway.mixed=true\n' },
      { path: 'V1__a.sql', text: 'SELECT 1;' },
    ]);
  });

  test('a file comes with its siblings, sorted, and says which it is', async () => {
    const folder = repository({ 'm/2.sql': 'two', 'm/1.sql': 'one', 'm/notes.txt': 'no', 'm/3.sql.conf': 'three' });
    const source = await read(join(folder, 'm/2.sql'));
    expect(source).toMatchObject({ folder: join(folder, 'm'), target: '2.sql' });
    expect(source.files).toEqual([
      { path: '1.sql', text: 'one' },
      { path: '2.sql', text: 'two' },
      { path: '3.sql.conf', text: 'three' },
    ]);
  });

  test('a byte-order mark is taken off, and said', async () => {
    const folder = repository({ 'm/1.sql': '\ufeffone' });
    expect((await read(join(folder, 'm'))).files).toEqual([{ path: '1.sql', text: 'one', byteOrderMark: true }]);
  });

  test('migrations of goose in Go are known by their names', async () => {
    const folder = repository({ 'm/1_a.sql': 'one', 'm/2_b.go': 'package m', 'm/main.go': 'package m' });
    expect((await read(join(folder, 'm'))).files).toEqual([
      { path: '1_a.sql', text: 'one' },
      { path: '2_b.go', text: '' },
    ]);
  });

  test('of the configuration of migrate-mongo only that it is there', async () => {
    const folder = repository({ 'migrate-mongo-config.js': 'url: "mongodb://me:secret@host"', 'm/1-a.js': 'exports.up = (db) => {};' });
    expect((await read(join(folder, 'm'))).files).toEqual([
      { path: '../migrate-mongo-config.js', text: '' },
      { path: '1-a.js', text: 'exports.up = (db) => {};' },
    ]);
  });

  test('a framework with a folder per migration is read from the folder above', async () => {
    const folder = repository({
      'prisma/schema.prisma': 'model',
      'prisma/migrations/1_a/migration.sql': 'a',
      'prisma/migrations/2_b/migration.sql': 'b',
    });
    const source = await read(join(folder, 'prisma/migrations/2_b/migration.sql'));
    expect(source.folder).toBe(join(folder, 'prisma/migrations'));
    expect(source.target).toBe('2_b/migration.sql');
    expect(source.files.map((file) => file.path)).toEqual(['../schema.prisma', '1_a/migration.sql', '2_b/migration.sql']);
  });

  test('markers and configuration come from above, no further than the repository', async () => {
    writeFileSync(join(root, 'flyway.conf'), 'outside');
    const folder = repository({ 'flyway.conf': 'inside', 'faultline.json': '{}', 'db/sql/V1__a.sql': 'a' });
    const source = await read(join(folder, 'db/sql'));
    expect(source.files[0]).toEqual({ path: '../../flyway.conf', text: 'inside' });
    expect(source.configuration).toEqual({ path: join(folder, 'faultline.json'), folder, text: '{}' });
    const bare = await read(repository({ 'm/1.sql': 'a' }));
    expect(bare.configuration).toBeUndefined();
    expect(bare.files).toEqual([{ path: 'm/1.sql', text: 'a' }]);
  });

  test('links that lead in a circle end', async () => {
    const folder = repository({ 'm/1.sql': 'a' });
    symlinkSync(folder, join(folder, 'm/back'));
    symlinkSync(join(folder, 'gone.sql'), join(folder, 'm/dangling.sql'));
    expect((await read(join(folder, 'm'))).files.map((file) => file.path)).toEqual(['1.sql']);
  });

  test('the byte-order mark is taken off, line ends are kept', async () => {
    const folder = repository({ '1.sql': '\uFEFFa\r\nb' });
    expect((await read(folder)).files[0]?.text).toBe('a\r\nb');
  });

  test('an unreadable sibling is skipped and told; when it is the one that was named, it is the problem', async () => {
    const folder = repository({ '1.sql': 'a', '2.sql': Buffer.from([0x66, 0xfc]), '3.sql': Buffer.from([1, 0, 2]) });
    const source = await read(folder);
    expect(source.files).toHaveLength(1);
    expect(source.skipped.map((file) => file.problem.message)).toEqual([
      expect.stringContaining('2.sql is not valid UTF-8'),
      expect.stringContaining('3.sql is not a text file'),
    ]);
    expect(await problemOf(join(folder, '2.sql'))).toContain('not valid UTF-8');
  });

  test('each problem is one line that names the path', async () => {
    const folder = repository({ 'a.txt': 'x', 'm/big.sql': '' });
    truncateSync(join(folder, 'm/big.sql'), 33 * 1024 * 1024);
    expect(await problemOf(join(folder, 'gone'))).toMatch(/gone does not exist$/);
    expect(await problemOf(join(folder, 'a.txt/b.sql'))).toContain('part of the path is a file');
    expect(await problemOf(folder.concat('/m/big.sql'))).toContain('33 MB');
    expect(await problemOf(join(repository({ 'a.txt': 'x' })))).toContain('holds no migrations');
  });
});

const knexUp = "exports.up = (knex) => knex.raw('SELECT 1');";

describe('migrations in code', () => {
  test('come with what they import by relative paths, and the manifests; other code stays where it is', async () => {
    const folder = repository({
      'package.json':
        '{ "name": "shop", "scripts": { "x": "PASSWORD=1" }, "dependencies": { "pg": "^8.0.0", "k": "git+https://token@host/k" } }',
      'src/migrations/20240101_users.js': `const { add } = require('./lib/tables');\nimport('../shared');\n${knexUp}`,
      'src/migrations/lib/tables.js': "module.exports.add = require('../../columns.js');",
      'src/migrations/lib/unused.js': 'module.exports = 1;',
      'src/migrations/20240101_users.test.js': knexUp,
      'src/migrations/types.d.ts': 'export declare function up(): void;',
      'src/shared/index.ts': "import pg from 'pg';",
      'src/columns.ts': "export * from './gone';",
      'src/other.ts': 'export const up = 1;',
    });
    const source = await read(join(folder, 'src/migrations'));
    expect(source.files.map(({ path }) => path)).toEqual([
      '../../package.json',
      '../columns.ts',
      '../shared/index.ts',
      '20240101_users.js',
      'lib/tables.js',
    ]);
    expect(JSON.parse(source.files[0]?.text ?? '')).toEqual({ name: 'shop', dependencies: { pg: '^8.0.0', k: '*' } });
  });

  test('a file that was named is read whatever it is called; JavaScript made beside its TypeScript is not', async () => {
    const folder = repository({
      'a/change.ts': 'export default 1;',
      'a/other.ts': 'export default 2;',
      'm/migrations/1_a.ts': knexUp,
      'm/migrations/1_a.js': knexUp,
    });
    expect((await read(join(folder, 'a/change.ts'))).files.map(({ path }) => path)).toEqual(['change.ts']);
    expect((await read(join(folder, 'm/migrations'))).files.map(({ path }) => path)).toEqual(['1_a.ts']);
  });

  test('a circle of imports ends', async () => {
    const folder = repository({ 'migrations/1_a.js': `require('./b'); ${knexUp}`, 'migrations/b.js': "require('./1_a'); require('.')" });
    expect((await read(join(folder, 'migrations'))).files.map(({ path }) => path)).toEqual(['1_a.js', 'b.js']);
  });

  test('folders are found where a file of them looks like a migration', async () => {
    const folder = repository({
      'api/migrations/20240101000000-users.ts': 'export class A implements MigrationInterface { async up() {} }',
      'app/src/state/migrations/settings.ts': 'export const rename = (state) => state;',
      'api/dist/migrations/20240101000000-users.js': knexUp,
      'old/db/1700000000000-Add.js': knexUp,
    });
    const result = await findMigrationFolders(folder, undefined);
    expect(result.ok && result.value.map((found) => found.folder.slice(folder.length + 1))).toEqual(['api/migrations', 'old/db']);
    const named = await findMigrationFolders(folder, ['api/migrations/*.ts']);
    expect(named.ok && named.value).toEqual([{ folder: join(folder, 'api/migrations'), targets: ['20240101000000-users.ts'] }]);
  });
});

describe('finding migrations', () => {
  test('changelogs of Liquibase count by their root element, whatever they are called', async () => {
    const root = repository({
      'db/changelog/db.changelog-master.yaml': 'databaseChangeLog:\n  - include:\n      file: changes/1.xml\n',
      'db/changelog/changes/1.xml': '<?xml version="1.0"?>\n<databaseChangeLog/>',
      'db/changelog/changes/other.xml': '<project/>',
      'docs/changelog.yaml': 'releases: []\n',
      'app/migrations/meta/0000_snapshot.json': '{}',
    });
    const found = await findMigrationFolders(root, undefined);
    expect(found).toEqual({ ok: true, value: [{ folder: join(root, 'db/changelog') }] });
    expect(await findMigrationFolders(root, ['db/**/*.yaml'])).toMatchObject({
      ok: true,
      value: [{ folder: join(root, 'db/changelog'), targets: ['db.changelog-master.yaml'] }],
    });
    const { files } = await read(join(root, 'db/changelog'));
    expect(files.map(({ path }) => path)).toEqual(['changes/1.xml', 'db.changelog-master.yaml']);
    const one = await read(join(root, 'db/changelog/changes/1.xml'));
    expect([one.folder, one.target]).toEqual([join(root, 'db/changelog'), 'changes/1.xml']);
  });

  async function found(globs?: readonly string[], folder = project) {
    const result = await findMigrationFolders(folder, globs);
    if (!result.ok) return result.error.message;
    return result.value.map(({ folder: at, targets }) => [at.slice(folder.length + 1), ...(targets ?? [])]);
  }
  const project = repository({
    'db/migrations/1.sql': '',
    'db/migrations/old/0.sql': '',
    'reports/sales.sql': '',
    'service/sql/V1__a.sql': '',
    'node_modules/x/migrations/1.sql': '',
  });

  test('by the name of the folder, or by versions in the names of the files', async () => {
    expect(await found()).toEqual([['db/migrations'], ['service/sql']]);
  });

  test('by globs, which may name a folder', async () => {
    expect(await found(['db/migrations/*.sql'])).toEqual([['db/migrations', '1.sql']]);
    expect(await found(['reports'])).toEqual([['reports', 'sales.sql']]);
    expect(await found(['nothing/*.sql'])).toMatch(/^no \.sql, \.js or \.ts file matches/);
  });

  test('a path that was given is taken at its word', async () => {
    const at = async (path: string) => {
      const result = await migrationFoldersAt(join(project, path));
      return result.ok ? result.value.map(({ folder }) => folder.slice(project.length + 1)) : result.error.message;
    };
    expect(await at('reports')).toEqual(['reports']);
    expect(await at('db')).toEqual(['db/migrations']);
    expect(await at('db/migrations')).toEqual(['db/migrations']);
    expect(await at('reports/sales.sql')).toEqual(['reports']);
    expect(await at('gone')).toContain('does not exist');
  });

  test('a folder and a file in it are the folder', () => {
    const merged = mergeFolders([
      { folder: '/a', targets: ['1.sql'] },
      { folder: '/a' },
      { folder: '/b', targets: ['1.sql'] },
      { folder: '/b', targets: ['2.sql', '1.sql'] },
    ]);
    expect(merged).toEqual([{ folder: '/a' }, { folder: '/b', targets: ['1.sql', '2.sql'] }]);
  });
});
