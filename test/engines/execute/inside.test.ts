import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution, ExecutionOutcome } from '../../../src/engines/carrier';
import { ImpossibleHere, TooEarly } from '../../../src/engines/impossible';
import { startExecution } from '../../../src/engines/postgres/execution/execution';
import type { FaultName, Point } from '../../../src/model/fault';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { loadParser } from '../../../src/parse/load';
import { freshDatabase, migrationSessions, rowsOf, startSandbox } from './laboratory';
import { historySetup, migrationOf, protocolOf } from './samples';

const major = Number(process.env.FAULTLINE_TEST_MAJOR ?? 18);
let sandbox: Sandbox;
beforeAll(async () => {
  await loadParser();
  sandbox = await startSandbox(major);
});
afterAll(() => sandbox?.dispose());

/** What is there before: tables with rows, partitions, a view, an enum, a procedure that works in batches. */
const setup = [
  ...historySetup,
  `CREATE TABLE items (id int PRIMARY KEY, label text, batch int);
   INSERT INTO items SELECT n, 'label ' || n, n / 100 FROM generate_series(1, 400) AS n;
   CREATE TABLE owners (id int PRIMARY KEY, item_id int);
   INSERT INTO owners SELECT n + 1000, n FROM generate_series(1, 200) AS n;
   CREATE PROCEDURE once() LANGUAGE sql AS 'SELECT 1';
   CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
   CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
   CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
   CREATE INDEX items_batch_idx ON items (batch);
   CREATE MATERIALIZED VIEW labels AS SELECT label FROM items;
   CREATE TYPE mood AS ENUM ('good');
   CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
   BEGIN
     FOR b IN 0..4 LOOP
       UPDATE items SET label = 'filled' WHERE batch = b;
       COMMIT;
     END LOOP;
   END $$;`,
];

interface Shape {
  readonly name: string;
  readonly text: string;
  /** What is left of it, asked for as one row. */
  readonly left: string;
  readonly before: unknown;
  readonly after: unknown;
  /** What stays when it is struck inside; as before where it is not given. */
  readonly struck?: unknown;
  readonly waitEvent: RegExp;
  readonly phase?: RegExp;
  readonly since?: number;
  /** Faults that can't strike, and why. */
  readonly impossible?: Partial<Record<FaultName, RegExp>>;
}

const index = (name: string) =>
  `SELECT coalesce((SELECT format('%s %s', CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END, CASE WHEN indisready THEN 'ready' ELSE 'not ready' END)
   FROM pg_index WHERE indexrelid = to_regclass('${name}')), 'none') AS left`;
const there = (name: string) => `SELECT to_regclass('${name}') IS NOT NULL AS left`;
const column = (table: string, name: string) =>
  `SELECT count(*)::int AS left FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = '${name}' AND NOT attisdropped`;
const holdsNothing = /holds nothing while it waits/;
const nobody = /no lock that another session could hold/;

