import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { generateRows } from '../../../src/engines/postgres/generate-rows/generate-rows';
import type { GeneratedRows } from '../../../src/engines/rows';
import type { Sandbox } from '../../../src/model/sandbox';
import { started } from '../sandbox/support';

const schema = readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8');
const options = { rows: 60, seed: 7, excludeTables: ['schema_migrations'] };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await started('embedded');
  await sandbox.createDatabase('schema');
  await sandbox.query(schema, 'schema');
});
afterAll(() => sandbox.dispose());

let databases = 0;

/** A new database, from `text` or with the schema of many tables, with generated rows. */
async function filled(
  text: string | undefined,
  more: Partial<typeof options> = {},
): Promise<{ readonly database: string; readonly result: GeneratedRows }> {
  const database = `filled_${++databases}`;
  if (text === undefined) await sandbox.cloneDatabase('schema', database);
  else {
    await sandbox.createDatabase(database);
    await sandbox.query(text, database);
  }
  const result = await withControlClient(sandbox.address(database), (client) => generateRows(client, { ...options, ...more }));
  return { database, result };
}

/** All rows of all tables, as text in physical order. */
async function contents(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const tables = await client.query<{ name: string }>(
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
  );
  const found = new Map<string, string>();
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ row: string }>(`SELECT "whole row"::text AS row FROM ${name} AS "whole row"`);
    found.set(name, rows.map(({ row }) => row).join('\n'));
  }
  return found;
}

const contentsOf = (database: string) => withControlClient(sandbox.address(database), contents);
const count = async (database: string, query: string) =>
  Number((await sandbox.query(`SELECT count(*) AS n FROM ${query}`, database))[0]?.n);

describe('a schema of many kinds of tables', () => {
  let database: string;
  let result: GeneratedRows;
  beforeAll(async () => {
    ({ database, result } = await filled(undefined));
  });

  it('is filled but for what can not be, which is named with the reason', () => {
    expect(result.skipped).toEqual([
      {
        table: 'public.impossible',
        why: "no values were found for its column word that meet (md5(word) = 'no text has this digest'::text)",
      },
      {
        table: 'public.needs_impossible',
        why: 'its foreign key needs_impossible_impossible_id_fkey needs rows of public.impossible',
      },
    ]);
    expect(Object.fromEntries(result.tables.map(({ table, rows }) => [table, rows]))).toEqual({
      ...Object.fromEntries(
        'assignments bookings categories comments departments employees events every_type hashed only_keys orders preferences profiles projects regions slots tags tenants user_tags users'
          .split(' ')
          .map((name) => [`public.${name}`, 60]),
      ),
      'public.seeded': 58,
    });
  });

  it('holds: every constraint is validated again by the server, foreign keys too', async () => {
    await withControlClient(sandbox.address(database), async (client) => {
      const { rows } = await client.query<{ relation: string; name: string; definition: string }>(
        `SELECT conrelid::regclass::text AS relation, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
         WHERE contype IN ('f', 'c') AND conrelid <> 0 AND conparentid = 0 AND coninhcount = 0 ORDER BY 1, 2`,
      );
      expect(rows.length).toBeGreaterThanOrEqual(25);
      for (const { relation, name, definition } of rows) {
        await client.query(`ALTER TABLE ${relation} DROP CONSTRAINT ${name}`);
        await client.query(`ALTER TABLE ${relation} ADD CONSTRAINT ${name} ${definition}`);
      }
      await client.query('REINDEX DATABASE');
    });
  });

  it('keeps rows that were there', async () => {
    expect(await sandbox.query("SELECT label FROM seeded WHERE code IN ('one', 'two') ORDER BY code", database)).toEqual([
      { label: 'One' },
      { label: 'Two' },
    ]);
    expect(await count(database, 'schema_migrations')).toBe(0);
  });

  it('sequences stand where the next row needs them', async () => {
    await sandbox.query(
      "INSERT INTO tenants (name) VALUES ('next'); INSERT INTO users (tenant_id, email, code) VALUES (61, 'next@example.org', 'zz')",
      database,
    );
    expect(await count(database, 'users WHERE id = 61')).toBe(1);
  });

  it('cycles and trees are closed', async () => {
    expect(await count(database, 'departments WHERE head_id IS NULL')).toBe(0);
    expect(await count(database, 'categories WHERE parent_id IS NULL')).toBe(1);
  });

  it('values spread: references, partitions, labels', async () => {
    expect(await count(database, '(SELECT DISTINCT tenant_id FROM users) AS d')).toBeGreaterThan(20);
    expect(await count(database, '(SELECT DISTINCT tag_id FROM user_tags) AS d')).toBeGreaterThan(20);
    for (const partition of ['events_2023', 'events_2025', 'regions_eu', 'regions_us_low', 'hashed_0', 'hashed_1']) {
      expect(await count(database, partition), partition).toBeGreaterThan(0);
    }
    expect(await count(database, '(SELECT DISTINCT status FROM orders) AS d')).toBe(3);
    expect(await count(database, 'comments WHERE user_id IS NULL')).toBeGreaterThan(5);
    expect(await count(database, 'comments WHERE order_id IS NULL')).toBeGreaterThan(5);
  });

  it('a second call adds nothing', async () => {
    const again = await withControlClient(sandbox.address(database), (client) => generateRows(client, options));
    expect(again.tables).toEqual([]);
  });

  it('leaves triggers, and the session, as they were', async () => {
    await expect(sandbox.query("INSERT INTO tags VALUES (30000, 'by hand')", database)).rejects.toThrow(/fired/);
    await withControlClient(sandbox.address(database), async (client) => {
      await generateRows(client, options);
      const { rows } = await client.query(
        "SELECT current_setting('session_replication_role') AS role, current_setting('search_path') AS path",
      );
      expect(rows).toEqual([{ role: 'origin', path: '"$user", public' }]);
    });
  });
});

