import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeSteps } from '../../../src/engines/postgres/steps';
import type { Sandbox } from '../../../src/model/sandbox';
import { freshDatabase, rowsOf, startSandbox } from './laboratory';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox?.dispose());

const signal = new AbortController().signal;

describe('executeSteps', () => {
  it('runs texts in order on one connection', async () => {
    const address = await freshDatabase(sandbox, []);
    const result = await executeSteps(
      address,
      ['SET search_path = public', 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);', ''],
      signal,
    );
    expect(result).toEqual({ ok: true });
    expect(await rowsOf(address, 'SELECT id FROM a')).toEqual([{ id: 1 }]);
  });

  it('stops at the first step that fails, and undoes the whole of that step', async () => {
    const address = await freshDatabase(sandbox, []);
    const result = await executeSteps(address, ['CREATE TABLE a (id int)', 'DROP TABLE a; DROP TABLE b;', 'DROP TABLE a'], signal);
    expect(result).toEqual({ ok: false, step: 1, error: { code: '42P01', message: 'table "b" does not exist' } });
    expect(await rowsOf(address, "SELECT to_regclass('a') IS NOT NULL AS there")).toEqual([{ there: true }]);
  });

  it('sends the rows that follow COPY ... FROM stdin', async () => {
    const address = await freshDatabase(sandbox, ['CREATE TABLE a (id int, label text)']);
    const text = "BEGIN;\nCOPY a FROM stdin;\n1\tone; two\n2\t\\N\n\\.\nINSERT INTO a VALUES (3, 'from stdin');\nCOMMIT;";
    expect(await executeSteps(address, [text], signal)).toEqual({ ok: true });
    expect(await rowsOf(address, 'SELECT id, label FROM a ORDER BY id')).toEqual([
      { id: 1, label: 'one; two' },
      { id: 2, label: null },
      { id: 3, label: 'from stdin' },
    ]);
  });

  it('sends statements one by one where the server wants them outside of a transaction', async () => {
    const address = await freshDatabase(sandbox, ['CREATE TABLE a (id int)', "CREATE TYPE mood AS ENUM ('good')"]);
    const texts = [
      "SET lock_timeout = '5s';\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n-- and then\nANALYZE a;",
      "ALTER TYPE mood ADD VALUE 'bad'; CREATE TABLE moods AS SELECT 'bad'::mood AS m;",
    ];
    expect(await executeSteps(address, texts, signal)).toEqual({ ok: true });
    expect(await rowsOf(address, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass")).toEqual([{ indisvalid: true }]);
    expect(await rowsOf(address, 'SELECT m FROM moods')).toEqual([{ m: 'bad' }]);
  });

  it('says which statement failed when they were sent one by one', async () => {
    const address = await freshDatabase(sandbox, ['CREATE TABLE a (id int)']);
    const result = await executeSteps(
      address,
      ['CREATE INDEX CONCURRENTLY a_id ON a (id); CREATE INDEX CONCURRENTLY b_id ON b (id);'],
      signal,
    );
    expect(result).toMatchObject({ ok: false, step: 0, error: { code: '42P01' } });
  });

  it('is cancelled in the middle of a statement', async () => {
    const address = await freshDatabase(sandbox, []);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await expect(executeSteps(address, ['SELECT pg_sleep(60)'], controller.signal)).rejects.toThrow();
    await sandbox.dropDatabases([address.database]);
  });
});