const shapes: readonly Shape[] = [
  {
    name: 'CREATE INDEX CONCURRENTLY',
    text: 'CREATE INDEX CONCURRENTLY items_label_idx ON items (label)',
    left: index('items_label_idx'),
    before: 'none',
    struck: 'invalid ready',
    after: 'valid ready',
    waitEvent: /virtualxid/i,
    phase: /old snapshots/,
  },
  {
    name: 'CREATE UNIQUE INDEX CONCURRENTLY',
    text: 'CREATE UNIQUE INDEX CONCURRENTLY items_label_key ON items (label)',
    left: index('items_label_key'),
    before: 'none',
    struck: 'invalid ready',
    after: 'valid ready',
    waitEvent: /virtualxid/i,
    phase: /old snapshots/,
  },
  {
    name: 'REINDEX CONCURRENTLY',
    text: 'REINDEX INDEX CONCURRENTLY items_batch_idx',
    left: index('items_batch_idx_ccnew'),
    before: 'none',
    struck: 'invalid ready',
    after: 'none',
    waitEvent: /virtualxid/i,
    phase: /old snapshots/,
  },
  {
    name: 'DROP INDEX CONCURRENTLY',
    text: 'DROP INDEX CONCURRENTLY items_batch_idx',
    left: index('items_batch_idx'),
    before: 'valid ready',
    struck: 'invalid ready',
    after: 'none',
    waitEvent: /virtualxid/i,
  },
  {
    name: 'DETACH PARTITION CONCURRENTLY',
    text: 'ALTER TABLE events DETACH PARTITION events_2025 CONCURRENTLY',
    left: `SELECT coalesce((SELECT CASE WHEN (to_jsonb(i) ->> 'inhdetachpending')::boolean THEN 'pending' ELSE 'attached' END FROM pg_inherits i
           WHERE inhrelid = 'events_2025'::regclass), 'detached') AS left`,
    before: 'attached',
    struck: 'pending',
    after: 'detached',
    waitEvent: /virtualxid/i,
    since: 14,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'UPDATE of all rows',
    text: "UPDATE items SET label = 'new'",
    left: "SELECT count(*)::int AS left FROM items WHERE label = 'new'",
    before: 0,
    after: 400,
    waitEvent: /transactionid|tuple/i,
  },
  {
    name: 'DELETE with a condition',
    text: 'DELETE FROM items AS i USING generate_series(1, 100) AS n WHERE i.id = n',
    left: 'SELECT count(*)::int AS left FROM items',
    before: 400,
    after: 300,
    waitEvent: /transactionid|tuple/i,
  },
  {
    name: 'an ALTER TABLE that rewrites',
    text: 'ALTER TABLE items ALTER COLUMN batch TYPE bigint, ADD COLUMN extra int',
    left: column('items', 'extra'),
    before: 0,
    after: 1,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'a foreign key between two tables',
    text: 'ALTER TABLE owners ADD CONSTRAINT owners_item FOREIGN KEY (item_id) REFERENCES items (id)',
    left: "SELECT count(*)::int AS left FROM pg_constraint WHERE conname = 'owners_item'",
    before: 0,
    after: 1,
    waitEvent: /relation/i,
  },
  {
    name: 'CREATE INDEX',
    text: 'CREATE INDEX items_label_idx ON items (label)',
    left: index('items_label_idx'),
    before: 'none',
    after: 'valid ready',
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'CREATE TABLE',
    text: 'CREATE TABLE fresh (id int)',
    left: there('fresh'),
    before: false,
    after: true,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing, 'lock-timeout': nobody },
  },
  {
    name: 'ALTER TYPE ADD VALUE',
    text: "ALTER TYPE mood ADD VALUE 'bad'",
    left: 'SELECT count(*)::int AS left FROM pg_enum',
    before: 1,
    after: 2,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing, 'lock-timeout': nobody },
  },
  {
    name: 'INSERT from a query',
    text: "INSERT INTO items SELECT n, 'more', 0 FROM generate_series(401, 500) AS n",
    left: 'SELECT count(*)::int AS left FROM items',
    before: 400,
    after: 500,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'INSERT from another table',
    text: 'INSERT INTO owners SELECT id, id FROM items',
    left: 'SELECT count(*)::int AS left FROM owners',
    before: 200,
    after: 600,
    waitEvent: /relation/i,
  },
  {
    name: 'CREATE TABLE AS',
    text: 'CREATE TABLE copied AS SELECT * FROM items',
    left: there('copied'),
    before: false,
    after: true,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'CREATE TABLE LIKE',
    text: 'CREATE TABLE copied (LIKE items INCLUDING ALL)',
    left: there('copied'),
    before: false,
    after: true,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'DETACH PARTITION',
    text: 'ALTER TABLE events DETACH PARTITION events_2025',
    left: "SELECT count(*)::int AS left FROM pg_inherits WHERE inhparent = 'events'::regclass",
    before: 2,
    after: 1,
    waitEvent: /relation/i,
  },
  {
    name: 'CREATE STATISTICS',
    text: 'CREATE STATISTICS linked (dependencies) ON label, batch FROM items',
    left: 'SELECT count(*)::int AS left FROM pg_statistic_ext',
    before: 0,
    after: 1,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'an advisory lock',
    text: 'SELECT pg_advisory_lock(4711)',
    left: 'SELECT 0 AS left',
    before: 0,
    after: 0,
    waitEvent: /advisory/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'REFRESH MATERIALIZED VIEW',
    text: 'REFRESH MATERIALIZED VIEW labels',
    left: 'SELECT count(*)::int AS left FROM labels',
    before: 400,
    after: 400,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'CALL of a procedure that commits',
    text: 'CALL fill()',
    left: "SELECT count(*)::int AS left FROM items WHERE label = 'filled'",
    before: 0,
    struck: 99,
    after: 400,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
  {
    name: 'a DO block that commits and skips what is locked',
    text: `DO $$ DECLARE done int; BEGIN
      LOOP
        UPDATE items SET label = 'filled' WHERE id IN (SELECT id FROM items WHERE label <> 'filled' ORDER BY id LIMIT 150 FOR UPDATE SKIP LOCKED);
        GET DIAGNOSTICS done = ROW_COUNT;
        COMMIT;
        EXIT WHEN done = 0;
      END LOOP; END $$`,
    left: "SELECT count(*)::int AS left FROM items WHERE label = 'filled'",
    before: 0,
    struck: 150,
    after: 400,
    waitEvent: /relation/i,
    impossible: { deadlock: holdsNothing },
  },
];
const available = shapes.filter(({ since = 0 }) => since <= major);

