import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseSync } from 'libpg-query';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureState } from '../../src/engines/postgres/snapshot/snapshot';
import { knex as framework } from '../../src/frameworks/code/knex';
import { applyEdits } from '../../src/lint/fixes';
import type { Catalog } from '../../src/model/catalog';
import { emptyCatalog } from '../../src/model/catalog';
import { defaultEngine } from '../../src/model/engine';
import type { Migration, Program } from '../../src/model/migration';
import type { SourceFile } from '../../src/model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../../src/model/sandbox';
import { LineIndex } from '../../src/parse/lines';
import { loadParser } from '../../src/parse/load';
import { generateDown } from '../../src/rollback/down';
import { sandboxProviders } from '../../src/sandbox/providers';
import { replay } from '../../src/schema/virtual-schema';
import { queryCases, schemaCases } from './knex/cases';
import { root, withoutTools } from './tools';

/** What is read from migrations of knex, against knex itself. */

interface Builder {
  toQuery(): string;
  toSQL(): readonly { readonly sql: string; readonly bindings?: readonly unknown[] }[];
}

interface RealKnex {
  raw(sql: string, bindings: readonly unknown[]): Builder;
  destroy(): Promise<void>;
  readonly migrate: { latest(): Promise<unknown>; rollback(config: undefined, all: boolean): Promise<unknown> };
}

const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

function realKnex(settings: Readonly<Record<string, unknown>>): RealKnex {
  const make = createRequire(join(root, 'knex.test.ts'))('knex') as (config: unknown) => RealKnex;
  return make({ client: 'pg', log: silent, ...settings });
}

function read(files: readonly SourceFile[]): readonly Migration[] {
  return framework
    .read(files, { engine: defaultEngine, placeholders: {} })
    .map((result) => (result.ok ? result.value : expect.fail(result.error.message)));
}

/** The tree of a statement, without places: spelling does not count. The text itself where knex writes what no server can read. */
function tree(sql: string): string {
  try {
    const { stmts } = parseSync(sql) as { readonly stmts: readonly unknown[] };
    return JSON.stringify(stmts, (key, value: unknown) => (/location|stmt_len|_start$|_end$/.test(key) ? undefined : value));
  } catch {
    return sql;
  }
}

describe.skipIf(withoutTools())('the SQL of a call', () => {
  let real: RealKnex;
  beforeAll(async () => {
    await loadParser();
    real = realKnex({});
  });

  /** What knex would send for it. */
  function wanted(code: string): readonly string[] {
    const builder = new Function('knex', `return ${code}`)(real) as Builder;
    if (!schemaCases.includes(code)) return [builder.toQuery().replaceAll('\\?', '?')];
    return builder.toSQL().map(({ sql, bindings = [] }) => (bindings.length === 0 ? sql : real.raw(sql, bindings).toQuery()));
  }

  it.each([...schemaCases, ...queryCases])('%s', (code) => {
    const [migration] = read([{ path: '1_a.js', text: `exports.up = async function (knex) {\n  await ${code};\n};\n` }]);
    const got = migration?.up.statements.map(({ text }) => text) ?? [];
    const expected = wanted(code);
    expect(migration?.up.unread).toEqual([]);
    // The texts are shown where the trees differ.
    if (got.map(tree).join() !== expected.map(tree).join()) expect(got).toEqual(expected);
  });
});

