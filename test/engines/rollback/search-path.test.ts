import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { majors, startServer } from '../rules/server';
import { roundTrips } from './round-trip';

/** What the migrations below take back; all names are looked for in the search path. */
const shop = `CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL CHECK (email <> ''));
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, total numeric DEFAULT 0);
CREATE INDEX orders_user ON orders (user_id);
CREATE VIEW big AS SELECT o.id, u.email FROM orders o JOIN users u ON u.id = o.user_id WHERE o.total > 100;
CREATE FUNCTION count_users() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM users';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note();
`;
const undoings = [
  'DROP INDEX orders_user;',
  'DROP VIEW big;',
  'DROP FUNCTION count_users();',
  'DROP TRIGGER noted ON orders; DROP FUNCTION note();',
  'ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;',
  'DROP VIEW big; ALTER TABLE orders DROP COLUMN user_id;',
  'CREATE OR REPLACE VIEW big AS SELECT o.id, u.email FROM orders o JOIN users u ON u.id = o.user_id WHERE o.total > 1000;',
  'DROP VIEW big; DROP TABLE orders; DROP FUNCTION count_users();',
  'CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders); CREATE INDEX ON items (order_id);',
];

describe.each(majors)('a rollback in the search path of its migration on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  const paths = [
    ['SET search_path = shop, public;', ''],
    ['SET search_path TO shop;', 'RESET search_path;'],
    ['SET LOCAL search_path TO "shop";', ''],
  ] as const;
  it.each(paths.flatMap(([set, reset]) => undoings.map((undoing) => [set, undoing, reset] as const)))(
    '%s %s %s',
    async (set, undoing, reset) => {
      const lines = (...parts: readonly string[]) => parts.filter((part) => part !== '').join('\n');
      const [begin, end] = set.includes('LOCAL') ? ['BEGIN;', 'COMMIT;'] : ['', ''];
      const files = [
        // Somebody else's tables of the same names, which must stay as they are.
        {
          path: '001_shop.sql',
          text: lines(
            'CREATE SCHEMA shop; CREATE TABLE public.users (x int); CREATE TABLE public.orders (x int);',
            begin,
            set,
            shop,
            reset,
            end,
          ),
        },
        { path: '002_change.sql', text: lines(begin, set, undoing, reset, end) },
      ];
      const [, outcome] = await roundTrips(sandbox, { framework: 'sql', major, files });
      const shown = outcome?.down?.statements.join('\n');
      if (outcome?.kind !== 'compared') return expect.fail(`${outcome?.kind}: ${outcome?.why}\n${shown}`);
      expect(outcome.differences, shown).toEqual([]);
    },
  );
});