interface Struck {
  readonly execution: Execution;
  readonly outcome: ExecutionOutcome;
  readonly address: DatabaseAddress;
}

interface Way {
  readonly requests?: 'per-statement' | 'single-request';
  readonly wrapped?: boolean;
  readonly statement?: number;
  readonly dirtyFlag?: boolean;
  readonly patience?: number;
}

async function begin(
  text: string,
  fault: FaultName,
  way: Way = {},
  point: Point = { kind: 'during', statement: way.statement ?? 1 },
): Promise<{ execution: Execution; address: DatabaseAddress }> {
  const { requests = 'per-statement', wrapped = false, dirtyFlag = false, patience = 1 } = way;
  const address = await freshDatabase(sandbox, setup);
  const execution = startExecution({
    address,
    migration: migrationOf(text, requests, wrapped),
    protocol: protocolOf(text, { dirtyFlag, recordInTransaction: wrapped }),
    fault,
    point,
    patience,
    signal: new AbortController().signal,
  });
  return { execution, address };
}

/** As the runner does it: a timeout that fired too early is tried again with more patience. */
async function strikeInside(text: string, fault: FaultName, way: Way = {}): Promise<Struck> {
  const { execution, address } = await begin(text, fault, way);
  try {
    const held = await execution.held;
    if (held !== 'held') await execution.outcome;
    expect(held).toBe('held');
    if (fault === 'crash') await sandbox.crash();
    await execution.strike();
    return { execution, outcome: await execution.outcome, address: sandbox.address(address.database) };
  } catch (error) {
    await execution.close();
    const { patience = 1 } = way;
    if (!(error instanceof TooEarly) || patience > 64) throw error;
    return strikeInside(text, fault, { ...way, patience: patience * 4 });
  }
}

async function leftOf(address: DatabaseAddress, question: string): Promise<unknown> {
  return (await rowsOf(address, question))[0]?.left;
}

const codes: Partial<Record<FaultName, RegExp>> = {
  'kill-session': /^57P01$/,
  'lock-timeout': /^55P03$/,
  'statement-timeout': /^57014$/,
  deadlock: /^40P01$/,
};
const finishing: ReadonlySet<FaultName> = new Set(['disconnect', 'lost-ack']);
const faults: readonly FaultName[] = ['disconnect', 'kill-session', 'crash', 'lost-ack', 'lock-timeout', 'statement-timeout', 'deadlock'];

