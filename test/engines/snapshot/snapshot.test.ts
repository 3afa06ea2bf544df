import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CaptureOptions } from '../../../src/engines/capture';
import { createClient, withControlClient } from '../../../src/engines/postgres/connect';
import { captureSessions } from '../../../src/engines/postgres/snapshot/sessions';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { executeSteps } from '../../../src/engines/postgres/steps';
import type { Sandbox } from '../../../src/model/sandbox';
import { openSessionSteps } from '../../../src/recovery/plan';
import { fingerprint } from '../../../src/state/fingerprint';
import { findVolatileColumns } from '../../../src/state/volatile';
import { startSandbox } from '../execute/laboratory';

let sandbox: Sandbox;
let count = 0;

beforeAll(async () => {
  sandbox = await startSandbox(18);
}, 120_000);

afterAll(() => sandbox?.dispose());

async function database(text: string): Promise<string> {
  count += 1;
  const name = `snapshot_${count}`;
  await sandbox.createDatabase(name);
  await sandbox.query(text, name);
  return name;
}

function capture(name: string, options: Partial<CaptureOptions> = {}) {
  return withControlClient(sandbox.address(name), (client) => captureState(client, { bookkeepingTables: [], volatile: {}, ...options }));
}

async function migrationSession(name: string, text: string) {
  const client = createClient(sandbox.address(name), 'faultline migration');
  await client.connect();
  await client.query(text);
  return client;
}

test('clones hash alike', async () => {
  const name = await database(
    'CREATE TABLE t (id serial PRIMARY KEY, a text); INSERT INTO t (a) SELECT g::text FROM generate_series(1, 50) g',
  );
  await sandbox.cloneDatabase(name, `${name}_clone`);
  expect(fingerprint(await capture(`${name}_clone`))).toBe(fingerprint(await capture(name)));
});

test('types whose equality is coarser than their text, and those without a hash', async () => {
  const name = await database(`
    CREATE TABLE t (n numeric, f float8, j json, b jsonb, x xml, p point, r int4range, y bytea, i interval, a text[], "A b" text COLLATE "C");
    INSERT INTO t VALUES (1.0, 0.1, '{"a":1}', '{}', '<a/>', '(1,2)', '[1,3)', '\\x00', '1 day', '{a,NULL}', 'x')`);
  const before = fingerprint(await capture(name));
  for (const change of ['n = 1.00', 'j = \'{"a": 1}\'', 'f = 0.2', 'p = NULL', "x = '<a></a>'", "a = '{a,b}'", "i = '24 hours'"]) {
    await sandbox.query(`UPDATE t SET ${change}`, name);
    const after = fingerprint(await capture(name));
    expect(after, change).not.toBe(before);
    await sandbox.query(`UPDATE t SET n = 1.0, f = 0.1, j = '{"a":1}', p = '(1,2)', x = '<a/>', a = '{a,NULL}', i = '1 day'`, name);
    expect(fingerprint(await capture(name)), change).toBe(before);
  }
});

test('the session of whoever looks changes nothing', async () => {
  const name = await database("CREATE TABLE t (at timestamptz, f float8); INSERT INTO t VALUES ('2020-01-01', 0.1 + 0.2)");
  // The settings themselves are part of the state; what is told here is that the rest is read alike under them.
  const withoutSettings = async () => {
    const state = await capture(name);
    return fingerprint({ ...state, catalog: { ...state.catalog, definitions: [] } });
  };
  const before = await withoutSettings();
  await sandbox.query(
    `ALTER DATABASE ${name} SET TimeZone = 'Asia/Tokyo'; ALTER DATABASE ${name} SET DateStyle = 'German'; ALTER DATABASE ${name} SET search_path = nowhere; ALTER DATABASE ${name} SET extra_float_digits = 0`,
  );
  expect(await withoutSettings()).toBe(before);
});

