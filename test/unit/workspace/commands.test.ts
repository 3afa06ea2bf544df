import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMigrationCommands } from '../../../src/workspace/commands';
import { detectCommands } from '../../../src/workspace/commands-detect';

/** `directory$ command` of what is found in these files. */
function found(files: Readonly<Record<string, string>>): readonly string[] {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return detectCommands(list).map(({ directory, command }) => `${directory}$ ${command}`);
}

const manifest = (value: object) => JSON.stringify(value);
const dataSource = "import { DataSource } from 'typeorm';\nexport default new DataSource({ type: 'postgres' });\n";

describe('scripts of package.json', () => {
  it('are taken when they call a tool forwards, or are called a migration', () => {
    const scripts = {
      migrate: 'knex migrate:latest',
      'migrate:rollback': 'knex migrate:rollback',
      'migrate:make': 'knex migrate:make',
      'migrate:status': 'knex migrate:status',
      'db:up': 'dbmate up',
      'db:migrate:prod': 'node scripts/run.js --all',
      'schema:apply': 'cross-env NODE_ENV=production sequelize-cli db:migrate --env production',
      undo: 'sequelize db:migrate:undo',
      'migrations:run': 'ts-node ./node_modules/.bin/typeorm migration:run -d src/data-source.ts',
      'migration:generate': 'typeorm migration:generate',
      load: 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f schema.sql',
      immigration: 'node report.js',
    };
    expect(found({ 'package.json': manifest({ scripts }) })).toEqual([
      '$ npm run migrate',
      '$ npm run db:up',
      '$ npm run db:migrate:prod',
      '$ npm run schema:apply',
      '$ npm run migrations:run',
      '$ npm run load',
    ]);
  });

  it('that start a server afterwards are not: they would never end', () => {
    const scripts = { start: 'prisma migrate deploy && node server.js', 'migrate:deploy': 'npm run build && prisma migrate deploy' };
    expect(found({ 'package.json': manifest({ scripts }) })).toEqual(['$ npm run migrate:deploy']);
  });

  it('that run by themselves before or after another are not', () => {
    const scripts = {
      premigrate: 'node check.js migrate',
      migrate: 'node-pg-migrate up',
      postmigrate: 'node-pg-migrate up --schema audit',
    };
    expect(found({ 'package.json': manifest({ scripts }) })).toEqual(['$ npm run migrate']);
  });

  it('that only name node-pg-migrate get the direction', () => {
    const scripts = { migrate: 'node-pg-migrate', 'migrate:undo': 'npm run migrate down', 'pg:back': 'node-pg-migrate down' };
    expect(found({ 'package.json': manifest({ scripts, dependencies: { 'node-pg-migrate': '9.0.0' } }) })).toEqual([
      '$ npm run migrate up',
    ]);
  });

  it('say why', () => {
    const [command] = detectCommands([{ path: 'api/package.json', text: manifest({ scripts: { migrate: 'db-migrate up' } }) }]);
    expect(command).toEqual({
      title: 'npm run migrate',
      command: 'npm run migrate',
      directory: 'api',
      why: 'package.json: "migrate": "db-migrate up"',
    });
  });

  it('are read from valid JSON only, whatever its shape', () => {
    for (const text of ['', '{', '[]', 'null', '{"scripts":[]}', '{"scripts":{"migrate":7}}', '"text"'])
      expect(found({ 'package.json': text })).toEqual([]);
  });
});