describe.each(available)('inside of $name', (shape) => {
  it.each(faults)('%s', async (fault) => {
    const reason = shape.impossible?.[fault];
    if (reason !== undefined) {
      const { execution } = await begin(shape.text, fault);
      await expect(execution.outcome).rejects.toThrow(ImpossibleHere);
      await expect(execution.outcome).rejects.toThrow(reason);
      await execution.close();
      return;
    }
    const { execution, outcome, address } = await strikeInside(shape.text, fault);
    const expected = finishing.has(fault) ? shape.after : (shape.struck ?? shape.before);
    expect(await leftOf(address, shape.left)).toEqual(expected);
    if (execution.inside !== undefined || fault !== 'lock-timeout') {
      expect(execution.inside?.waitEvent).toMatch(shape.waitEvent);
      expect(execution.inside?.waitEventType).toBe('Lock');
      expect(execution.inside?.phase ?? '').toMatch(shape.phase ?? /^$|initializing|building|waiting/);
    }
    expect(outcome.error?.code ?? '').toMatch(codes[fault] ?? /^(ECONNRESET)?$/);
    await execution.close();
    await expect.poll(() => migrationSessions(address)).toEqual([]);
    // Nothing of ours is left either.
    const ours =
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'faultline control' AND datname = current_database() AND pid <> pg_backend_pid()";
    await expect.poll(() => rowsOf(address, ours)).toEqual([]);
  });
});

/** As frameworks run them: in their transaction, or all in one request. */
const ways: readonly [string, Way][] = [
  ["in the framework's transaction", { wrapped: true }],
  ['in one request', { requests: 'single-request', dirtyFlag: true }],
];