describe.skipIf(withoutTools())('migrations on the server', () => {
  const folder = join(root, 'knex', 'migrations');
  const files: readonly SourceFile[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
  const temporary: string[] = [];
  let sandbox: Sandbox;
  let count = 0;

  beforeAll(async () => {
    await loadParser();
    const signal = new AbortController().signal;
    const started = await sandboxProviders.embedded.start({ engine: defaultEngine, onProgress: () => undefined, signal });
    if (!started.ok) throw new Error(started.error.message);
    sandbox = started.value;
  });
  afterAll(async () => {
    await sandbox?.dispose();
    for (const path of temporary) rmSync(path, { recursive: true, force: true });
  });

  async function database(): Promise<DatabaseAddress> {
    const name = `knex_${++count}`;
    await sandbox.createDatabase(name);
    return sandbox.address(name);
  }

  async function withClient<T>(address: DatabaseAddress, use: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ ...address });
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  }

  async function withKnex(address: DatabaseAddress, directory: string, use: (real: RealKnex) => Promise<unknown>): Promise<void> {
    const real = realKnex({ connection: { ...address }, migrations: { directory } });
    try {
      await use(real);
    } finally {
      await real.destroy();
    }
  }

  /** The schema without the server's numbers of its objects, and how many rows each table holds. */
  async function state(address: DatabaseAddress): Promise<{ readonly catalog: unknown; readonly rows: unknown }> {
    return withClient(address, async (client) => {
      const bookkeepingTables = ['public.knex_migrations', 'public.knex_migrations_lock'];
      const { catalog } = await captureState(client, { bookkeepingTables, volatile: {} });
      const rows: Record<string, number> = {};
      for (const { schema, name } of catalog.tables) {
        const found = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${schema}"."${name}"`);
        rows[name] = found.rows[0]?.n ?? 0;
      }
      const isNumberOfObject = (value: unknown): boolean => typeof value === 'string' && /^\d{5,}(?:\.\d+)?$/.test(value);
      const text = JSON.stringify(catalog, (_key, value: unknown) => (isNumberOfObject(value) ? '#' : value));
      return { catalog: JSON.parse(text), rows };
    });
  }

  async function send(address: DatabaseAddress, programs: readonly (Program | undefined)[]): Promise<void> {
    await withClient(address, async (client) => {
      for (const program of programs) {
        for (const statement of program?.statements ?? []) {
          await client.query(statement.sent).catch((error: Error) => expect.fail(`${statement.sent}: ${error.message}`));
        }
      }
    });
  }

  it('leave there and back what the SQL that is read from them leaves', async () => {
    const migrations = read(files);
    expect(migrations.flatMap(({ up, down }) => [...(up.unread ?? []), ...(down?.unread ?? [])])).toEqual([]);
    const [own, ours] = [await database(), await database()];
    await withKnex(own, folder, (real) => real.migrate.latest());
    await send(
      ours,
      migrations.map(({ up }) => up),
    );
    expect(await state(ours)).toEqual(await state(own));
    await withKnex(own, folder, (real) => real.migrate.rollback(undefined, true));
    await send(
      ours,
      migrations.toReversed().map(({ down }) => down),
    );
    expect(await state(ours)).toEqual(await state(own));
  });

  it('come back by the rollback that is generated for them', async () => {
    const [there, empty] = [await database(), await database()];
    const directory = mkdtempSync(join(tmpdir(), 'faultline-knex-'));
    temporary.push(directory);
    let before: Catalog = emptyCatalog;
    for (const migration of read(files)) {
      const after = replay(before, migration.up.statements);
      const down = generateDown(migration, before, after);
      const placed = framework.placeDown(migration, files, down.statements);
      if (placed.kind !== 'edit') throw new Error(JSON.stringify(placed));
      const text = files.find(({ path }) => path === placed.path)?.text ?? '';
      const range = new LineIndex(text).range(placed.span);
      const edited = applyEdits(files, [{ path: placed.path, range, newText: placed.newText }]);
      for (const file of edited.filter(({ path }) => path === placed.path || path.startsWith('lib/'))) {
        mkdirSync(dirname(join(directory, file.path)), { recursive: true });
        writeFileSync(join(directory, file.path), file.text);
      }
      before = after;
    }
    await withKnex(there, directory, async (real) => {
      await real.migrate.latest();
      await real.migrate.rollback(undefined, true);
    });
    expect((await state(there)).catalog).toEqual((await state(empty)).catalog);
  });
});