test('rows behind forced row security, in partitions, of generated and unlogged tables are counted; foreign and temporary ones are not', async () => {
  const name = await database(`
    CREATE TABLE hidden (id integer); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; ALTER TABLE hidden FORCE ROW LEVEL SECURITY; INSERT INTO hidden VALUES (1);
    CREATE TABLE parted (id integer) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parted FOR VALUES IN (1); INSERT INTO parted VALUES (1), (1);
    CREATE TABLE computed (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED, c integer GENERATED ALWAYS AS (1 / a) VIRTUAL); INSERT INTO computed VALUES (0);
    CREATE UNLOGGED TABLE loose (id integer); INSERT INTO loose VALUES (1);
    CREATE TABLE parent (id integer); CREATE TABLE child () INHERITS (parent); INSERT INTO child VALUES (1);
    CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER far FOREIGN DATA WRAPPER nothing; CREATE FOREIGN TABLE away (id integer) SERVER far;
    CREATE TABLE empty ()`);
  const state = await capture(name);
  expect(Object.fromEntries(state.data.map((data) => [data.table, data.rowCount]))).toEqual({
    'public.hidden': 1,
    'public.part': 2,
    'public.computed': 1,
    'public.loose': 1,
    'public.parent': 0,
    'public.child': 1,
    'public.empty': 0,
  });
  expect(state.catalog.tables.find((table) => table.name === 'away')?.kind).toBe('foreign table');
});

test('bookkeeping stands apart, with what differs from run to run masked and nulls kept', async () => {
  const name = await database(`
    CREATE TABLE history (id serial PRIMARY KEY, version bigint, at timestamptz, execution_time integer, finished_at timestamptz, token uuid);
    INSERT INTO history (version, at, execution_time, token) VALUES (20240101120000, now(), 5, gen_random_uuid())`);
  const options = { bookkeepingTables: ['public.history', 'public.absent'], volatile: { 'public.history': ['token'] } };
  const before = await capture(name, options);
  const masked = '(differs from run to run)';
  const row = { id: 1, version: '20240101120000', at: masked, execution_time: masked, finished_at: null, token: masked };
  expect(before.bookkeeping).toEqual([{ table: 'public.history', rows: [row] }]);
  expect([before.catalog.tables, before.catalog.sequences, before.data]).toEqual([[], [], []]);
  await sandbox.query('UPDATE history SET at = clock_timestamp(), execution_time = 7, token = gen_random_uuid()', name);
  expect(fingerprint(await capture(name, options))).toBe(fingerprint(before));
  await sandbox.query('UPDATE history SET finished_at = now()', name);
  expect(fingerprint(await capture(name, options))).not.toBe(fingerprint(before));
});

test('volatile columns are found by two runs and left out, but for being null', async () => {
  const text = 'CREATE TABLE t (id integer, token uuid); INSERT INTO t SELECT g, gen_random_uuid() FROM generate_series(1, 5) g';
  const [one, two] = [await database(text), await database(text)];
  const volatile = findVolatileColumns(await capture(one, { columnHashes: true }), await capture(two, { columnHashes: true }));
  expect(volatile).toEqual({ 'public.t': ['token'] });
  const reference = fingerprint(await capture(one, { volatile }));
  expect(fingerprint(await capture(two, { volatile }))).toBe(reference);
  await sandbox.query('UPDATE t SET token = NULL WHERE id = 1', two);
  expect(fingerprint(await capture(two, { volatile }))).not.toBe(reference);
});

test('a sequence is judged by its column, owned or only used', async () => {
  const name = await database(`
    CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (7);
    CREATE SEQUENCE s; CREATE TABLE u (id bigint DEFAULT nextval('s'), label text DEFAULT 'a'); INSERT INTO u DEFAULT VALUES`);
  expect((await capture(name)).sequences).toEqual([
    { sequence: 'public.s', lastValue: '1', isCalled: true, greatestInUse: '1' },
    { sequence: 'public.t_id_seq', lastValue: '1', isCalled: false, greatestInUse: '7' },
  ]);
});

test('objects of an extension are no part of the schema, the extension is', async () => {
  const name = await database('CREATE TABLE t (id integer)');
  const before = await capture(name);
  const available = await sandbox.query("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'");
  if (available.length === 0) return;
  await sandbox.query('CREATE EXTENSION pg_trgm', name);
  const after = await capture(name);
  expect(after.catalog.definitions.length).toBe(before.catalog.definitions.length + 1);
});

