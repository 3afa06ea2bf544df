import { dirname } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { isRunning } from '../../../src/sandbox/processes';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { foldersIn, optionsFor, ownTemporaryFolder, processesWith, segmentsOf, started } from './support';

describe('the embedded server', () => {
  const temporary = ownTemporaryFolder();
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await started('embedded');
  });
  afterAll(async () => {
    await sandbox.dispose();
    temporary.restore();
  });

  it('is the version that was asked for, with its data in the temporary folder', async () => {
    const [row] = await sandbox.query(
      `SELECT current_setting('server_version_num') AS version, current_setting('data_directory') AS folder`,
    );
    expect(String(row?.version)).toMatch(/^18/);
    expect(String(row?.folder)).toContain(temporary.path);
    expect(sandbox.label).toBe('embedded');
  });

  it('behaves as users know it: UTF-8, UTC, default WAL level, no autovacuum', async () => {
    const names = ['server_encoding', 'timezone', 'wal_level', 'autovacuum', 'default_transaction_isolation', 'synchronous_commit'];
    const [row] = await sandbox.query(
      `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}, upper('é') AS upper`,
    );
    expect(row).toEqual({
      server_encoding: 'UTF8',
      timezone: 'UTC',
      wal_level: 'replica',
      autovacuum: 'off',
      default_transaction_isolation: 'read committed',
      synchronous_commit: 'on',
      upper: 'É',
    });
  });

  it('asks other users of the machine for the password', async () => {
    const client = new pg.Client({ ...sandbox.address('postgres'), password: 'guessed' });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('clones a database with its oids, and drops clones in use', async () => {
    await sandbox.createDatabase('source');
    await sandbox.query('CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 100) g', 'source');
    await sandbox.cloneDatabase('source', 'Copy "quoted"');
    const oid = (database: string) => sandbox.query("SELECT 't'::regclass::oid AS oid, (SELECT count(*) FROM t) AS rows", database);
    expect(await oid('Copy "quoted"')).toEqual(await oid('source'));

    const client = new pg.Client(sandbox.address('Copy "quoted"'));
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN; LOCK TABLE t');
    await sandbox.dropDatabases(['Copy "quoted"', 'missing']);
    expect(await sandbox.query(`SELECT datname FROM pg_database WHERE datname LIKE 'Copy%'`)).toEqual([]);
  });

  it('drops a database with a prepared transaction', async () => {
    await sandbox.createDatabase('prepared');
    await sandbox.query("BEGIN; CREATE TABLE t (); PREPARE TRANSACTION 'left'", 'prepared');
    await sandbox.dropDatabases(['prepared']);
    expect(await sandbox.query('SELECT * FROM pg_prepared_xacts')).toEqual([]);
  });

  it('crashes: committed rows stay, open transactions are gone, the port is the same', async () => {
    await sandbox.createDatabase('crashed');
    await sandbox.query('CREATE TABLE t (id integer)', 'crashed');
    await sandbox.query('INSERT INTO t VALUES (1)', 'crashed');
    const client = new pg.Client(sandbox.address('crashed'));
    const lost = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await client.query('BEGIN; INSERT INTO t VALUES (2)');
    const before = sandbox.address('crashed').port;
    const [postmaster] = await sandbox.query('SELECT pg_postmaster_start_time() AS started');
    await sandbox.crash();
    await lost;
    expect(sandbox.address('crashed').port).toBe(before);
    expect(await sandbox.query('SELECT id FROM t', 'crashed')).toEqual([{ id: 1 }]);
    const [restarted] = await sandbox.query('SELECT pg_postmaster_start_time() AS started');
    expect(restarted).not.toEqual(postmaster);
  });

  it('kills a session that would not have noticed: one in the middle of its work', async () => {
    const client = new pg.Client(sandbox.address('postgres'));
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('SELECT pg_backend_pid() AS id');
    // Counting does not look at latches, so the death of the postmaster alone would not end it.
    const counting = client.query('SELECT count(*) FROM generate_series(1, 2000000000)').catch((error: Error) => error.message);
    await sandbox.crash();
    expect(await counting).toMatch(/terminated|ECONNRESET/);
    expect(isRunning(Number(rows[0]?.id))).toBe(false);
  });

  it('crashes again and again', async () => {
    for (let round = 0; round < 3; round++) await sandbox.crash();
    expect(await sandbox.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('disposing', () => {
  it('leaves no process, no folder and no shared memory, also after a crash', async () => {
    const temporary = ownTemporaryFolder();
    const sandbox = await started('embedded');
    await sandbox.crash();
    const [row] = await sandbox.query(`SELECT current_setting('data_directory') AS folder, pg_read_file('postmaster.pid') AS lock`);
    const folder = dirname(String(row?.folder));
    const postmaster = Number(String(row?.lock).split('\n')[0]);
    expect(processesWith(folder)).toContain(postmaster);
    await sandbox.dispose();
    await sandbox.dispose();
    expect(processesWith(folder)).toEqual([]);
    expect(segmentsOf([postmaster])).toEqual([]);
    expect(foldersIn(temporary.path)).toEqual([]);
    temporary.restore();
  });
});

describe('cancelling', () => {
  it.each([0, 50, 150, 300, 500])('after %i ms leaves nothing', async (delayMs) => {
    const temporary = ownTemporaryFolder();
    const result = await sandboxProviders.embedded.start(optionsFor(18, { signal: AbortSignal.timeout(delayMs) }));
    if (result.ok) await result.value.dispose();
    else expect(result.error).toEqual({ message: 'Cancelled.', code: 'ABORT_ERR' });
    expect(foldersIn(temporary.path)).toEqual([]);
    expect(processesWith(temporary.path)).toEqual([]);
    temporary.restore();
  });
});