describe('the package manager', () => {
  const scripts = { migrate: 'knex migrate:latest' };
  it.each([
    ['package-lock.json', 'npm run migrate'],
    ['pnpm-lock.yaml', 'pnpm run migrate'],
    ['yarn.lock', 'yarn run migrate'],
    ['bun.lock', 'bun run migrate'],
    ['bun.lockb', 'bun run migrate'],
  ])('is known by %s', (lock, command) => {
    expect(found({ 'package.json': manifest({ scripts }), [lock]: '' })).toEqual([`$ ${command}`]);
  });

  it('is known by the lockfile of the workspace above, and by packageManager before that', () => {
    const files = { 'pnpm-lock.yaml': '', 'apps/api/package.json': manifest({ scripts }) };
    expect(found(files)).toEqual(['apps/api$ pnpm run migrate']);
    expect(found({ ...files, 'package.json': manifest({ packageManager: 'yarn@4.9.1' }) })).toEqual(['apps/api$ yarn run migrate']);
    expect(found({ 'package.json': manifest({ scripts, packageManager: 'constructor@1' }) })).toEqual(['$ npm run migrate']);
  });

  it('starts programs its own way', () => {
    const knexfile = { 'knexfile.ts': 'export default {};' };
    expect(found({ ...knexfile, 'package.json': '{}' })).toEqual(['$ npx knex migrate:latest']);
    expect(found({ ...knexfile, 'package.json': '{}', 'pnpm-lock.yaml': '' })).toEqual(['$ pnpm exec knex migrate:latest']);
    expect(found({ ...knexfile, 'package.json': '{}', 'yarn.lock': '' })).toEqual(['$ yarn run knex migrate:latest']);
    expect(found({ ...knexfile, 'package.json': '{}', 'bun.lock': '' })).toEqual(['$ bunx knex migrate:latest']);
  });
});