describe('repeatability', () => {
  it('same seed, same schema: the same bytes in every table, in the same order', async () => {
    const [first, second] = [await filled(undefined), await filled(undefined)];
    expect(await contentsOf(first.database)).toEqual(await contentsOf(second.database));
  });

  it('another seed: other rows', async () => {
    const [first, second] = [await filled(undefined), await filled(undefined, { seed: 8 })];
    const [one, other] = [await contentsOf(first.database), await contentsOf(second.database)];
    const same = [...one].filter(([name, text]) => text !== '' && other.get(name) === text).map(([name]) => name);
    // Rows that are nothing but their number, and rows that were there.
    expect(same.sort()).toEqual(['departments', 'only_keys', 'slots'].filter((name) => same.includes(name)));
  });
});

describe('what a migration may do afterwards does not fail on our rows', () => {
  it('columns hold no NULL, and differ wherever the type has room', async () => {
    const { database } = await filled(
      'CREATE TABLE t (a integer, b text, c timestamptz, d uuid, e numeric, f varchar(40), user_id integer)',
    );
    const columns = ['a', 'b', 'c', 'd', 'e', 'f', 'user_id'];
    await sandbox.query(
      columns.map((name) => `ALTER TABLE t ALTER ${name} SET NOT NULL; CREATE UNIQUE INDEX ON t (${name});`).join(''),
      database,
    );
  });

  it('a column named like a reference, without one, could become one', async () => {
    const { database } = await filled(
      'CREATE TABLE users (id serial PRIMARY KEY); CREATE TABLE posts (id serial PRIMARY KEY, user_id integer NOT NULL)',
    );
    await sandbox.query('ALTER TABLE posts ADD FOREIGN KEY (user_id) REFERENCES users', database);
  });

  it('rows are mostly as the defaults would have them', async () => {
    const { database } = await filled("CREATE TABLE t (id serial, state text NOT NULL DEFAULT 'draft', made timestamptz DEFAULT now())");
    expect(await count(database, "t WHERE state = 'draft'")).toBe(60);
    expect(await count(database, "t WHERE made > '2026-01-01'")).toBe(0);
  });
});