test('sessions of the migration are seen with their locks, where reading the tables would wait', async () => {
  const name = await database('CREATE TABLE t (id integer); CREATE TABLE other (id integer)');
  const client = await migrationSession(name, 'BEGIN; ALTER TABLE t ADD COLUMN a integer; SELECT pg_advisory_lock(42)');
  const bystander = await withControlClient(sandbox.address(name), async (control) => {
    await control.query('BEGIN; INSERT INTO other VALUES (1)');
    const sessions = await captureSessions(control);
    expect(sessions).toHaveLength(1);
    expect(sessions[0]?.state).toBe('idle in transaction');
    expect(sessions[0]?.locks).toContainEqual({ relation: 'public.t', mode: 'AccessExclusiveLock' });
    expect(sessions[0]?.locks).toContainEqual({ relation: 'advisory lock 42', mode: 'ExclusiveLock' });

    const texts = openSessionSteps(sessions).map((step) => step.text);
    expect(texts.join()).not.toContain(String(sessions[0]?.pid));
    expect(await executeSteps(sandbox.address(name), texts, new AbortController().signal)).toEqual({ ok: true });
    await expect(client.query('SELECT 1')).rejects.toThrow();
    // Whoever only writes to a table is left alone.
    return (await control.query('SELECT 1 AS one')).rows;
  });
  expect(bystander).toEqual([{ one: 1 }]);
  expect((await capture(name)).sessions).toEqual([]);
});

test('a table that stays locked is an error after a while, not a wait without end', async () => {
  const name = await database('CREATE TABLE t (id integer)');
  const client = await migrationSession(name, 'BEGIN; LOCK TABLE t');
  await expect(capture(name)).rejects.toMatchObject({ code: '55P03' });
  await client.end();
});

test('what fails leaves the connection usable', async () => {
  const name = await database('CREATE TABLE t (id integer)');
  await withControlClient(sandbox.address(name), async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1/0').catch(() => undefined);
    await expect(captureState(client, { bookkeepingTables: [], volatile: {} })).rejects.toThrow();
    expect((await captureState(client, { bookkeepingTables: [], volatile: {} })).data).toHaveLength(1);
  });
});

test('subscriptions, settings of the database and large objects are seen', async () => {
  const name = await database(`SELECT lo_from_bytea(0, 'content'); ALTER DATABASE snapshot_${count + 1} SET search_path = app, public;
    ALTER DATABASE snapshot_${count + 1} SET work_mem = '8MB'`);
  await sandbox.query(
    "CREATE SUBSCRIPTION follows CONNECTION 'host=nowhere' PUBLICATION changes WITH (connect = false, slot_name = NONE)",
    name,
  );
  const found = (await capture(name)).catalog.definitions.filter(({ kind }) => kind === 'other');
  expect(found.map((object) => object.name)).toEqual([
    'database setting search_path',
    'database setting work_mem',
    'large objects',
    'subscription follows',
  ]);
  // What it says it would do does it.
  const setting = found[1];
  await executeSteps(sandbox.address(name), [setting?.removal ?? ''], new AbortController().signal);
  const rest = (await capture(name)).catalog.definitions.map((object) => object.name);
  expect(rest).not.toContain('database setting work_mem');
  await executeSteps(sandbox.address(name), [setting?.definition ?? ''], new AbortController().signal);
  expect((await capture(name)).catalog.definitions.find((object) => object.name === setting?.name)).toEqual(setting);
  await sandbox.query("SELECT lo_put((SELECT oid FROM pg_largeobject_metadata), 0, 'CONTENT')", name);
  expect((await capture(name)).catalog.definitions.find((object) => object.name === 'large objects')?.definition).not.toBe(
    found[2]?.definition,
  );
  // A copy has the settings too; a database with a subscription can be dropped.
  await sandbox.cloneDatabase(name, 'snapshot_copy');
  expect((await capture('snapshot_copy')).catalog.definitions).toContainEqual(found[0]);
  await sandbox.dropDatabases([name]);
  expect(await sandbox.query('SELECT FROM pg_subscription')).toEqual([]);
});

test('an invalid index of a TOAST table is told with the table that owns it', async () => {
  const name = await database('CREATE TABLE t (id integer, body text)');
  await sandbox.query(
    "UPDATE pg_index SET indisvalid = false WHERE indrelid = (SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass)",
    name,
  );
  const [table] = (await capture(name)).catalog.tables;
  expect(table?.indexes).toMatchObject([{ schema: 'pg_toast', valid: false }]);
});
