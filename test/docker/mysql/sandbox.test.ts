import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { requireOrSkip } from '../../require';
import { containersOf, docker, dockerMissing } from '../docker';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

const ours = async () => docker().getContainer((await containersOf(process.pid))[0] ?? '');

describe.skipIf(skip).each(servers)('a container of $label', (server) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startServer(server, { smallDisk: true });
  });
  afterAll(() => sandbox?.dispose());

  it('is the image of that engine, reached on this machine only', async () => {
    expect(sandbox.engine).toEqual(server.engine);
    expect(sandbox.label).toBe(`docker ${server.name}:${server.engine.major}`);
    const { NetworkSettings } = await (await ours()).inspect();
    expect(NetworkSettings.Ports['3306/tcp']?.map((binding) => binding.HostIp)).toEqual(['127.0.0.1']);
  });

  it('has settings that make runs alike: no binary log, no event that fires by itself', async () => {
    const [row] = await sandbox.query(
      'SELECT @@log_bin AS log, @@event_scheduler AS events, @@time_zone AS zone, @@performance_schema AS observed',
    );
    expect(row).toEqual({ log: 0, events: 'OFF', zone: '+00:00', observed: 1 });
  });

  it('has a disk that can be filled: a statement fails at once, and what there was is there again', async () => {
    const { smallDisk } = sandbox;
    if ('unavailable' in smallDisk) throw new Error(smallDisk.unavailable);
    await sandbox.createDatabase('roomy');
    await sandbox.query('CREATE TABLE t (id int PRIMARY KEY, a varchar(20))', 'roomy');
    await sandbox.query("INSERT INTO t VALUES (1, 'x')", 'roomy');
    await sandbox.cloneDatabase('roomy', 'tight', 'small');
    await smallDisk.fill();
    await expect(sandbox.query('CREATE TABLE u (id int PRIMARY KEY)', 'tight')).rejects.toThrow(/full|No space left|errno: 28/i);
    await expect(sandbox.query('ALTER TABLE t ADD KEY (a), ALGORITHM=COPY', 'tight')).rejects.toThrow(/full|No space left|errno: 28/i);
    await sandbox.query('CREATE TABLE u (id int PRIMARY KEY)', 'roomy');
    await smallDisk.free();
    await sandbox.query('CREATE TABLE v (id int PRIMARY KEY)', 'tight');
    await sandbox.cloneDatabase('tight', 'back');
    expect(await sandbox.query('SELECT * FROM t', 'back')).toEqual([{ id: 1, a: 'x' }]);
    await sandbox.dropDatabases(['tight']);
    // Nothing of it is left on the disk, whose place can be taken again.
    await sandbox.cloneDatabase('roomy', 'tight', 'small');
    await sandbox.dropDatabases(['tight', 'back', 'roomy']);
  });

  it('crashes: what was committed is there again, what was not is not, and every connection is dead', async () => {
    await sandbox.createDatabase('kept');
    await sandbox.query('CREATE TABLE t (id int PRIMARY KEY)', 'kept');
    const client = await mysql.createConnection(sandbox.address('kept'));
    client.on('error', () => undefined);
    await client.query('INSERT INTO t VALUES (1), (2)');
    await client.query('START TRANSACTION');
    await client.query('INSERT INTO t VALUES (3)');
    // Its last commit is as young as can be.
    await sandbox.query('INSERT INTO t VALUES (4)', 'kept');
    await sandbox.crash();
    await expect(client.query('SELECT 1')).rejects.toThrow();
    const again = await mysql.createConnection(sandbox.address('kept'));
    expect((await again.query('SELECT id FROM t ORDER BY id'))[0]).toEqual([{ id: 1 }, { id: 2 }, { id: 4 }]);
    await again.end();
    await sandbox.ping();
    expect(sandbox.lost.aborted).toBe(false);
    // A database on the small disk is found again as well.
    await sandbox.crash();
    expect(await sandbox.query('SELECT count(*) AS n FROM t', 'kept')).toEqual([{ n: 3 }]);
  });

  it('that somebody kills says so', async () => {
    await (await ours()).kill();
    await expect(sandbox.ping()).rejects.toThrow(/container .* was killed from outside \(exit code 137\)/);
    await expect.poll(() => sandbox.lost.aborted, { timeout: 20_000 }).toBe(true);
    await sandbox.dispose();
    expect(await containersOf(process.pid)).toEqual([]);
  });
});

describe.skipIf(skip)('starting', () => {
  it('an image of the other kind is refused, and nothing is left', async () => {
    const result = await sandboxProviders.docker.start({
      engine: { name: 'mariadb', major: 11 },
      image: 'mysql:9',
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/holds no MariaDB server\. Name a MariaDB image\.$/) },
    });
    expect(await containersOf(process.pid)).toEqual([]);
  });

  it('an image that can not be had is said in one line, with what else there is', async () => {
    const lines: string[] = [];
    const options = { onProgress: (line: string) => void lines.push(line), signal: new AbortController().signal };
    const result = await sandboxProviders.docker.start({
      ...options,
      engine: { name: 'mysql', major: 9 },
      image: 'faultline.invalid/mysql:1',
    });
    expect(result).toMatchObject({
      ok: false,
      error: {
        message: expect.stringMatching(
          /^The image faultline\.invalid\/mysql:1 is not .*docker pull.*--sandbox local with an installed MySQL/,
        ),
      },
    });
    expect(lines).toContain('Pulling faultline.invalid/mysql:1');
  });

  it.each([100, 1500])('cancelled after %i ms leaves nothing', async (delayMs) => {
    const options = { engine: { name: 'mysql', major: 9 } as const, onProgress: () => undefined, signal: AbortSignal.timeout(delayMs) };
    const result = await sandboxProviders.docker.start(options);
    if (result.ok) await result.value.dispose();
    else expect(result.error).toEqual({ message: 'Cancelled.', code: 'ABORT_ERR' });
    expect(await containersOf(process.pid)).toEqual([]);
  });
});
