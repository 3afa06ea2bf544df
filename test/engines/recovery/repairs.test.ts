import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import { executeSteps } from '../../../src/engines/postgres/steps';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { repairOf } from '../../../src/recovery/repairs';
import { type Requirement, requirementsOf } from '../../../src/recovery/requirements';
import { countViolations, showViolations } from '../../../src/recovery/violations';
import { freshDatabase, rowsOf, startSandbox } from '../execute/laboratory';

let sandbox: Sandbox;

beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox(18);
}, 120_000);

afterAll(() => sandbox?.dispose());

const base = `
CREATE TABLE users (id serial PRIMARY KEY, email text, age text, code text, seen timestamptz);
INSERT INTO users (email, age, code) SELECT 'u' || g, g::text, 'code' || g FROM generate_series(1, 10) g;
CREATE TABLE orders (id serial PRIMARY KEY, user_id integer, owner integer NOT NULL DEFAULT 1, total integer);
INSERT INTO orders (user_id, owner, total) SELECT g, g, g FROM generate_series(1, 10) g;`;

interface Sample {
  readonly name: string;
  readonly dirt: string;
  readonly statement: string;
  /** Rows that break it. */
  readonly broken: number;
  /** A query and what it gives when the repair has kept what it could. */
  readonly kept: readonly [string, unknown];
}

const samples: readonly Sample[] = [
  {
    name: 'duplicates: the first of each stays, and orders point to it',
    dirt: `INSERT INTO users (email) VALUES ('u1'), ('u1'), ('u2'), (NULL), (NULL);
      ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users; UPDATE orders SET user_id = 12 WHERE id = 5`,
    statement: 'CREATE UNIQUE INDEX users_email ON users (email)',
    broken: 3,
    kept: ['SELECT (SELECT count(*) FROM users)::int AS users, user_id FROM orders WHERE id = 5', { users: 12, user_id: 1 }],
  },
  {
    name: 'duplicates of an expression, under a predicate, without a key of their own',
    dirt: `CREATE TABLE tags (name text, live boolean); INSERT INTO tags VALUES ('a', true), ('A', true), ('a', false), ('A', false), ('b', true)`,
    statement: 'CREATE UNIQUE INDEX tags_name ON tags (lower(name)) WHERE live',
    broken: 1,
    kept: ['SELECT count(*)::int AS tags FROM tags', { tags: 4 }],
  },
  {
    name: 'a constraint over two columns',
    dirt: 'INSERT INTO orders (user_id, total) VALUES (1, 1), (1, 1)',
    statement: 'ALTER TABLE orders ADD CONSTRAINT once UNIQUE (user_id, total)',
    broken: 2,
    kept: ['SELECT count(*)::int AS orders FROM orders', { orders: 10 }],
  },
  {
    name: 'NULLs become nothing, by type',
    dirt: 'UPDATE users SET email = NULL WHERE id < 4',
    statement: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL',
    broken: 3,
    kept: ["SELECT count(*)::int AS blank FROM users WHERE email = ''", { blank: 3 }],
  },
  {
    name: 'NULLs become the default',
    dirt: "ALTER TABLE users ALTER COLUMN code SET DEFAULT 'none'; UPDATE users SET code = NULL WHERE id < 3",
    statement: 'ALTER TABLE users ALTER COLUMN code SET NOT NULL',
    broken: 2,
    kept: ["SELECT count(*)::int AS filled FROM users WHERE code = 'none'", { filled: 2 }],
  },
  {
    name: 'orphans point to nothing where they may; NULL is no orphan',
    dirt: 'UPDATE orders SET user_id = 99 WHERE id < 3; UPDATE orders SET user_id = NULL WHERE id = 4',
    statement: 'ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id)',
    broken: 2,
    kept: ['SELECT count(*)::int AS orders FROM orders', { orders: 10 }],
  },
  {
    name: 'orphans that must point somewhere go',
    dirt: 'UPDATE orders SET owner = 99 WHERE id < 3',
    statement: 'ALTER TABLE orders ADD CONSTRAINT orders_owner FOREIGN KEY (owner) REFERENCES users',
    broken: 2,
    kept: ['SELECT count(*)::int AS orders FROM orders', { orders: 8 }],
  },
  {
    name: 'a check',
    dirt: 'UPDATE orders SET total = -1 WHERE id < 3; UPDATE orders SET total = NULL WHERE id = 3',
    statement: 'ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)',
    broken: 2,
    kept: ['SELECT count(*)::int AS orders FROM orders', { orders: 8 }],
  },
  {
    name: 'a constraint that was never validated',
    dirt: `UPDATE orders SET user_id = 99 WHERE id < 3;
      ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users NOT VALID`,
    statement: 'ALTER TABLE orders VALIDATE CONSTRAINT orders_user',
    broken: 2,
    kept: ['SELECT count(*)::int AS orders FROM orders WHERE user_id IS NOT NULL', { orders: 8 }],
  },
  {
    name: 'values that are no number',
    dirt: "UPDATE users SET age = 'old' WHERE id < 3",
    statement: 'ALTER TABLE users ALTER COLUMN age TYPE integer USING age::integer',
    broken: 2,
    kept: ['SELECT sum(age)::int AS ages FROM users', { ages: 52 }],
  },
  {
    name: 'values that are too long',
    dirt: "UPDATE users SET code = 'a very long code' WHERE id < 3",
    statement: 'ALTER TABLE users ALTER COLUMN code TYPE varchar(6)',
    broken: 2,
    kept: ["SELECT count(*)::int AS cut FROM users WHERE code = 'a very'", { cut: 2 }],
  },
];

async function catalogOf(address: DatabaseAddress) {
  return withControlClient(address, async (client) => (await captureState(client, { bookkeepingTables: [], volatile: {} })).catalog);
}

const count = async (address: DatabaseAddress, requirement: Requirement) =>
  Number((await rowsOf(address, countViolations(requirement)))[0]?.count);

describe('repairs', () => {
  test.each(samples)('$name', async ({ dirt, statement, broken, kept }) => {
    const signal = new AbortController().signal;
    const address = await freshDatabase(sandbox, [base, dirt]);
    const catalog = await catalogOf(address);
    const [read] = readStatements(statement, { start: 0, end: statement.length }, {});
    const requirements = (read?.operations ?? []).flatMap((operation) => requirementsOf(operation, catalog));
    const counts = await Promise.all(requirements.map((requirement) => count(address, requirement)));
    expect(counts.reduce((sum, value) => sum + value, 0)).toBe(broken);
    const refused = await executeSteps(address, [statement], signal);
    expect(refused.ok).toBe(false);
    for (const requirement of requirements) {
      const shown = await rowsOf(address, showViolations(requirement));
      expect(shown).toHaveLength(counts[requirements.indexOf(requirement)] ?? -1);
      const repair = repairOf(requirement, catalog);
      expect(repair.steps[0]?.title).toMatch(/^Look at/);
      const steps = repair.steps.filter(({ language }) => language === 'sql').map(({ text }) => text);
      expect(await executeSteps(address, steps, signal)).toEqual({ ok: true });
      expect(await count(address, requirement)).toBe(0);
    }
    expect(await executeSteps(address, [statement], signal)).toEqual({ ok: true });
    expect(await rowsOf(address, kept[0])).toEqual([kept[1]]);
  });
});
