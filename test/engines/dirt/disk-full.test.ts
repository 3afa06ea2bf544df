import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withControlClient } from '../../../src/engines/postgres/connect';
import { openTablespace } from '../../../src/engines/postgres/small-disk';
import type { Sandbox } from '../../../src/model/sandbox';
import type { CellResult } from '../../../src/model/simulation';
import { isRunning } from '../../../src/sandbox/processes';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { optionsFor, ownerProcess, ownTemporaryFolder, started } from '../sandbox/support';
import { smallDiskMissing } from './small-disk';
import { cellsInside } from './standing';

const skip = await smallDiskMissing();
const faults = ['disk-full'] as const;
const before = `CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, nick text NOT NULL DEFAULT '', size int);
INSERT INTO users (email, nick, size) SELECT 'user' || g, repeat('x', 200), g FROM generate_series(1, 2000) g;`;

describe.skipIf(skip)('a disk that runs full', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    const signal = new AbortController().signal;
    const opened = await sandboxProviders.embedded.start({
      engine: { name: 'postgres', major: 18 },
      smallDisk: true,
      onProgress: () => undefined,
      signal,
    });
    if (!opened.ok) throw new Error(opened.error.message);
    sandbox = opened.value;
  });
  afterAll(() => sandbox?.dispose());

  const last = async (migration: string): Promise<CellResult | undefined> =>
    (await cellsInside(sandbox, before, migration, { faults, rows: 20 })).at(-1);
  const isFull = { status: 'done', error: { code: '53100' } };

  it('leaves an invalid index of a concurrent build; both ways out begin with making room', async () => {
    const cell = await last('CREATE INDEX CONCURRENTLY users_email ON users (email);');
    expect(cell).toMatchObject({ ...isFull, verdict: 'broken' });
    expect(cell?.differsFromBefore).toMatchObject([{ kind: 'index', change: 'added' }]);
    expect(cell?.recovery).toMatchObject({ back: { verified: true }, forward: { verified: true } });
    expect(cell?.recovery?.forward.steps[0]).toMatchObject({ title: expect.stringMatching(/^Free space/), language: 'text' });
  });

  it.each([
    'CREATE INDEX ON users (email);',
    'CREATE TABLE items (id serial PRIMARY KEY);',
    'ALTER TABLE users ALTER COLUMN size TYPE bigint;',
    "UPDATE users SET nick = 'y' || nick;",
    "INSERT INTO users (email) SELECT 'more' || g FROM generate_series(1, 5000) g;",
  ])('undoes %s', async (migration) => {
    const cell = await last(migration);
    expect(cell).toMatchObject({ ...isFull, verdict: 'rolled-back' });
    // Numbers that an INSERT drew from a sequence are gone.
    expect(cell?.differsFromBefore?.filter(({ kind }) => kind !== 'sequence')).toEqual([]);
  });

  it('keeps what a write in batches has committed', async () => {
    const cell = await last(`DO $$ BEGIN FOR i IN 0..7 LOOP
      UPDATE users SET nick = repeat('z', 900) WHERE mod(id, 8) = i; COMMIT; END LOOP; END $$;`);
    expect(cell).toMatchObject(isFull);
    expect(cell?.differsFromBefore).toMatchObject([{ kind: 'rows', name: expect.stringMatching(/users/), change: 'changed' }]);
  });

  it.each([
    'ALTER TABLE users ADD COLUMN flag boolean;',
    "COMMENT ON TABLE users IS 'x';",
    'DROP TABLE users;',
    "CREATE TYPE mood AS ENUM ('a', 'b');",
  ])('means nothing to %s', async (migration) => {
    expect(await last(migration)).toMatchObject({ status: 'impossible', why: expect.stringMatching(/needed no new space/) });
  });

  it('is there again after a crash, and leaves nothing on the disk', async () => {
    await sandbox.crash();
    expect(await last('CREATE INDEX ON users (email);')).toMatchObject(isFull);
    const left = await sandbox.query(
      "SELECT datname FROM pg_database WHERE dattablespace = (SELECT oid FROM pg_tablespace WHERE spcname = 'faultline_small')",
    );
    expect(left).toEqual([]);
    const { smallDisk } = sandbox;
    if ('unavailable' in smallDisk) throw new Error(smallDisk.unavailable);
    expect(await sandbox.query(`SELECT pg_ls_dir AS name FROM pg_ls_dir('${smallDisk.folder}')`)).toEqual([{ name: 'space' }]);
  });

  it('does not stand in the way of a crash that comes right after it was made', async () => {
    const { smallDisk } = sandbox;
    if ('unavailable' in smallDisk) throw new Error(smallDisk.unavailable);
    await sandbox.crash();
    await openTablespace(sandbox, smallDisk.folder);
    await sandbox.crash();
    expect(await sandbox.query('SELECT 1 AS answer')).toEqual([{ answer: 1 }]);
  });

  it('a database too large for it is said to be', async () => {
    const large = `${before}\nINSERT INTO users (email, nick) SELECT 'l', repeat(md5(g::text), 60) FROM generate_series(1, 35000) g;`;
    const cells = await cellsInside(sandbox, large, 'CREATE INDEX ON users (email);', { faults, rows: 0 });
    expect(cells.at(-1)).toMatchObject({ status: 'impossible', why: expect.stringMatching(/too much for the small disk of 128 MB/) });
  });
});

