import { delimiter } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { isRunning } from '../../../src/sandbox/processes';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { foldersIn, ownerProcess, ownTemporaryFolder, processesWith } from '../../engines/sandbox/support';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { installationFrom } from './binaries';
import { servers } from './servers';

/** The programs are those of the images. */
const skip = requireOrSkip('docker', process.platform === 'linux' ? await dockerMissing() : 'the programs of the images are for Linux');

describe.skipIf(skip).each(servers)('local programs of $label', ({ name, engine, label }) => {
  let installation: Awaited<ReturnType<typeof installationFrom>>;
  let temporary: ReturnType<typeof ownTemporaryFolder>;
  const path = process.env.PATH;
  const options = (smallDisk = false) => ({ engine, smallDisk, onProgress: () => undefined, signal: new AbortController().signal });

  beforeAll(async () => {
    installation = await installationFrom(`${name}:${engine.major}`);
    process.env.PATH = `${installation.programs}${delimiter}${path}`;
    temporary = ownTemporaryFolder();
  }, 120_000);
  afterAll(() => {
    process.env.PATH = path;
    temporary?.restore();
    installation?.remove();
  });

  it('serve as a container does: clones, crashes, a small disk, and nothing left', async () => {
    const started = await sandboxProviders.local.start(options(true));
    if (!started.ok) throw new Error(started.error.message);
    const sandbox: Sandbox = started.value;
    try {
      expect([sandbox.engine, sandbox.label]).toEqual([engine, `local ${label}`]);
      await sandbox.createDatabase('source');
      await sandbox.query('CREATE TABLE t (id int PRIMARY KEY)', 'source');
      await sandbox.query('INSERT INTO t VALUES (1)', 'source');
      await sandbox.cloneDatabase('source', 'target');
      const client = await mysql.createConnection(sandbox.address('target'));
      client.on('error', () => undefined);
      await client.query('INSERT INTO t VALUES (2)');
      await sandbox.crash();
      await expect(client.query('SELECT 1')).rejects.toThrow();
      expect(await sandbox.query('SELECT count(*) AS n FROM t', 'target')).toEqual([{ n: 2 }]);
      const { smallDisk } = sandbox;
      if (!('unavailable' in smallDisk)) {
        await sandbox.cloneDatabase('target', 'tight', 'small');
        await smallDisk.fill();
        await expect(sandbox.query('CREATE TABLE u (id int PRIMARY KEY)', 'tight')).rejects.toThrow(/full|No space left|errno: 28/i);
        await smallDisk.free();
        await sandbox.query('CREATE TABLE v (id int PRIMARY KEY)', 'tight');
        await sandbox.dropDatabases(['tight']);
      }
    } finally {
      await sandbox.dispose();
    }
    expect([foldersIn(temporary.path), processesWith(temporary.path)]).toEqual([[], []]);
  });

  it('whose owner was killed are ended and removed by the next start, and those of a living one are not', async () => {
    const [dead, living] = await Promise.all([0, 1].map(() => ownerProcess('local', 'wait', { FAULTLINE_TEST_ENGINE: name })));
    if (dead === undefined || living === undefined) throw new Error('no owners');
    dead.child.kill('SIGKILL');
    await dead.ended;
    expect([isRunning(dead.ready.postmaster), isRunning(living.ready.postmaster)]).toEqual([true, true]);
    const lines = await sandboxProviders.local.removeOrphans();
    expect(lines.filter((line) => line.includes(temporary.path))).toEqual([
      expect.stringMatching(new RegExp(`and its running server, left by process ${dead.child.pid}`)),
    ]);
    expect([isRunning(dead.ready.postmaster), isRunning(living.ready.postmaster)]).toEqual([false, true]);
    living.child.kill('SIGTERM');
    await living.ended;
    await expect.poll(() => foldersIn(temporary.path), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => processesWith(temporary.path), { timeout: 10_000 }).toEqual([]);
  });

  it('of a version that is not installed are said to be missing, with those that are', async () => {
    const result = await sandboxProviders.local.start({ ...options(), engine: { name, major: 8, minor: 0 } });
    expect(result).toMatchObject({
      ok: false,
      error: {
        message: expect.stringMatching(
          new RegExp(`8\\.0 is not installed on this machine \\(only .*${label} is\\)\\. Install it, or use --sandbox docker\\.$`),
        ),
      },
    });
  });

  it('that are cancelled leave nothing', async () => {
    const result = await sandboxProviders.local.start({ ...options(), signal: AbortSignal.timeout(300) });
    expect(result).toEqual({ ok: false, error: { message: 'Cancelled.', code: 'ABORT_ERR' } });
    expect([foldersIn(temporary.path), processesWith(temporary.path)]).toEqual([[], []]);
  });
});
