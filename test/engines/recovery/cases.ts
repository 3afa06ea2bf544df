/** A migration on a small shop, applied statement by statement, and what its ways out must come to. */
export interface Case {
  readonly name: string;
  readonly migration: string;
  /** After which statements data of before is gone, so that going back is proven in all but the loss. */
  readonly losesAfter?: number;
  /** Number of leading statements that leave a half in place of what they do; executed before capture in place of the next one. */
  readonly leftover?: { readonly after: number; readonly sql: readonly string[] };
}

export const shop = `
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TYPE place AS (street text, city text);
CREATE TABLE shops (id integer PRIMARY KEY, place place);
INSERT INTO shops VALUES (1, ('Main', 'Rome')), (2, NULL);
CREATE TABLE customers (id serial PRIMARY KEY, email text NOT NULL UNIQUE, vip boolean DEFAULT false);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, total numeric(10, 2) NOT NULL, note text, state status DEFAULT 'new');
CREATE UNLOGGED TABLE staging (id integer, raw text);
CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE countries (code text PRIMARY KEY, name text);
INSERT INTO countries VALUES ('DE', 'Germany'), ('US', 'United States');
CREATE TABLE closed (code text PRIMARY KEY, name text);
INSERT INTO closed VALUES ('SU', 'Soviet Union');
CREATE TABLE readings (id integer PRIMARY KEY, value text) PARTITION BY RANGE (id);
CREATE TABLE readings_rest PARTITION OF readings DEFAULT;
INSERT INTO readings SELECT g, 'value ' || g FROM generate_series(1, 30) g;
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE state = 'new';
INSERT INTO customers (email) SELECT 'c' || g || '@example.com' FROM generate_series(1, 30) g;
INSERT INTO orders (customer_id, total, note) SELECT 1 + g % 30, g, 'note ' || g FROM generate_series(1, 90) g;
CREATE MATERIALIZED VIEW revenue AS SELECT total > 10 AS big, count(*) AS number FROM orders GROUP BY 1;
INSERT INTO log SELECT date '2020-01-01' + g * 7, 'line ' || g FROM generate_series(1, 90) g;
`;

