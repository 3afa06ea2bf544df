import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSteps } from '../../../src/engines/execution/run';
import { openStepClient } from '../../../src/engines/mysql/execution/client';
import { executeSteps } from '../../../src/engines/mysql/steps';
import { readFolder } from '../../../src/frameworks/registry';
import type { FrameworkName, Migration } from '../../../src/model/migration';
import type { RunProtocol } from '../../../src/model/run-protocol';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { builtIn } from '../../built-in';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { type ServerUnderTest, servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** What each tool makes of a migration, by its name and text. */
const shapes: readonly { readonly name: FrameworkName; readonly files: (sql: string) => Readonly<Record<string, string>> }[] = [
  { name: 'flyway', files: (sql) => ({ 'V1__shop.sql': sql }) },
  { name: 'golang-migrate', files: (sql) => ({ '1_shop.up.sql': sql }) },
  { name: 'dbmate', files: (sql) => ({ '1_shop.sql': `-- migrate:up\n${sql}\n-- migrate:down\n` }) },
  { name: 'goose', files: (sql) => ({ '1_shop.sql': `-- +goose Up\n${sql}\n` }) },
  { name: 'prisma', files: (sql) => ({ '1_shop/migration.sql': sql, 'migration_lock.toml': 'provider = "mysql"' }) },
  { name: 'sql-migrate', files: (sql) => ({ '1_shop.sql': `-- +migrate Up\n${sql}\n` }) },
  { name: 'sqlx', files: (sql) => ({ '1_shop.sql': sql, '../Cargo.toml': 'sqlx = "0.8"' }) },
  {
    name: 'drizzle',
    files: (sql) => ({
      '0001_shop.sql': sql.replaceAll(';\n', ';\n--> statement-breakpoint\n'),
      'meta/_journal.json': '{"dialect": "mysql", "entries": [{"tag": "0001_shop", "when": 1700000000000}]}',
    }),
  },
  { name: 'liquibase', files: (sql) => ({ 'a.sql': `--liquibase formatted sql\n--changeset me:1 dbms:mysql,mariadb\n${sql}\n` }) },
  { name: 'sql', files: (sql) => ({ '1.sql': sql }) },
];

const good = 'CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\nCREATE TABLE b (id int PRIMARY KEY);';
/** Rows before the DDL, rows after it, and then a refusal. */
const failing =
  'INSERT INTO known VALUES (1);\nCREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO known VALUES (2);\nINSERT INTO missing VALUES (1);';
/** The same without DDL: a transaction takes it back. */
const rowsOnly = 'INSERT INTO known VALUES (1);\nINSERT INTO missing VALUES (1);';

interface Setting {
  readonly address: ReturnType<Sandbox['address']>;
  readonly migration: Migration;
  readonly protocol: RunProtocol;
}

describe.skipIf(skip).each(servers)('as frameworks run it on $label', (server: ServerUnderTest) => {
  let sandbox: Sandbox;
  let databases = 0;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(server);
  });
  afterAll(() => sandbox?.dispose());

  async function setting({ name, files }: (typeof shapes)[number], sql: string): Promise<Setting> {
    const sources = Object.entries(files(sql)).map(([path, text]) => ({ path, text }));
    const { framework, migrations } = readFolder(sources, { engine: server.engine, placeholders: {} });
    expect(framework.name).toBe(name);
    const [migration] = migrations;
    if (migration === undefined) throw new Error('no migration');
    const protocol = builtIn(framework).run(server.engine);
    const database = `tool_${++databases}`;
    await sandbox.createDatabase(database);
    await sandbox.query('CREATE TABLE known (id int)', database);
    const address = sandbox.address(database);
    await execute(address, protocol.setup);
    return { address, migration, protocol };
  }

  async function execute(address: Setting['address'], texts: readonly string[]): Promise<void> {
    expect(await executeSteps(address, texts, new AbortController().signal)).toEqual({ ok: true });
  }

  async function run({ address, migration, protocol }: Setting) {
    const client = await openStepClient(address);
    const ending = await runSteps(client, protocol.steps(migration), protocol.onError(migration));
    await client.end();
    return ending;
  }

  async function recorded({ address, migration, protocol }: Setting): Promise<string> {
    const tables = [];
    for (const table of protocol.bookkeepingTables)
      tables.push({ table, rows: await sandbox.query(`SELECT * FROM \`${table}\``, address.database) });
    return protocol.recorded(migration, tables);
  }

  const known = async ({ address }: Setting) =>
    (await sandbox.query('SELECT id FROM known ORDER BY id', address.database)).map(({ id }) => id);
  const tables = async ({ address }: Setting) =>
    (await sandbox.query(`SHOW TABLES WHERE Tables_in_${address.database} IN ('a', 'b')`, address.database)).length;

  it.each(shapes)('$name: a run that succeeds is recorded, and a second one does nothing', async (shape) => {
    const tool = await setting(shape, good);
    expect(await run(tool)).toEqual({ result: 'success' });
    expect([await tables(tool), await recorded(tool)]).toEqual([2, shape.name === 'sql' ? 'absent' : 'applied']);
    const again = await run(tool);
    expect(again).toMatchObject(shape.name === 'sql' ? { result: 'error', error: { code: '1050' } } : { result: 'skipped' });
    // No lock is left.
    expect(await sandbox.query("SELECT object_name FROM performance_schema.metadata_locks WHERE object_type = 'USER LEVEL LOCK'")).toEqual(
      [],
    );
  });

  /** What the history says after a refusal, what is left of the rows, and how a second run ends. */
  const afterFailure: Readonly<Record<string, readonly [recorded: string, known: readonly number[], retry: string | RegExp]>> = {
    flyway: ['failed', [1], /Detected failed migration to version 1 \(shop\)/],
    'golang-migrate': ['failed', [1, 2], /Dirty database version 1/],
    dbmate: ['absent', [1, 2], /already exists/],
    goose: ['absent', [1, 2], /already exists/],
    prisma: ['failed', [1, 2], /found failed migrations/],
    'sql-migrate': ['absent', [1, 2], /already exists/],
    sqlx: ['failed', [1, 2], /migration 1 is partially applied/],
    drizzle: ['absent', [1, 2], /already exists/],
    liquibase: ['absent', [1], /already exists/],
    sql: ['absent', [1, 2], /already exists/],
  };

  it.each(shapes)('$name: DDL stays when a later statement is refused, and so does what follows it', async (shape) => {
    const tool = await setting(shape, failing);
    expect(await run(tool)).toMatchObject({ result: 'error', error: { code: '1146' } });
    const [history, rows, retry] = afterFailure[shape.name] ?? ['', [], ''];
    expect([await tables(tool), await recorded(tool), await known(tool)]).toEqual([1, history, rows]);
    const second = await run(tool);
    expect(second).toMatchObject({ error: { message: expect.stringMatching(retry) } });
    // Both ways out, as recoveries offer them.
    await execute(
      tool.address,
      tool.protocol.markApplied(tool.migration).map(({ text }) => text),
    );
    if (shape.name !== 'sql') expect([await recorded(tool), (await run(tool)).result]).toEqual(['applied', 'skipped']);
    await execute(
      tool.address,
      tool.protocol.markNotApplied(tool.migration).map(({ text }) => text),
    );
    expect(await recorded(tool)).toBe('absent');
    await execute(tool.address, ['DROP TABLE a', 'CREATE TABLE missing (id int)']);
    expect(await run(tool)).toEqual({ result: 'success' });
  });

  it.each(shapes)('$name: rows are taken back where the tool opens a transaction', async (shape) => {
    const tool = await setting(shape, rowsOnly);
    expect(await run(tool)).toMatchObject({ result: 'error', error: { code: '1146' } });
    expect(await known(tool)).toEqual(tool.migration.up.execution.wrapped ? [] : [1]);
  });

  it.each(shapes.filter(({ name }) => name === 'flyway' || name === 'golang-migrate'))(
    '$name: does not go on without its lock',
    async (shape) => {
      const tool = await setting(shape, good);
      const [lock] = tool.protocol.steps(tool.migration);
      const holder = await openStepClient(tool.address);
      await holder.send(lock?.text ?? '');
      const short = {
        ...tool.protocol,
        steps: () => tool.protocol.steps(tool.migration).map((step) => ({ ...step, text: step.text.replace(', 10)', ', 0)') })),
      };
      expect(await run({ ...tool, protocol: short })).toMatchObject({ result: 'refused' });
      // The end of the session alone would give it back a moment later.
      await holder.send('DO RELEASE_ALL_LOCKS()');
      await holder.end();
      expect(await run({ ...tool, protocol: short })).toEqual({ result: 'success' });
    },
  );
});
