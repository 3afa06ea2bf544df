import type { RuleContext, Step } from '../../context';
import { escapedName, type Missing } from '../../names';
import type { Examples } from '../../rule';
import { unknownIn } from './parts';
import type { UnknownColumn, UnknownName } from './query-names';
import { missingFunction, missingRelation, unsearchedRelation } from './relations';

/** The first name in a statement's queries, conditions and keys of which it is certain that the server does not find it. */
export function missingName(context: RuleContext, step: Step): Missing | undefined {
  // What a function in SQL names is then looked up when it is called (manual, "Client Connection Defaults").
  if (/check_function_bodies/i.test(context.text) && /^\s*create\b[^(]*\bfunction\b/i.test(step.statement.sent)) return undefined;
  for (const unknown of unknownIn(step)) {
    const missing = missingOf(context, step, unknown);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function missingOf(context: RuleContext, step: Step, unknown: UnknownName): Missing | undefined {
  if (unknown.kind === 'column') return missingColumn(context, unknown);
  if (unknown.kind === 'function') return missingFunction(context, step, unknown.function);
  const { relation, searchPath } = unknown;
  return searchPath === undefined || relation.schema !== undefined
    ? missingRelation(context, step, relation)
    : unsearchedRelation(context, step, relation.name, searchPath);
}

function missingColumn(context: RuleContext, { column, among, tables }: UnknownColumn): Missing | undefined {
  const names = tables.map(({ name }) => name);
  if (mayBeMade(context, column, names)) return undefined;
  const where = names.length === 0 ? 'What this reads' : [...new Set(names)].join(' or ');
  return {
    message: names.length > 1 ? `Neither of ${names.join(', ')} has a column ${column}` : `${where} has no column ${column}`,
    code: '42703',
    help: `Check the name. At this point there are these columns: ${among.join(', ')}.`,
  };
}

/** Another migration may add it, out of order or under a condition, and functions that are told the names may, in ways that are not read. */
function mayBeMade({ files, program, text: own }: RuleContext, column: string, tables: readonly string[]): boolean {
  const name = escapedName(column);
  const quoted = (word: string, text: string) => new RegExp(`'"?${word}"?'`, 'i').test(text);
  if (quoted(name, own)) return true;
  const added = new RegExp(`\\b(?:add(?:\\s+column)?(?:\\s+if\\s+not\\s+exists)?|to)\\s+"?${name}(?![\\w$])`, 'i');
  return files.some(
    ({ path, text }) =>
      path !== program.path && (added.test(text) || (quoted(name, text) && tables.some((table) => quoted(escapedName(table), text)))),
  );
}

const shop =
  'CREATE FUNCTION touch_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, tags jsonb);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), total int, paid boolean);\nCREATE TABLE lines (order_id bigint, no int, price int);\nCREATE TABLE baskets (id bigint);\nDROP TABLE baskets;\nCREATE VIEW open_orders AS SELECT id, total AS amount FROM orders WHERE NOT paid;\nCREATE SEQUENCE numbers;\n';

const schemas = 'CREATE SCHEMA app;\nCREATE TABLE app.t (id int PRIMARY KEY, v text);\nCREATE TABLE u (id int PRIMARY KEY, v text);\n';

export const namesExamples: Examples = {
  bad: [
    {
      title: 'Functions whose own search_path does not hold the schema of what they name',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: schemas },
        {
          path: 'V2__u.sql',
          text: "CREATE FUNCTION app.a() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT count(*) FROM u $$;\nCREATE FUNCTION app.b() RETURNS bigint LANGUAGE sql SET search_path = app AS $$ SELECT count(*) FROM u $$;\nCREATE FUNCTION app.c() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$ SELECT count(*) FROM t $$;\nCREATE FUNCTION app.d() RETURNS text LANGUAGE sql SET search_path = app AS $$ SELECT w FROM t LIMIT 1 $$;\n",
        },
      ],
      findings: [
        {
          at: "CREATE FUNCTION app.a() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT count(*) FROM u $$",
          says: "u is in the schema public, and this function's search_path is empty: the server refuses this (42P01)",
        },
        {
          at: 'CREATE FUNCTION app.b() RETURNS bigint LANGUAGE sql SET search_path = app AS $$ SELECT count(*) FROM u $$',
          says: "this function's search_path is app",
        },
        {
          at: 'CREATE FUNCTION app.c() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$ SELECT count(*) FROM t $$',
          says: 'Write app.t.',
        },
        {
          at: 'CREATE FUNCTION app.d() RETURNS text LANGUAGE sql SET search_path = app AS $$ SELECT w FROM t LIMIT 1 $$',
          says: 't has no column w',
        },
      ],
    },
    {
      title: 'Columns in conditions, queries, comments and privileges',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: shop },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;\nCREATE TABLE bills (id bigint PRIMARY KEY, sum int, CHECK (total > 0));\nALTER TABLE orders ALTER COLUMN paid TYPE int USING payd::int;\nCREATE POLICY own ON orders USING (owner_id = 1);\nCREATE POLICY own ON orders USING (EXISTS (SELECT 1 FROM users u WHERE u.id = orders.user_id AND u.login = 'a'));\nCREATE INDEX by_total ON orders (total) WHERE NOT deleted;\nCREATE INDEX by_user ON orders (user_id) INCLUDE (state);\nCREATE VIEW names AS SELECT id, name FROM users;\nCREATE MATERIALIZED VIEW sums AS SELECT user_id, sum(l.cents) FROM orders o JOIN lines l ON l.order_id = o.id GROUP BY user_id;\nCREATE TRIGGER t BEFORE UPDATE OF state ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();\nCREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW WHEN (new.state = 'x') EXECUTE FUNCTION suppress_redundant_updates_trigger();\nCOMMENT ON COLUMN users.phone IS 'With its country';\nGRANT SELECT (id, phone) ON users TO CURRENT_USER;\nCREATE FUNCTION total_of(wanted bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT sum(cents) FROM lines WHERE order_id = wanted $$;\nUPDATE orders o SET total = s.sum FROM (SELECT order_id, sum(price) AS sum FROM lines GROUP BY order_id) s WHERE s.id = o.id;\nDELETE FROM orders WHERE state = 'old' AND id > 5;\nWITH done AS (SELECT id FROM orders WHERE paid) DELETE FROM lines USING done WHERE lines.order_id = done.order_id;\nINSERT INTO lines (order_id, no, price) SELECT id, 1, price FROM orders;\nINSERT INTO users (id, email) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET email = excluded.mail;\nSELECT cents FROM open_orders;\nALTER TABLE lines ADD CONSTRAINT lines_order_fk FOREIGN KEY (order_no) REFERENCES orders (id) NOT VALID;\nALTER TABLE lines ADD CONSTRAINT lines_order_fk FOREIGN KEY (order_id) REFERENCES orders (no) NOT VALID;\n",
        },
      ],
      findings: [
        { at: 'ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID', says: 'orders has no column amount' },
        { at: 'CREATE TABLE bills (id bigint PRIMARY KEY, sum int, CHECK (total > 0))', says: 'id, sum' },
        { at: 'ALTER TABLE orders ALTER COLUMN paid TYPE int USING payd::int', says: 'no column payd' },
        { at: 'CREATE POLICY own ON orders USING (owner_id = 1)', says: 'no column owner_id' },
        {
          at: "CREATE POLICY own ON orders USING (EXISTS (SELECT 1 FROM users u WHERE u.id = orders.user_id AND u.login = 'a'))",
          says: 'users has no column login',
        },
        { at: 'CREATE INDEX by_total ON orders (total) WHERE NOT deleted', says: 'no column deleted' },
        { at: 'CREATE INDEX by_user ON orders (user_id) INCLUDE (state)', says: 'no column state' },
        { at: 'CREATE VIEW names AS SELECT id, name FROM users', says: '42703' },
        {
          at: 'CREATE MATERIALIZED VIEW sums AS SELECT user_id, sum(l.cents) FROM orders o JOIN lines l ON l.order_id = o.id GROUP BY user_id',
          says: 'lines has no column cents',
        },
        {
          at: 'CREATE TRIGGER t BEFORE UPDATE OF state ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
          says: 'no column state',
        },
        {
          at: "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW WHEN (new.state = 'x') EXECUTE FUNCTION suppress_redundant_updates_trigger()",
          says: 'no column state',
        },
        { at: "COMMENT ON COLUMN users.phone IS 'With its country'", says: 'users has no column phone' },
        { at: 'GRANT SELECT (id, phone) ON users TO CURRENT_USER', says: 'id, email, tags' },
        {
          at: 'CREATE FUNCTION total_of(wanted bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT sum(cents) FROM lines WHERE order_id = wanted $$',
          says: 'lines has no column cents',
        },
        {
          at: 'UPDATE orders o SET total = s.sum FROM (SELECT order_id, sum(price) AS sum FROM lines GROUP BY order_id) s WHERE s.id = o.id',
          says: 'order_id, sum',
        },
        { at: "DELETE FROM orders WHERE state = 'old' AND id > 5", says: 'no column state' },
        {
          at: 'WITH done AS (SELECT id FROM orders WHERE paid) DELETE FROM lines USING done WHERE lines.order_id = done.order_id',
          says: 'no column order_id',
        },
        { at: 'INSERT INTO lines (order_id, no, price) SELECT id, 1, price FROM orders', says: 'orders has no column price' },
        {
          at: "INSERT INTO users (id, email) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET email = excluded.mail",
          says: 'users has no column mail',
        },
        { at: 'SELECT cents FROM open_orders', says: 'id, amount' },
        {
          at: 'ALTER TABLE lines ADD CONSTRAINT lines_order_fk FOREIGN KEY (order_no) REFERENCES orders (id) NOT VALID',
          says: 'lines has no column order_no',
        },
        {
          at: 'ALTER TABLE lines ADD CONSTRAINT lines_order_fk FOREIGN KEY (order_id) REFERENCES orders (no) NOT VALID',
          says: 'orders has no column no',
        },
      ],
    },
    {
      title: 'Tables, views and sequences that no migration makes, or that one of them dropped',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: shop },
        {
          path: 'V2__u.sql',
          text: "CREATE VIEW paid AS SELECT o.id FROM orders o JOIN payments p ON p.order_id = o.id;\nCREATE VIEW old AS SELECT id FROM baskets;\nALTER TABLE orders ALTER COLUMN id SET DEFAULT nextval('number');\nGRANT SELECT ON payments TO CURRENT_USER;\nCREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint REFERENCES usres (id));\nCREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch_rows();\n",
        },
      ],
      findings: [
        { at: 'CREATE VIEW paid AS SELECT o.id FROM orders o JOIN payments p ON p.order_id = o.id', says: 'No migration makes payments' },
        { at: 'CREATE VIEW old AS SELECT id FROM baskets', says: 'an earlier migration drops or renames it' },
        { at: "ALTER TABLE orders ALTER COLUMN id SET DEFAULT nextval('number')", says: 'Did you mean "numbers"?' },
        { at: 'GRANT SELECT ON payments TO CURRENT_USER', says: '42P01' },
        { at: 'CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint REFERENCES usres (id))', says: 'Did you mean "users"?' },
        { at: 'CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch_rows()', says: '42883' },
      ],
    },
  ],
  good: [
    {
      title: 'Functions with a search_path of their own that find what they name, or may find it',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: schemas },
        {
          path: 'V2__u.sql',
          text: "CREATE FUNCTION app.a() RETURNS bigint LANGUAGE sql SET search_path = '' AS $$ SELECT count(*) FROM app.t, public.u, pg_class, information_schema.tables $$;\nCREATE FUNCTION app.b() RETURNS bigint LANGUAGE sql SET search_path = app, public AS $$ SELECT count(*) FROM t, u $$;\nCREATE FUNCTION app.c() RETURNS bigint LANGUAGE sql SET search_path = \"$user\", public AS $$ SELECT count(*) FROM u $$;\nCREATE FUNCTION app.d() RETURNS bigint LANGUAGE sql SET search_path FROM CURRENT AS $$ SELECT count(*) FROM u $$;\nCREATE FUNCTION app.e() RETURNS bigint LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN RETURN (SELECT count(*) FROM u); END $$;\nCREATE FUNCTION app.f() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$ WITH u AS (SELECT 1) SELECT count(*) FROM u $$;\n",
        },
      ],
    },
    {
      title: 'Names of queries, outputs, rows, parameters and outer queries',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: shop },
        {
          path: 'V2__u.sql',
          text: "CREATE VIEW a AS WITH RECURSIVE tree (node, depth) AS (SELECT id, 1 FROM users UNION ALL SELECT o.user_id, t.depth + 1 FROM orders o JOIN tree t ON t.node = o.id) SELECT node, depth AS level FROM tree ORDER BY level;\nCREATE VIEW b AS SELECT o.id, last.price, (SELECT max(no) FROM lines WHERE order_id = o.id AND price < total) AS best FROM orders o CROSS JOIN LATERAL (SELECT price FROM lines l WHERE l.order_id = o.id AND l.price < o.total LIMIT 1) last;\nCREATE VIEW c AS SELECT tag.key, tag.value, v.x FROM users, jsonb_each(tags) tag, (VALUES (1)) v (x), generate_series(1, 2) AS step WHERE step = x;\nCREATE VIEW d AS SELECT total / 2 AS half, count(*) AS n FROM orders GROUP BY half HAVING count(*) > 1 ORDER BY n, half;\nCREATE TYPE place AS (city text);\nCREATE TABLE shops (id bigint, at place);\nCREATE VIEW k AS SELECT (at).city, CASE WHEN id > 0 THEN 1 END FROM shops ORDER BY city, \"case\";\nCREATE VIEW e AS SELECT id FROM users UNION SELECT user_id FROM orders ORDER BY id;\nCREATE VIEW f AS SELECT to_jsonb(users), users.ctid, tableoid FROM users;\nCREATE VIEW g (one, two) AS SELECT id, total FROM orders;\nCREATE VIEW h AS SELECT one, two FROM g;\nCREATE VIEW i AS SELECT amount, users.id FROM open_orders JOIN users USING (id);\nCREATE FUNCTION label(users) RETURNS text LANGUAGE sql AS $$ SELECT $1.email || $1.id $$;\nCREATE VIEW j AS SELECT u.label, u.email FROM users u;\nCREATE FUNCTION sum_of(wanted bigint, lowest int DEFAULT 0) RETURNS bigint LANGUAGE sql AS $$ SELECT sum(price) FROM lines WHERE order_id = wanted AND price > lowest AND no > sum_of.lowest $$;\nINSERT INTO users AS u (id, email) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET email = excluded.email || u.id WHERE u.email <> excluded.email RETURNING id AS made, email;\nWITH moved AS (DELETE FROM lines WHERE no = 1 RETURNING order_id, price) UPDATE orders SET total = moved.price FROM moved WHERE moved.order_id = id;\nALTER TABLE orders ADD COLUMN state text, ADD CONSTRAINT known CHECK (state <> '' OR paid) NOT VALID;\nALTER TABLE orders ADD COLUMN parent bigint REFERENCES orders (id);\nCREATE POLICY own ON orders USING (user_id = (SELECT id FROM users WHERE email = current_user AND users.id = user_id));\nCREATE TEMPORARY TABLE doubled AS SELECT id, total * 2 AS twice FROM orders;\nSELECT twice, nextval('numbers') FROM doubled JOIN pg_class ON relname = 'x' JOIN information_schema.tables ON table_name = relname;\nCREATE TABLE copied AS SELECT *, 1 AS more FROM orders;\nSELECT more FROM copied;\nCREATE TRIGGER t AFTER UPDATE OF total ON orders FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.* AND new.paid) EXECUTE FUNCTION suppress_redundant_updates_trigger();\nCOMMENT ON COLUMN open_orders.amount IS 'As it was';\nCREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch_row();\nCREATE TRIGGER same BEFORE UPDATE ON users FOR EACH ROW EXECUTE PROCEDURE suppress_redundant_updates_trigger();\n",
        },
      ],
    },
    {
      title: 'Folders that do not show all that is there',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE EXTENSION IF NOT EXISTS pgcrypto;\nCREATE TABLE a (id bigint);\nCREATE TABLE b (id bigint);\nCREATE TABLE c (id bigint);\n',
        },
        { path: 'V2__u.sql', text: 'CREATE TABLE d (id bigint);\n' },
        { path: 'V3__v.sql', text: 'ALTER TABLE before_all ADD COLUMN note text;\n' },
        {
          path: 'V4__w.sql',
          text: 'CREATE VIEW v AS SELECT id, name FROM before_all JOIN others USING (id);\nCREATE VIEW w AS SELECT id FROM auth.users;\nSELECT * FROM flyway_schema_history;\n',
        },
      ],
    },
    {
      title: 'An extension that may have views of its own',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE EXTENSION pageinspect;\nCREATE TABLE a (id bigint);\nCREATE TABLE b (id bigint);\nCREATE TABLE c (id bigint);\n',
        },
        { path: 'V2__u.sql', text: 'CREATE TABLE d (id bigint);\n' },
        { path: 'V3__v.sql', text: 'CREATE VIEW v AS SELECT usagecount FROM buffers;\nCREATE VIEW w AS SELECT 1 FROM spatial_ref_sys;\n' },
      ],
    },
  ],
};