describe.each(ways)('%s', (_, way) => {
  const text = "INSERT INTO owners VALUES (1, 1);\nUPDATE items SET label = 'new';\nCREATE TABLE late (id int);";
  const left = `SELECT format('%s owners, %s new, late %s', (SELECT count(*) FROM owners WHERE id = 1), (SELECT count(*) FROM items WHERE label = 'new'), to_regclass('late') IS NOT NULL) AS left`;
  const nothing = '0 owners, 0 new, late f';
  const single = way.requests === 'single-request';
  const all = '1 owners, 400 new, late t';

  it.each<[FaultName, string]>([
    ['disconnect', single ? all : nothing],
    ['kill-session', nothing],
    ['crash', nothing],
    ['lost-ack', single ? all : nothing],
    ['lock-timeout', nothing],
    ['statement-timeout', nothing],
    ['deadlock', nothing],
  ])('%s inside of the second statement leaves %s', async (fault, expected) => {
    const { execution, outcome, address } = await strikeInside(text, fault, { ...way, statement: 2 });
    expect(outcome.error?.code ?? '').toMatch(codes[fault] ?? /^(ECONNRESET)?$/);
    expect(await leftOf(address, left)).toBe(expected);
    if (fault !== 'lock-timeout') expect(execution.inside?.waitEvent).toMatch(/transactionid|tuple/i);
    await execution.close();
  });

  it.each<FaultName>(['kill-session', 'crash', 'statement-timeout', 'lost-ack'])(
    '%s inside of rows whose table the transaction has changed itself',
    async (fault) => {
      for (const changed of [
        'ALTER TABLE items ADD COLUMN extra int;\nUPDATE items AS i SET extra = 1 -- all of them\n;',
        'CREATE TABLE made (id int);\nINSERT INTO made SELECT generate_series(1, 10) RETURNING id;',
        'ALTER TABLE items ADD COLUMN extra int;\nWITH gone AS (SELECT 5 AS id) DELETE FROM items USING gone WHERE items.id > gone.id;',
      ]) {
        const { execution, outcome, address } = await strikeInside(changed, fault, { ...way, statement: 2 });
        expect(outcome.error?.code ?? '').toMatch(codes[fault] ?? /^(ECONNRESET)?$/);
        expect(execution.inside).toMatchObject({ waitEvent: 'advisory', what: 'waits for a gate behind its first row' });
        if (fault !== 'lost-ack') {
          expect(await leftOf(address, column('items', 'extra'))).toBe(0);
          expect(await leftOf(address, there('made'))).toBe(false);
        } else {
          expect(await rowsOf(address, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid <> 42")).toEqual([]);
        }
        await execution.close();
      }
    },
  );

  it('a table that the transaction made is locked by nobody else', async () => {
    const made = 'CREATE TABLE own (id int);\nINSERT INTO own VALUES (1);\nCREATE TABLE late (id int);';
    for (const fault of ['lock-timeout', 'deadlock'] as const) {
      const { execution } = await begin(made, fault, { ...way, statement: 2 });
      await expect(execution.outcome).rejects.toThrow(ImpossibleHere);
      await execution.close();
    }
  });
});

describe('truly inside', () => {
  it.each<[string, string, number]>([
    ['all rows', "UPDATE items SET label = 'new'", 200],
    [
      'a WITH, an alias and a second table',
      "WITH n AS (SELECT 7 AS n) UPDATE ONLY items AS i SET label = 'new' FROM n, owners o WHERE o.item_id = i.id AND n.n > 0",
      100,
    ],
    ['DELETE', 'DELETE FROM items WHERE id <= 100', 50],
    [
      'MERGE',
      "MERGE INTO items t USING owners o ON o.item_id = t.id WHEN MATCHED THEN UPDATE SET label = 'new' WHEN NOT MATCHED THEN DO NOTHING",
      100,
    ],
  ])('half of the rows are written: %s', async (name, text, written) => {
    if (name === 'MERGE' && major < 15) return;
    const { execution, address } = await begin(text, 'kill-session');
    await rowsOf(address, 'SELECT 1');
    expect(await execution.held).toBe('held');
    const [row] = await rowsOf(address, "SELECT count(*)::int AS n FROM items WHERE xmax::text <> '0'");
    // One more is locked by the session that the server waits for.
    expect(row?.n).toBe(written + 1);
    await execution.strike();
    await execution.outcome;
    await execution.close();
  });

  it('a batched procedure has committed its first batch, and its second one waits', async () => {
    const { execution, address } = await begin('CALL fill()', 'disconnect');
    expect(await execution.held).toBe('held');
    expect(await leftOf(address, "SELECT count(*)::int AS left FROM items WHERE label = 'filled'")).toBe(99);
    expect(execution.inside?.what).toMatch(/has committed a part/);
    await execution.strike();
    await execution.outcome;
    await execution.close();
  });

  it('is caught while it runs where nothing can be held', async () => {
    const { execution } = await begin('SELECT pg_sleep(1)', 'kill-session');
    expect(await execution.held).toBe('held');
    expect(execution.inside?.waitEvent).toBe('PgSleep');
    await execution.strike();
    expect((await execution.outcome).error?.code).toBe('57P01');
    await execution.close();
  });

  it.each<[FaultName, string, RegExp]>([
    ['statement-timeout', 'SELECT 1', /ended/],
    ['lock-timeout', 'SELECT 1', /no lock/],
    ['kill-session', 'CREATE TABLE IF NOT EXISTS items (id int)', /ended without waiting/],
    ['kill-session', 'CALL once()', /ended without waiting/],
  ])('%s is impossible where there is nothing to be inside of: %s', async (fault, text, why) => {
    const { execution, address } = await begin(text, fault);
    await expect(execution.outcome).rejects.toThrow(ImpossibleHere);
    await expect(execution.outcome).rejects.toThrow(why);
    await execution.close();
    await expect.poll(() => migrationSessions(address)).toEqual([]);
  });

  it('a dozen at once, and one crash', async () => {
    const many = available.slice(0, 12);
    const begun = await Promise.all(many.map((shape) => begin(shape.text, 'crash')));
    for (const { execution } of begun) expect(await execution.held).toBe('held');
    await sandbox.crash();
    for (const [position, { execution, address }] of begun.entries()) {
      await execution.strike();
      await execution.outcome;
      const shape = many[position];
      expect(await leftOf(sandbox.address(address.database), shape?.left ?? '')).toEqual(shape?.struck ?? shape?.before);
      await execution.close();
    }
  });
});

describe('what the session had set', () => {
  it.each<[FaultName, string]>([
    ['lock-timeout', '7s'],
    ['statement-timeout', '9s'],
  ])('%s: is set again when the framework goes on', async (fault, own) => {
    const name = fault.replace('-', '_');
    const text = `SET ${name} = '${own}';\nUPDATE items SET label = 'new';`;
    const address = await freshDatabase(sandbox, setup);
    const execution = startExecution({
      address,
      migration: migrationOf(text, 'per-statement', false),
      protocol: {
        ...protocolOf(text),
        onError: () => [
          {
            kind: 'record',
            text: `CREATE TABLE seen AS SELECT current_setting('${name}') AS value, current_setting('deadlock_timeout') AS other`,
          },
        ],
      },
      fault,
      point: { kind: 'during', statement: 2 },
      signal: new AbortController().signal,
    });
    expect(await execution.held).toBe('held');
    await execution.strike();
    await execution.outcome;
    expect(await rowsOf(address, 'SELECT value, other FROM seen')).toEqual([{ value: own, other: '1s' }]);
    await execution.close();
  });

  it('does not end the waiting while it is held', async () => {
    const text = "SET lock_timeout = '30ms';\nSET statement_timeout = '60ms';\nUPDATE items SET label = 'new';";
    for (const requests of ['per-statement', 'single-request'] as const) {
      const { execution, address } = await begin(text, 'disconnect', { statement: 3, requests });
      expect(await execution.held).toBe('held');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await execution.strike();
      await execution.outcome;
      expect(await leftOf(address, "SELECT count(*)::int AS left FROM items WHERE label = 'new'")).toBe(400);
      await execution.close();
    }
  });
});

describe('closing', () => {
  it.each(['held', 'on the way'])('leaves nothing behind: %s', async (when) => {
    for (const text of [
      "UPDATE items SET label = 'new'",
      'CALL fill()',
      'CREATE INDEX CONCURRENTLY i ON items (label)',
      'CREATE TABLE fresh (id int)',
    ]) {
      const { execution, address } = await begin(text, 'crash');
      if (when === 'held') expect(await execution.held).toBe('held');
      else await new Promise((resolve) => setTimeout(resolve, 15));
      await execution.close();
      const sessions =
        "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
      await expect.poll(() => rowsOf(address, sessions)).toEqual([]);
    }
  });
});

describe('kill-session between statements', () => {
  const text = 'CREATE TABLE one (id int);\nCREATE TABLE two (id int);';
  const left = "SELECT format('%s %s', to_regclass('one') IS NOT NULL, to_regclass('two') IS NOT NULL) AS left";
  const points: readonly [Way, Point, string][] = [
    [{}, { kind: 'start' }, 'f f'],
    [{}, { kind: 'before', statement: 2 }, 't f'],
    [{}, { kind: 'after', statement: 2 }, 't t'],
    [{}, { kind: 'unrecorded' }, 't t'],
    [{ wrapped: true }, { kind: 'after', statement: 2 }, 'f f'],
    [{ wrapped: true }, { kind: 'commit', statement: 2 }, 't t'],
    [{ requests: 'single-request', dirtyFlag: true }, { kind: 'after', statement: 1 }, 'f f'],
    [{ requests: 'single-request', dirtyFlag: true }, { kind: 'unlock' }, 't t'],
  ];
  it.each(points)('%o, %o', async (way, point, expected) => {
    const { execution, address } = await begin(text, 'kill-session', way, point);
    expect(await execution.held).toBe('held');
    await execution.strike();
    expect(await execution.outcome).toMatchObject({ result: 'connection lost', error: { code: '57P01' } });
    expect(await leftOf(address, left)).toBe(expected);
    expect(await migrationSessions(address)).toEqual([]);
    await execution.close();
  });
});

describe.skipIf(major < 17)('transaction_timeout', () => {
  it.each<[FaultName, Point, string]>([
    ['disconnect', { kind: 'before', statement: 3 }, 't t'],
    ['kill-session', { kind: 'before', statement: 3 }, 'f f'],
    ['disconnect', { kind: 'during', statement: 3 }, 't t'],
  ])('does not end a session that is held: %s at %o', async (fault, point, expected) => {
    const text = "SET transaction_timeout = '150ms';\nCREATE TABLE one (id int);\nCREATE TABLE two (id int);";
    const { execution, address } = await begin(text, fault, { requests: 'single-request' }, point);
    expect(await execution.held).toBe('held');
    await new Promise((resolve) => setTimeout(resolve, 400));
    await execution.strike();
    const { error } = await execution.outcome;
    expect(error?.code ?? '').toMatch(fault === 'kill-session' ? /^57P01$/ : /^(ECONNRESET)?$/);
    const left = "SELECT format('%s %s', to_regclass('one') IS NOT NULL, to_regclass('two') IS NOT NULL) AS left";
    expect(await leftOf(address, left)).toBe(expected);
    await execution.close();
  });
});