export const cases: readonly Case[] = [
  {
    name: 'new column, filled and required',
    migration: `ALTER TABLE orders ADD COLUMN currency text; UPDATE orders SET currency = 'EUR'; ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;`,
  },
  {
    name: 'constant rows',
    migration: `INSERT INTO customers (id, email) VALUES (1001, 'a@example.com'), (1002, 'it''s@example.com');
      INSERT INTO log VALUES ('2021-05-05', NULL); CREATE INDEX customers_vip ON customers (vip);`,
  },
  {
    name: 'dropped column',
    migration: 'CREATE INDEX orders_note ON orders (note); ALTER TABLE orders DROP COLUMN note; CREATE TABLE notes (id integer);',
    losesAfter: 2,
  },
  {
    name: 'dropped table',
    migration: 'ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey; DROP TABLE customers; CREATE TABLE people (id integer);',
    losesAfter: 2,
  },
  {
    name: 'overwritten values',
    migration: `UPDATE orders SET note = 'x' WHERE id < 10; ALTER TABLE orders ADD COLUMN a integer; CREATE TABLE b (id integer);`,
    losesAfter: 1,
  },
  {
    name: 'deleted rows',
    migration: `DELETE FROM orders WHERE id > 50; CREATE TABLE b (id integer); CREATE TABLE c (id integer);`,
    losesAfter: 1,
  },
  {
    name: 'rows from a query',
    migration: `INSERT INTO orders (customer_id, total) SELECT id, 0 FROM customers; CREATE TABLE b (id integer); CREATE TABLE c (id integer);`,
  },
  {
    name: 'renames and types',
    migration: `ALTER TABLE customers RENAME COLUMN email TO mail; ALTER TABLE orders RENAME TO purchases; ALTER TABLE purchases ALTER COLUMN customer_id TYPE bigint;
      ALTER TYPE status ADD VALUE 'sent'; CREATE OR REPLACE VIEW open_orders AS SELECT id, total FROM purchases WHERE state = 'paid';`,
  },
  {
    name: 'index left invalid',
    migration:
      'CREATE TABLE marks (id integer); CREATE INDEX CONCURRENTLY orders_total ON orders (total); ALTER TABLE orders ADD COLUMN z integer;',
    leftover: {
      after: 1,
      sql: [
        'CREATE INDEX orders_total ON orders (total)',
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_total'::regclass",
      ],
    },
  },
  {
    name: 'detach left pending',
    migration: 'CREATE TABLE marks (id integer); ALTER TABLE log DETACH PARTITION log_2021 CONCURRENTLY; DROP TABLE log_2021;',
    leftover: { after: 1, sql: ["UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'log_2021'::regclass"] },
    losesAfter: 3,
  },
  {
    name: 'trigger disabled for a load',
    migration:
      'ALTER TABLE orders DISABLE TRIGGER ALL; INSERT INTO orders (id, customer_id, total) VALUES (500, 1, 1); ALTER TABLE orders ENABLE TRIGGER ALL;',
  },
  {
    name: 'foreign key in two steps',
    migration:
      'ALTER TABLE orders ADD COLUMN buyer integer; ALTER TABLE orders ADD CONSTRAINT buyer_fk FOREIGN KEY (buyer) REFERENCES customers (id) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT buyer_fk;',
  },
  {
    name: 'explicit ids, then the sequence',
    migration: `INSERT INTO customers (id, email) VALUES (5000, 'far@example.com'); SELECT setval('customers_id_seq', (SELECT max(id) FROM customers)); CREATE TABLE c (id integer);`,
  },
  {
    name: 'setting for the session',
    migration: 'SET search_path = other, public; CREATE SCHEMA other; CREATE TABLE here (id integer); CREATE TABLE there (id integer);',
  },
  {
    name: 'rows behind COPY',
    migration: `CREATE TABLE currencies (code text, name text);
COPY currencies FROM stdin;
EUR\tEuro
USD\tDollar; \\N
\\.
ALTER TABLE orders ADD COLUMN currency text; CREATE TABLE c (id integer);`,
  },
  {
    name: 'values overwritten beside constant rows',
    migration: `INSERT INTO countries VALUES ('IT', 'Italy'); UPDATE countries SET name = 'USA' WHERE code = 'US';
      CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
    losesAfter: 2,
  },
  {
    name: 'materialized view made anew',
    migration: `DROP MATERIALIZED VIEW revenue; ALTER TABLE orders ADD COLUMN discount numeric;
      CREATE MATERIALIZED VIEW revenue AS SELECT total > 10 AS big, sum(total) AS total FROM orders GROUP BY 1;
      CREATE UNIQUE INDEX revenue_big ON revenue (big);`,
  },
  {
    name: 'materialized view refreshed',
    migration: `INSERT INTO orders (id, customer_id, total) VALUES (600, 1, 1); REFRESH MATERIALIZED VIEW revenue; CREATE TABLE c (id integer);`,
  },
  {
    name: 'tables exchanged, the sequence moved to the new one',
    migration: `CREATE TABLE orders_new (LIKE orders INCLUDING ALL); INSERT INTO orders_new SELECT * FROM orders; ALTER TABLE orders RENAME TO orders_old;
      ALTER TABLE orders_new RENAME TO orders; ALTER SEQUENCE orders_id_seq OWNED BY orders.id; CREATE TABLE c (id integer);`,
  },
  {
    name: 'temporary table',
    migration: `CREATE TEMPORARY TABLE map (id integer, place integer); INSERT INTO map SELECT id, id * 2 FROM customers; ALTER TABLE customers ADD COLUMN place integer;
      UPDATE customers SET place = map.place FROM map WHERE map.id = customers.id; DROP TABLE map; CREATE TABLE c (id integer);`,
  },
  {
    name: 'rows removed beside constant rows',
    migration: `INSERT INTO countries VALUES ('IT', 'Italy'); DELETE FROM countries WHERE code = 'US'; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
    losesAfter: 2,
  },
  {
    name: 'rows of which one was there',
    migration: `INSERT INTO countries VALUES ('US', 'USA'), ('IT', 'Italy') ON CONFLICT DO NOTHING; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'rows of which none was there',
    migration: `INSERT INTO countries VALUES ('FR', 'France'), ('IT', 'Italy') ON CONFLICT DO NOTHING; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'temporary table of one transaction',
    migration: `BEGIN; CREATE TEMPORARY TABLE map (id integer) ON COMMIT DROP; CREATE TEMPORARY TABLE copy ON COMMIT DROP AS SELECT id FROM customers;
      INSERT INTO map SELECT id FROM copy; ALTER TABLE customers ADD COLUMN place integer; UPDATE customers SET place = map.id FROM map WHERE map.id = customers.id;
      COMMIT; CREATE TABLE map (id integer); CREATE TABLE copy (id integer);`,
  },
  {
    name: 'rows moved to a new table',
    migration: `CREATE TABLE small_orders (LIKE orders); INSERT INTO small_orders SELECT * FROM orders WHERE total < 40;
      DELETE FROM orders WHERE total < 40; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'rows moved to one that was there',
    migration: `WITH moved AS (DELETE FROM countries WHERE code = 'US' RETURNING *) INSERT INTO closed SELECT * FROM moved;
      CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'rows moved out of the default partition',
    migration: `CREATE TABLE readings_new (LIKE readings INCLUDING ALL); WITH moved AS (DELETE FROM readings_rest WHERE id > 10 RETURNING *)
      INSERT INTO readings_new SELECT * FROM moved; ALTER TABLE readings ATTACH PARTITION readings_new FOR VALUES FROM (11) TO (100); CREATE TABLE d (id integer);`,
  },
  {
    name: 'rows moved out of the default partition while it is detached',
    migration: `ALTER TABLE readings DETACH PARTITION readings_rest; CREATE TABLE readings_new PARTITION OF readings FOR VALUES FROM (11) TO (100);
      INSERT INTO readings_new SELECT * FROM readings_rest WHERE id > 10; DELETE FROM readings_rest WHERE id > 10;
      ALTER TABLE readings ATTACH PARTITION readings_rest DEFAULT; CREATE TABLE d (id integer);`,
  },
  {
    name: 'rows moved twice over to a table without a key',
    migration: `CREATE TABLE small_orders (LIKE orders); INSERT INTO small_orders SELECT * FROM orders WHERE total < 40;
      INSERT INTO small_orders SELECT * FROM orders WHERE total < 20; DELETE FROM orders WHERE total < 40; CREATE TABLE d (id integer);`,
  },
  {
    name: 'column moved to a table of its own',
    migration: `CREATE TABLE order_notes (order_id integer PRIMARY KEY, note text); INSERT INTO order_notes SELECT id, note FROM orders;
      ALTER TABLE orders DROP COLUMN note; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'required column moved to a table of its own',
    migration: `CREATE TABLE mails (customer_id integer PRIMARY KEY, email text); INSERT INTO mails SELECT id, email FROM customers;
      ALTER TABLE customers DROP COLUMN email; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'dropped table of which a copy was kept',
    migration: `CREATE TABLE lands AS SELECT code, name, 1 AS version FROM countries; DROP TABLE countries; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'label renamed',
    migration: `ALTER TYPE status RENAME VALUE 'new' TO 'open'; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'label renamed and another one added',
    migration: `ALTER TYPE status ADD VALUE 'refunded' AFTER 'paid'; ALTER TYPE status RENAME VALUE 'new' TO 'open';
      UPDATE orders SET state = 'paid' WHERE id = 1 AND state = 'open'; CREATE INDEX orders_open ON orders (id) WHERE state = 'open'; CREATE TABLE d (id integer);`,
  },
  {
    name: 'composite type with one more attribute',
    migration: `ALTER TYPE place ADD ATTRIBUTE country text; CREATE TABLE c (id integer); CREATE TABLE d (id integer);`,
  },
  {
    name: 'own transactions',
    migration:
      'CREATE TABLE a (id integer); BEGIN; CREATE TABLE b (id integer); INSERT INTO b VALUES (1); COMMIT; CREATE TABLE c (id integer);',
  },
];