describe('configurations of tools', () => {
  const atTop: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['knex, elsewhere', { 'db/knexfile.js': '' }, 'npx knex migrate:latest --knexfile db/knexfile.js'],
    ['TypeORM in TypeScript', { 'src/data-source.ts': dataSource }, 'npx typeorm-ts-node-commonjs migration:run -d src/data-source.ts'],
    [
      'TypeORM in JavaScript',
      { 'ormconfig.js': "const { DataSource } = require('typeorm');\nmodule.exports = new DataSource({});" },
      'npx typeorm migration:run -d ormconfig.js',
    ],
    ['Sequelize', { '.sequelizerc': '' }, 'npx sequelize-cli db:migrate'],
    ['Drizzle', { 'drizzle.config.ts': '' }, 'npx drizzle-kit migrate'],
    ['db-migrate', { 'database.json': manifest({ dev: { driver: 'pg' }, other: { ENV: 'DATABASE_URL' } }) }, 'npx db-migrate up'],
    ['Prisma', { 'prisma/schema.prisma': 'datasource db { provider = "postgresql" }' }, 'npx prisma migrate deploy'],
    [
      'Prisma, elsewhere',
      { 'data/my schema/schema.prisma': 'datasource db {}' },
      'npx prisma migrate deploy --schema "data/my schema/schema.prisma"',
    ],
    ['MikroORM', { 'mikro-orm.config.ts': '' }, 'npx mikro-orm migration:up'],
    ['graphile-migrate', { '.gmrc': '{}' }, 'npx graphile-migrate migrate'],
    ['migrate-mongo', { 'migrate-mongo-config.js': '' }, 'npx migrate-mongo up'],
    ['migrate-mongo, elsewhere', { 'config/migrate-mongo-config.js': '' }, 'npx migrate-mongo up -f config/migrate-mongo-config.js'],
    ['ts-migrate-mongoose', { 'package.json': manifest({ devDependencies: { 'ts-migrate-mongoose': '4.0.0' } }) }, 'npx migrate up'],
  ];
  it.each(atTop)('%s', (_, files, command) => {
    expect(found({ 'package.json': '{}', ...files })).toEqual([`$ ${command}`]);
  });

  it('of a package in a module project: TypeORM for ES modules', () => {
    const files = { 'api/package.json': manifest({ type: 'module' }), 'api/src/db/data-source.ts': dataSource };
    expect(found(files)).toEqual(['api$ npx typeorm-ts-node-esm migration:run -d src/db/data-source.ts']);
  });

  it('are not what only sounds like them', () => {
    expect(found({ 'database.json': manifest({ title: 'films', rows: [{ driver: 'Baby' }] }) })).toEqual([]);
    expect(found({ 'src/data-source.ts': 'export class DataSource extends Observable {}' })).toEqual([]);
    expect(found({ 'schema.prisma': 'model Part { id Int @id }' })).toEqual([]);
    expect(found({ 'manage.py': 'import staff' })).toEqual([]);
  });

  it('are left out where a script calls the tool', () => {
    const scripts = { migrate: 'knex migrate:latest --env staging' };
    expect(found({ 'package.json': manifest({ scripts }), 'knexfile.js': '' })).toEqual(['$ npm run migrate']);
  });

  it('of other languages', () => {
    const files = {
      'jobs/flyway.toml': '',
      'warehouse/conf/flyway.conf': '',
      'atlas.hcl': '',
      'billing/alembic.ini': '',
      'billing/poetry.lock': '',
      'shop/manage.py': 'from django.core.management import execute_from_command_line',
      'site/migrations/alembic.ini': '',
      'site/migrations/env.py': 'from flask import current_app',
      'web/bin/rails': '',
      'etl/liquibase.properties': '',
      'chat/mix.exs': 'defp deps, do: [{:ecto_sql, "~> 3.12"}]',
      'crm/artisan': '',
    };
    expect([...found(files)].sort()).toEqual(
      [
        'jobs$ flyway migrate',
        'warehouse$ flyway migrate',
        '$ atlas migrate apply --url "{url}"',
        'billing$ poetry run alembic upgrade head',
        'shop$ python manage.py migrate',
        'site$ flask db upgrade',
        'web$ bin/rails db:migrate',
        'etl$ liquibase update',
        'chat$ mix ecto.migrate',
        'crm$ php artisan migrate --force',
      ].sort(),
    );
  });

  it('of tools that are known by their SQL files', () => {
    const goose = {
      'svc/go.mod': 'require github.com/pressly/goose/v3 v3.24.0',
      'svc/store/migrations/00001_a.sql': '-- +goose Up\nSELECT 1;',
    };
    expect(found(goose)).toEqual(['svc$ goose -dir store/migrations postgres "{url}" up']);
    expect(found({ 'sql/a.sql': '-- +goose Up' })).toEqual(['$ goose -dir sql postgres "{url}" up']);
    expect(found({ 'sql/go.mod': '', 'sql/a.sql': '-- +goose Up' })).toEqual(['sql$ goose -dir . postgres "{url}" up']);
    const migrate = { 'go.mod': 'require github.com/golang-migrate/migrate/v4 v4.18.1', 'db/000001_a.up.sql': 'SELECT 1;' };
    expect(found(migrate)).toEqual(['$ migrate -path db -database "{url}" up']);
    const dbmate = { 'db/migrations/20260101000000_a.sql': '-- migrate:up\nSELECT 1;\n-- migrate:down\n' };
    expect(found({ Makefile: '', ...dbmate })).toEqual(['$ dbmate --no-dump-schema --url "{url}" migrate']);
    expect(found({ 'db/000001_a.up.sql': 'SELECT 1;' })).toEqual([]);
  });

  it('and programs of the project that call a migrator', () => {
    const umzug = "import { Umzug } from 'umzug';\numzug.runAsCLI();";
    const drizzle = "import { migrate } from 'drizzle-orm/node-postgres/migrator';";
    const files = {
      'package.json': '{}',
      'migrate.mjs': umzug,
      'tools/run-migrations.cjs': drizzle,
      'migrations/0001.js': 'exports.up = () => 1;',
    };
    expect(found(files)).toEqual(['$ node migrate.mjs up', '$ node tools/run-migrations.cjs']);
    const scripts = { migrate: 'node migrate.mjs up' };
    expect(found({ 'package.json': manifest({ scripts }), 'migrate.mjs': umzug })).toEqual(['$ npm run migrate']);
  });
});

describe('on the disk', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'faultline-commands-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }

  it('finds what lies in folders, not what others ship, and passes over what can’t be read', async () => {
    await write({
      'services/api/package.json': manifest({ scripts: { migrate: 'knex migrate:latest' } }),
      'services/api/yarn.lock': '',
      'services/api/node_modules/knex/package.json': manifest({ scripts: { migrate: 'knex migrate:latest' } }),
      'legacy/db/migrations/001_a.sql': '-- +goose Up',
      'legacy/go.mod': '',
      '.cache/package.json': manifest({ scripts: { migrate: 'knex migrate:latest' } }),
    });
    await symlink(join(root, 'nowhere'), join(root, 'package.json'));
    expect((await findMigrationCommands(root)).map(({ directory, title }) => `${directory}$ ${title}`)).toEqual([
      'services/api$ yarn run migrate',
      'legacy$ goose up',
    ]);
  });

  it('finds nothing where nothing is', async () => {
    expect(await findMigrationCommands(join(root, 'missing'))).toEqual([]);
  });
});