describe.skipIf(skip)('the small disk', () => {
  it('is seen by the server alone, and gone with it', async () => {
    const signal = new AbortController().signal;
    const opened = await sandboxProviders.embedded.start({
      engine: { name: 'postgres', major: 18 },
      smallDisk: true,
      onProgress: () => undefined,
      signal,
    });
    if (!opened.ok) throw new Error(opened.error.message);
    const sandbox = opened.value;
    const { smallDisk } = sandbox;
    if ('unavailable' in smallDisk) throw new Error(smallDisk.unavailable);
    const { existsSync, readdirSync, readFileSync } = await import('node:fs');
    await withControlClient(sandbox.address('postgres'), (client) => client.query(`COPY (SELECT 1) TO '${smallDisk.folder}/seen'`));
    expect(readdirSync(smallDisk.folder)).toEqual([]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(smallDisk.folder);
    await sandbox.dispose();
    expect(existsSync(smallDisk.folder)).toBe(false);
  });

  it('goes with its server when the owner was killed with SIGKILL: there is nothing to unmount', async () => {
    const temporary = ownTemporaryFolder();
    const owner = await ownerProcess('embedded', 'wait', { FAULTLINE_TEST_SMALL_DISK: 'yes' });
    const mounts = `/proc/${owner.ready.postmaster}/mounts`;
    const small = join(dirname(owner.ready.folder), 'small-disk');
    expect(readFileSync(mounts, 'utf8')).toContain(small);
    owner.child.kill('SIGKILL');
    await owner.ended;
    await (await started('embedded', optionsFor(18))).dispose();
    expect(isRunning(owner.ready.postmaster)).toBe(false);
    expect(existsSync(owner.ready.folder)).toBe(false);
    const left = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && mountsOf(name).includes(small));
    expect(left).toEqual([]);
    temporary.restore();
  });
});

function mountsOf(processId: string): string {
  try {
    return readFileSync(`/proc/${processId}/mounts`, 'utf8');
  } catch {
    return '';
  }
}

it('without one a cell says so', async () => {
  const opened = await sandboxProviders.embedded.start({
    engine: { name: 'postgres', major: 18 },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const cells = await cellsInside(opened.value, before, 'CREATE INDEX ON users (email);', { faults, rows: 0 });
  await opened.value.dispose();
  expect(cells).toMatchObject([{ status: 'impossible', why: 'The sandbox was started without a small disk.' }]);
});
