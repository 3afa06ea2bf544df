import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { sql as plainSql } from '../../../src/frameworks/sql';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Migration } from '../../../src/model/migration';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { loadParser } from '../../../src/parse/load';
import { generateDown } from '../../../src/rollback/down';
import { replay } from '../../../src/schema/virtual-schema';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { startSandbox } from '../execute/laboratory';

const earlier = `
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE customers (id serial PRIMARY KEY, email text NOT NULL UNIQUE, vip boolean DEFAULT false, nick varchar(20));
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id),
  total numeric(10, 2) NOT NULL CHECK (total >= 0), state status DEFAULT 'new');
CREATE INDEX orders_customer ON orders (customer_id);
CREATE TABLE "Odd Table" ("select" integer, b text DEFAULT 'x');
CREATE VIEW totals AS SELECT customer_id, total FROM orders;
CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a * 2';
`;

/** Each is undone by what is generated from its text and the earlier migration's alone. */
const migrations: Readonly<Record<string, string>> = {
  'create table':
    'CREATE TABLE items (id serial PRIMARY KEY, order_id bigint REFERENCES orders (id), name text); CREATE INDEX ON items (name);',
  'add column': "ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR'; ALTER TABLE orders ADD COLUMN n serial;",
  'add constraints': 'ALTER TABLE orders ADD CONSTRAINT small CHECK (total < 1000) NOT VALID; ALTER TABLE customers ADD UNIQUE (nick);',
  'drop column': 'ALTER TABLE customers DROP COLUMN nick; ALTER TABLE "Odd Table" DROP COLUMN b;',
  'drop constraints':
    'ALTER TABLE orders DROP CONSTRAINT orders_total_check; ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey; ALTER TABLE customers DROP CONSTRAINT customers_email_key;',
  'drop index': 'DROP INDEX orders_customer;',
  'drop table': 'DROP TABLE "Odd Table";',
  rename:
    'ALTER TABLE customers RENAME TO people; ALTER TABLE people RENAME COLUMN email TO mail; ALTER INDEX orders_customer RENAME TO by_customer;',
  'alter columns':
    'ALTER TABLE customers ALTER COLUMN vip SET DEFAULT true; ALTER TABLE customers ALTER COLUMN nick TYPE text; ALTER TABLE customers ALTER COLUMN nick SET NOT NULL; ALTER TABLE "Odd Table" ALTER COLUMN b DROP DEFAULT;',
  'enum value': "ALTER TYPE status ADD VALUE 'sent';",
  'new type': "CREATE TYPE mood AS ENUM ('sad'); ALTER TABLE customers ADD COLUMN mood mood;",
  views: 'CREATE VIEW rich AS SELECT * FROM orders WHERE total > 100; DROP VIEW totals;',
  functions: "CREATE FUNCTION three() RETURNS integer LANGUAGE sql AS 'SELECT 3'; DROP FUNCTION twice(integer);",
  'rows of constants': "INSERT INTO customers (id, email) VALUES (1, 'a'), (2, 'it''s'); INSERT INTO \"Odd Table\" VALUES (1, NULL);",
  'new column, filled': 'ALTER TABLE customers ADD COLUMN level integer; UPDATE customers SET level = 1;',
  schema: 'CREATE SCHEMA shop; CREATE TABLE shop.goods (id integer);',
  sequence: "CREATE SEQUENCE tickets INCREMENT 5; CREATE TABLE t (id bigint DEFAULT nextval('tickets'));",
  'concurrent index': 'CREATE INDEX CONCURRENTLY orders_total ON orders (total);',
  'what CREATE OR REPLACE exchanges':
    "CREATE OR REPLACE VIEW totals AS SELECT customer_id, total, id FROM orders; CREATE OR REPLACE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a + a';",
  'tables made from others': 'CREATE TABLE big AS SELECT * FROM orders; ALTER TABLE big ADD PRIMARY KEY (id);',
  'a table exchanged for its like':
    'CREATE TABLE orders_new (LIKE orders INCLUDING ALL); ALTER TABLE orders RENAME TO orders_old; ALTER TABLE orders_new RENAME TO orders;',
  'a copy of a table that gets the name, and the old one stays for a while':
    'CREATE TABLE orders_new (LIKE orders INCLUDING ALL); ALTER TABLE orders_new ALTER COLUMN total TYPE numeric(12, 2); INSERT INTO orders_new OVERRIDING SYSTEM VALUE SELECT * FROM orders; ALTER TABLE orders RENAME TO orders_old; ALTER TABLE orders_new RENAME TO orders; ALTER TABLE orders RENAME CONSTRAINT orders_new_pkey TO orders_key;',
  'an enum exchanged for another':
    "CREATE TYPE status_new AS ENUM ('new', 'paid', 'sent'); ALTER TABLE orders ALTER COLUMN state DROP DEFAULT; ALTER TABLE orders ALTER COLUMN state TYPE status_new USING state::text::status_new; ALTER TYPE status RENAME TO status_old; ALTER TYPE status_new RENAME TO status; ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'new'; DROP TYPE status_old;",
  'a column exchanged, its view gone with it':
    'ALTER TABLE orders ADD COLUMN total_new numeric; UPDATE orders SET total_new = total; ALTER TABLE orders DROP COLUMN total CASCADE; ALTER TABLE orders RENAME COLUMN total_new TO total;',
  comment: "COMMENT ON TABLE orders IS 'what they want'; COMMENT ON COLUMN orders.total IS 'in euro';",
};

let sandbox: Sandbox;

beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox(18);
  await sandbox.createDatabase('down_base');
  await sandbox.query(earlier, 'down_base');
}, 120_000);

afterAll(() => sandbox?.dispose());

function read(text: string): Migration {
  const [result] = plainSql.read([{ path: '001_x.sql', text }], { engine: { name: 'postgres', major: 18 }, placeholders: {} });
  if (!result?.ok) throw new Error('The sample was not read.');
  return result.value;
}

function capture(database: string): Promise<State> {
  return withControlClient(sandbox.address(database), (client) => captureState(client, { bookkeepingTables: [], volatile: {} }));
}

describe('up, then the generated down', () => {
  test.each(Object.entries(migrations))('%s', async (name, text) => {
    const migration = read(text);
    const before = replay(emptyCatalog, read(earlier).up.statements);
    const down = generateDown(migration, before, replay(before, migration.up.statements));
    const database = `down_${name.replace(/\W/g, '_')}`;
    await sandbox.cloneDatabase('down_base', database);
    const start = await capture(database);
    await withControlClient(sandbox.address(database), async (client) => {
      for (const statement of migration.up.statements) await client.query(statement.sent);
      expect(fingerprint(await captureState(client, { bookkeepingTables: [], volatile: {} }))).not.toBe(fingerprint(start));
      for (const statement of down.statements) {
        await client.query(statement).catch((error: Error) => {
          throw new Error(`${error.message} in: ${statement}`);
        });
      }
    });
    const reached = await capture(database);
    await sandbox.dropDatabases([database]);
    expect(stateDifferences(start, reached)).toEqual([]);
    expect(fingerprint(reached)).toBe(fingerprint(start));
  });
});
