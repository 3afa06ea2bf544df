import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { captureState } from '../../../src/engines/postgres/snapshot/snapshot';
import type { Sandbox } from '../../../src/model/sandbox';
import type { State } from '../../../src/model/state';
import { sequenceSteps } from '../../../src/recovery/postgres/sequences';
import { waitsFor } from '../../../src/rollback/change';
import { catalogChanges } from '../../../src/rollback/changes';
import { stateDifferences } from '../../../src/state/difference';
import { fingerprint } from '../../../src/state/fingerprint';
import { maskLost } from '../../../src/state/loss';
import { startSandbox } from '../execute/laboratory';
import { base, pairs } from './pairs';

/** Majors to run on; another than 18 must be installed: `FAULTLINE_MAJOR=14`. */
const major = Number(process.env.FAULTLINE_MAJOR ?? 18);

let sandbox: Sandbox;
let before: State;
let count = 0;

beforeAll(async () => {
  sandbox = await startSandbox(major);
  await sandbox.createDatabase('base');
  await sandbox.query(base, 'base');
  before = await capture('base');
}, 120_000);

afterAll(() => sandbox?.dispose());

function capture(database: string): Promise<State> {
  return withControlClient(sandbox.address(database), (client) =>
    captureState(client, { bookkeepingTables: [], volatile: {}, columnHashes: true }),
  );
}

async function onClone<T>(work: (database: string) => Promise<T>): Promise<T> {
  count += 1;
  const database = `pair_${count}`;
  await sandbox.cloneDatabase('base', database);
  try {
    return await work(database);
  } finally {
    await sandbox.dropDatabases([database]);
  }
}

async function changed(database: string, sql: string): Promise<State> {
  await withControlClient(sandbox.address(database), (client) => client.query(sql));
  return capture(database);
}

async function execute(database: string, texts: readonly string[]): Promise<void> {
  await withControlClient(sandbox.address(database), async (client) => {
    for (const text of texts) {
      await client.query(text).catch((error: Error) => {
        throw new Error(`${error.message} in: ${text}`);
      });
    }
  });
}

const changesBack = (after: State) =>
  catalogChanges(after.catalog, before.catalog, {
    goal: 'before',
    concurrently: true,
    isEmpty: (table) => (before.data.find((data) => data.table === table)?.rowCount ?? 0) === 0,
  });

describe('the way back from one change', () => {
  for (const pair of pairs.filter((candidate) => major >= (candidate.minimumMajor ?? 0))) {
    test(pair.name, () =>
      onClone(async (database) => {
        const after = await changed(database, pair.sql);
        expect(fingerprint(after), 'the change shows in the fingerprint').not.toBe(fingerprint(before));
        expect(stateDifferences(before, after), 'the change is told').not.toHaveLength(0);
        const changes = changesBack(after);
        const loss = changes.flatMap((change) => change.loses?.loss ?? []);
        expect(loss.length > 0).toBe(pair.loses === true);
        const texts = changes.filter((change) => !waitsFor(change, loss)).map((change) => change.text);
        await execute(database, [...texts, ...sequenceSteps(after, before).map((step) => step.text)]);
        const reached = maskLost(await capture(database), loss);
        const target = maskLost(before, loss);
        expect(stateDifferences(target, reached)).toEqual([]);
        expect(fingerprint(reached)).toBe(fingerprint(target));
      }),
    );
  }
});

describe('the proof can fail', () => {
  const wanted = ['add column', 'drop index', 'rename table', 'replace view', 'create trigger', 'grants'];
  test.each(pairs.filter((pair) => wanted.includes(pair.name)))('a step left out of: $name', (pair) =>
    onClone(async (database) => {
      const changes = changesBack(await changed(database, pair.sql));
      await execute(
        database,
        changes.slice(0, -1).map((change) => change.text),
      );
      expect(fingerprint(await capture(database))).not.toBe(fingerprint(before));
    }),
  );

  test('a step that does something else', () =>
    onClone(async (database) => {
      const changes = changesBack(await changed(database, 'DROP INDEX orders_user_id'));
      await execute(
        database,
        changes.map((change) => change.text.replace('amount >', 'amount >=')),
      );
      expect(fingerprint(await capture(database))).not.toBe(fingerprint(before));
    }));
});

test('views stay on a table that gets its name back from one that goes', () =>
  onClone(async (database) => {
    const after = await changed(database, 'ALTER TABLE orders RENAME TO orders_old; CREATE TABLE orders (LIKE orders_old)');
    expect(changesBack(after).map((change) => change.text)).toEqual([
      'DROP TABLE public.orders;',
      'ALTER TABLE public.orders_old RENAME TO orders;',
    ]);
  }));

test('an equal database hashes alike, whatever its oids and physical order', () =>
  onClone(async (database) => {
    const after = await changed(
      database,
      `ALTER TABLE orders ADD COLUMN again text; UPDATE orders SET again = note; DROP VIEW IF EXISTS app.adult_orders;
       ALTER TABLE orders DROP COLUMN note; ALTER TABLE orders RENAME COLUMN again TO note;
       CREATE VIEW app.adult_orders AS SELECT o.id, a.email FROM orders o JOIN adults a ON a.id = o.user_id;
       DROP TABLE spare; CREATE TABLE spare (id integer, label text); SELECT nextval('users_id_seq'), nextval('orders_id_seq');
       DO $$ BEGIN INSERT INTO users (email) VALUES ('gone'); RAISE 'no'; EXCEPTION WHEN OTHERS THEN NULL; END $$`,
    );
    expect(stateDifferences(before, after)).toEqual([]);
    expect(fingerprint(after)).toBe(fingerprint(before));
    expect(after.catalog.tables).not.toEqual(before.catalog.tables);
  }));