describe('amounts that begin at 0 or 1', () => {
  it.each([
    'balance numeric(12, 2) NOT NULL DEFAULT 0',
    'price float8 DEFAULT 0',
    "stock integer NOT NULL DEFAULT '0'",
    'visits_count bigint DEFAULT 0',
  ])('%s: some rows have others, so that a factor shows', async (column) => {
    const { database } = await filled(`CREATE TABLE t (id serial PRIMARY KEY, ${column})`);
    const name = column.split(' ')[0];
    expect(await count(database, `t WHERE ${name} > 0 AND ${name} < 11`)).toBeGreaterThan(0);
    expect(await count(database, `t WHERE ${name} = 0`)).toBeGreaterThan(30);
  });

  it.each([
    'state integer NOT NULL DEFAULT 0',
    'discount numeric DEFAULT 0',
    'rating numeric(2, 1) DEFAULT 0',
    'kind bigint DEFAULT 1',
    'vat numeric DEFAULT 0.19',
  ])('%s: no row has another one', async (column) => {
    const { database } = await filled(`CREATE TABLE t (id serial PRIMARY KEY, ${column})`);
    expect(await count(database, `t WHERE ${column.split(' ')[0]} <> ${/[\d.]+$/.exec(column)?.[0]}`)).toBe(0);
  });
});

describe('what can not be filled is skipped with the reason', () => {
  it.each([
    [
      'a type without known values',
      'CREATE TYPE odd; CREATE FUNCTION odd_in(cstring) RETURNS odd IMMUTABLE STRICT LANGUAGE internal AS $$int4in$$; CREATE FUNCTION odd_out(odd) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS $$int4out$$; CREATE TYPE odd (INPUT = odd_in, OUTPUT = odd_out, LIKE = integer); CREATE TABLE t (x odd NOT NULL)',
      /no values are known for its column x of type public\.odd/,
    ],
    ['a partitioned table without partitions', 'CREATE TABLE t (x integer) PARTITION BY LIST (x)', /it has no partitions/],
    [
      'a cycle of which nothing may be NULL',
      'CREATE TABLE t (id integer PRIMARY KEY, x integer NOT NULL); CREATE TABLE u (id integer PRIMARY KEY REFERENCES t); ALTER TABLE t ADD FOREIGN KEY (x) REFERENCES u',
      /cycle/,
    ],
    [
      'what the server refuses',
      "CREATE FUNCTION no(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$; CREATE TABLE t (x integer NOT NULL CHECK (no(x)))",
      /the server refused: not today/,
    ],
    [
      'rows that are needed in a table that is left alone',
      'CREATE TABLE schema_migrations (id integer PRIMARY KEY); CREATE TABLE t (x integer NOT NULL REFERENCES schema_migrations)',
      /left alone/,
    ],
  ])('%s', async (_, text, why) => {
    const { result } = await filled(text);
    expect(result.skipped.find(({ table }) => table === 'public.t')).toMatchObject({ why: expect.stringMatching(why) });
  });

  it('others are filled all the same', async () => {
    const { result } = await filled('CREATE TABLE t (x integer CHECK (x / 0 = 1)); CREATE TABLE u (id serial)');
    expect(result.tables).toContainEqual({ table: 'public.u', rows: 60 });
  });
});

it('does nothing when no rows are wanted, or there is no table', async () => {
  expect((await filled('SELECT 1')).result).toEqual({ tables: [], skipped: [] });
  expect((await filled('CREATE TABLE t (id serial)', { rows: 0 })).result).toEqual({ tables: [], skipped: [] });
});
