import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureState } from '../../src/engines/postgres/snapshot/snapshot';
import { typeorm } from '../../src/frameworks/code/typeorm';
import type { Migration } from '../../src/model/migration';
import type { SourceFile } from '../../src/model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../../src/model/sandbox';
import { loadParser } from '../../src/parse/load';
import { generateDown } from '../../src/rollback/down';
import { replay } from '../../src/schema/virtual-schema';
import { fingerprint } from '../../src/state/fingerprint';
import { database, startServer, withClient } from '../engines/rules/server';
import { fixtures, root, withoutTools } from './tools';

const folder = join(fixtures, 'typeorm-read');
const empty = { schemas: [], tables: [], sequences: [], types: [], definitions: [] };

interface DataSource {
  initialize(): Promise<DataSource>;
  runMigrations(options: { transaction: string }): Promise<unknown>;
  undoLastMigration(options: { transaction: string }): Promise<unknown>;
  destroy(): Promise<void>;
}

function filesOf(path: string): readonly SourceFile[] {
  return readdirSync(path)
    .filter((name) => name.endsWith('.js'))
    .map((name) => ({ path: name, text: readFileSync(join(path, name), 'utf8') }));
}

function read(files: readonly SourceFile[]): readonly Migration[] {
  return typeorm.read(files, { engine: { name: 'postgres', major: 18 }, placeholders: {} }).map((result) => {
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  });
}

/** Runs the real TypeORM. Classes are loaded anew from these files. */
async function real(address: DatabaseAddress, paths: readonly string[], work: (source: DataSource) => Promise<unknown>): Promise<void> {
  const require = createRequire(join(root, 'package.json'));
  require('reflect-metadata');
  const { DataSource: Source } = require('typeorm') as { readonly DataSource: new (options: object) => DataSource };
  const migrations = paths.flatMap((path) => {
    const exported = createRequire(path)(path) as unknown;
    return typeof exported === 'function' ? [exported] : Object.values(exported as Record<string, unknown>);
  });
  const source = new Source({
    type: 'postgres',
    host: address.host,
    port: address.port,
    username: address.user,
    password: address.password,
    database: address.database,
    migrations,
    logging: false,
  });
  await source.initialize();
  try {
    await work(source);
  } finally {
    await source.destroy();
  }
}

/** The schema and rows, without TypeORM's own tables. */
async function stateOf(address: DatabaseAddress): Promise<string> {
  return withClient(address, async (client: pg.Client) => {
    await client.query('DROP TABLE IF EXISTS migrations, typeorm_metadata');
    return fingerprint(await captureState(client, { bookkeepingTables: [], volatile: {} }));
  });
}

async function send(address: DatabaseAddress, migration: Migration): Promise<void> {
  await withClient(address, async (client) => {
    await client.query('BEGIN');
    for (const statement of migration.up.statements) {
      // What a query gets as parameters is not in its text.
      const values = statement.sent.includes('$2') ? [7, 1] : [];
      await client.query(statement.sent, values).catch((error: Error) => {
        throw new Error(`${statement.sent}\n${error.message}`);
      });
    }
    await client.query('COMMIT');
  });
}

describe.skipIf(withoutTools())('TypeORM migrations', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(18);
  });
  afterAll(() => sandbox?.dispose());

  const names = readdirSync(folder).filter((name) => /^\d/.test(name));

  it.each(names.map((name, index) => [name, index + 1] as const))('are read as TypeORM sends them: up to %s', async (_, count) => {
    const migrations = read(filesOf(folder)).slice(0, count);
    expect(migrations.flatMap(({ up }) => up.unread ?? [])).toEqual([]);
    expect(migrations.flatMap(({ up }) => up.statements.flatMap(({ unreadable }) => unreadable ?? []))).toEqual([]);
    const own = await database(sandbox, '');
    const its = await database(sandbox, '');
    await real(
      its,
      names.slice(0, count).map((name) => join(folder, name)),
      (source) => source.runMigrations({ transaction: 'all' }),
    );
    for (const migration of migrations) await send(own, migration);
    expect(await stateOf(own)).toBe(await stateOf(its));
  });

  it.each(names)('are taken back by what is generated: %s', async (name) => {
    const files = filesOf(folder);
    const all = read(files);
    const index = names.indexOf(name);
    const migration = all[index];
    if (migration === undefined) throw new Error(name);
    const before = all.slice(0, index).reduce((catalog, { up }) => replay(catalog, up.statements), replay(empty, []));
    const down = generateDown(migration, before, replay(before, migration.up.statements));
    const placed = typeorm.placeDown(migration, files, down.statements);
    if (placed.kind !== 'edit') throw new Error(JSON.stringify(placed));
    const copy = mkdtempSync(join(tmpdir(), 'faultline-typeorm-'));
    try {
      symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
      for (const file of files) {
        const { start, end } = placed.span;
        const text = file.path === placed.path ? file.text.slice(0, start) + placed.newText + file.text.slice(end) : file.text;
        writeFileSync(join(copy, file.path), text);
      }
      const address = await database(sandbox, '');
      const paths = names.slice(0, index + 1).map((each) => join(copy, each));
      if (index > 0) await real(address, paths.slice(0, -1), (source) => source.runMigrations({ transaction: 'all' }));
      const start = await schemaOf(address);
      await real(address, paths, async (source) => {
        await source.runMigrations({ transaction: 'each' });
        await source.undoLastMigration({ transaction: 'each' });
      });
      if (down.restoresSchema) expect(await schemaOf(address)).toEqual(start);
      else expect(down.irreversible).not.toEqual([]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('are reverted in a transaction, also where they say that they run in none', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'faultline-typeorm-'));
    try {
      const path = join(copy, '1700000000009-Email.js');
      const body = (sql: string) => `async (queryRunner) => { await queryRunner.query('${sql}'); }`;
      writeFileSync(
        path,
        `module.exports = class Email1700000000009 {
  transaction = false;
  up = ${body('CREATE INDEX CONCURRENTLY email_idx ON users (email)')};
  down = ${body('DROP INDEX CONCURRENTLY email_idx')};
};
`,
      );
      const address = await database(sandbox, 'CREATE TABLE users (email text)');
      await real(address, [path], async (source) => {
        await source.runMigrations({ transaction: 'each' });
        await expect(source.undoLastMigration({ transaction: 'each' })).rejects.toThrow('cannot run inside a transaction block');
      });
      await real(address, [path], (source) => source.undoLastMigration({ transaction: 'none' }));
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});

/** Tables with their columns, constraints and indexes, as plain catalog queries tell them; rows may be lost. */
async function schemaOf(address: DatabaseAddress): Promise<unknown> {
  return withClient(address, async (client) => {
    const own = `c.relname NOT IN ('migrations', 'typeorm_metadata') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`;
    const from = 'FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace';
    const queries = [
      `SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) ${from}
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'v') AND ${own} ORDER BY 1, 2, 3`,
      `SELECT n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid) ${from} JOIN pg_constraint k ON k.conrelid = c.oid WHERE ${own} ORDER BY 1, 2, 3`,
      `SELECT n.nspname, c.relname, pg_get_indexdef(i.indexrelid) ${from} JOIN pg_index i ON i.indrelid = c.oid WHERE ${own} ORDER BY 1, 2, 3`,
      `SELECT t.typname, array_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY 1 ORDER BY 1`,
    ];
    const found = [];
    for (const query of queries) found.push((await client.query({ text: query, rowMode: 'array' })).rows);
    return found;
  });
}
