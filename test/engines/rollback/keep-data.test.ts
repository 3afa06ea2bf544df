import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { readFolder } from '../../../src/frameworks/registry';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { keptMigration } from '../../../src/rollback/kept-migration';
import { replay } from '../../../src/schema/virtual-schema';
import { fingerprint } from '../../../src/state/fingerprint';
import { majors, startServer, withClient } from '../rules/server';

const earlier = `CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, nick varchar(20) DEFAULT 'x', twice bigint GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE orders (id int PRIMARY KEY, user_id bigint REFERENCES users (id), amount numeric(8, 2), note text NOT NULL);
CREATE TABLE logs (at timestamptz DEFAULT now(), line text);
CREATE INDEX orders_note ON orders (note);`;

const rows = `INSERT INTO users (email, nick) SELECT 'e' || n, 'n' || n FROM generate_series(1, 20) n;
INSERT INTO orders SELECT n, n, n * 1.5, 'note ' || n FROM generate_series(1, 20) n; INSERT INTO logs (line) VALUES ('a'), ('b')`;

/** Each comes back whole, with the rows and values that it took away. */
const samples: readonly string[] = [
  'ALTER TABLE users DROP COLUMN nick',
  'ALTER TABLE orders DROP COLUMN note',
  'DROP TABLE orders',
  'DROP TABLE IF EXISTS logs',
  'DELETE FROM orders WHERE amount > 9',
  'DELETE FROM orders; DELETE FROM users WHERE id > 3',
  'TRUNCATE logs, orders',
  "UPDATE users SET nick = 'gone', email = upper(email) WHERE id % 2 = 0",
  "UPDATE orders SET note = 'a'; UPDATE orders SET note = 'b' WHERE id = 4",
  'ALTER TABLE orders DROP COLUMN note; DELETE FROM logs',
];

describe.each(majors)('data that is kept aside on PostgreSQL %i', (major) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    await loadParser();
    sandbox = await startServer(major);
  }, 120_000);
  afterAll(() => sandbox?.dispose());

  it.each(samples)(
    '%s',
    async (text) => {
      const files = [
        { path: '001_a.sql', text: earlier },
        { path: '002_b.sql', text: `${text};\n` },
      ];
      const read = (all: typeof files) => readFolder(all, { engine: { name: 'postgres', major }, placeholders: {}, framework: 'sql' });
      const { migrations, framework } = read(files);
      const [first, second] = migrations;
      if (first === undefined || second === undefined) throw new Error('not read');
      const before = replay(emptyCatalog, first.up.statements);
      const kept = keptMigration(second, files, before, framework, (changed) => read([...changed]).migrations);
      expect(kept?.kept).not.toHaveLength(0);
      expect(kept?.down.irreversible).toEqual([]);
      const name = `kept_${samples.indexOf(text)}`;
      await sandbox.createDatabase(name);
      await withClient(sandbox.address(name), async (client) => {
        const capture = async () => ({ ...(await captureState(client, { bookkeepingTables: [], volatile: {} })), sequences: [] });
        await client.query(earlier);
        await client.query(rows);
        const start = await capture();
        for (const statement of kept?.migration.up.statements ?? []) await client.query(statement.sent);
        expect(fingerprint(await capture())).not.toBe(fingerprint(start));
        for (const statement of kept?.down.statements ?? []) {
          await client.query(statement).catch((error: Error) => {
            throw new Error(`${error.message} in: ${statement}`);
          });
        }
        expect(fingerprint(await capture()), kept?.down.statements.join('\n')).toBe(fingerprint(start));
      });
    },
    120_000,
  );
});
