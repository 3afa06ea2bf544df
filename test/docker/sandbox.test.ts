import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/model/sandbox';
import { currentOwner } from '../../src/sandbox/owner';
import { sandboxProviders } from '../../src/sandbox/providers';
import { optionsFor, ownerProcess, started } from '../engines/sandbox/support';
import { requireOrSkip } from '../require';
import { containerOf, containers, containersOf, docker, dockerMissing, hasImage, remaining, volumesOf } from './docker';

const skip = requireOrSkip('docker', await dockerMissing());

describe.skipIf(skip)('a container', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await started('docker');
  });
  afterAll(() => sandbox.dispose());

  it('is the image that was asked for, reached on this machine only', async () => {
    expect(sandbox.label).toBe('docker postgres:18');
    expect(sandbox.engine).toEqual({ name: 'postgres', major: 18 });
    const [id = ''] = await containersOf(process.pid);
    const { NetworkSettings, HostConfig } = await docker().getContainer(id).inspect();
    expect(NetworkSettings.Ports['5432/tcp']?.map((binding) => binding.HostIp)).toEqual(['127.0.0.1']);
    expect(HostConfig.AutoRemove).toBe(false);
  });

  it('has the same settings as the embedded server', async () => {
    const text = `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum', 'max_connections',
      'max_prepared_transactions', 'TimeZone', 'wal_level', 'server_encoding', 'jit') ORDER BY name`;
    const embedded = await started('embedded');
    expect(await sandbox.query(text)).toEqual(await embedded.query(text));
    await embedded.dispose();
  });

  it('clones and drops databases', async () => {
    await sandbox.createDatabase('source');
    await sandbox.query('CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 10) g', 'source');
    await sandbox.cloneDatabase('source', 'target');
    expect(await sandbox.query('SELECT count(*)::integer AS rows FROM t', 'target')).toEqual([{ rows: 10 }]);
    await sandbox.dropDatabases(['source', 'target', 'missing']);
    expect(await sandbox.query("SELECT datname FROM pg_database WHERE datname IN ('source', 'target')")).toEqual([]);
  });

  it('crashes: what was committed is there again, at the port of now', async () => {
    await sandbox.query('CREATE TABLE kept (id integer)');
    const client = new pg.Client(sandbox.address('postgres'));
    const lost = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await sandbox.crash();
    await lost;
    const again = new pg.Client(sandbox.address('postgres'));
    await again.connect();
    expect((await again.query("SELECT to_regclass('kept')::text AS kept")).rows).toEqual([{ kept: 'kept' }]);
    await again.end();
  });

  it('that somebody kills says so', async () => {
    const [id = ''] = await containersOf(process.pid);
    await docker().getContainer(id).kill();
    await expect(sandbox.ping()).rejects.toThrow(/container .* was killed from outside \(exit code 137\)/);
  });

  it('that somebody removes says so, and disposing of it is no error', async () => {
    const [id = ''] = await containersOf(process.pid);
    const volumes = await volumesOf([id]);
    expect(volumes).toHaveLength(1);
    await docker().getContainer(id).remove({ force: true, v: true });
    await expect(sandbox.query('SELECT 1')).rejects.toThrow(/was removed from outside/);
    await sandbox.dispose();
    expect(await containersOf(process.pid)).toEqual([]);
    expect(await remaining(volumes)).toEqual([]);
  });
});

describe.skipIf(skip)('starting', () => {
  it('uses another image when one is named, and says its true version', async () => {
    const sandbox = await started('docker', optionsFor(18, { image: 'postgres:17' }));
    expect(sandbox.engine).toEqual({ name: 'postgres', major: 17 });
    await sandbox.dispose();
  });

  it('an image that can not be had is said in one line, after an attempt to pull it', async () => {
    const options = optionsFor(18, { image: 'faultline.invalid/no-such-image:1' });
    const result = await sandboxProviders.docker.start(options);
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/^The image faultline\.invalid\/no-such-image:1 is not .*docker pull/) },
    });
    expect(options.lines).toContain('Pulling faultline.invalid/no-such-image:1');
  });

  it('an image that holds no Postgres is said to', async ({ skip }) => {
    if (!(await hasImage('mongo:8'))) skip('there is no image mongo:8');
    const result = await sandboxProviders.docker.start(optionsFor(18, { image: 'mongo:8' }));
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/holds no PostgreSQL server\. Name a PostgreSQL image/) },
    });
    expect(await containersOf(process.pid)).toEqual([]);
  });

  it.each([0, 100, 400])('cancelled after %i ms leaves nothing', async (delayMs) => {
    const result = await sandboxProviders.docker.start(optionsFor(18, { signal: AbortSignal.timeout(delayMs) }));
    if (result.ok) await result.value.dispose();
    else expect(result.error).toEqual({ message: 'Cancelled.', code: 'ABORT_ERR' });
    expect(await containersOf(process.pid)).toEqual([]);
  });
});

describe.skipIf(skip)('orphans', () => {
  it('of an owner killed with SIGKILL are removed by the next start, with their volumes', async () => {
    const owner = await ownerProcess('docker', 'wait');
    owner.child.kill('SIGKILL');
    await owner.ended;
    const left = await containersOf(owner.child.pid ?? 0);
    const volumes = await volumesOf(left);
    expect([left.length, volumes.length]).toEqual([1, 1]);
    const options = optionsFor(18);
    await (await started('docker', options)).dispose();
    expect(options.lines.join('\n')).toContain(`left by process ${owner.child.pid}`);
    expect(await containersOf(owner.child.pid ?? 0)).toEqual([]);
    expect(await remaining(volumes)).toEqual([]);
  });

  it('of an owner that ends without disposing are removed by its exit handler', async () => {
    const owner = await ownerProcess('docker', 'exit');
    await owner.ended;
    await expect.poll(() => containersOf(owner.child.pid ?? 0), { timeout: 10_000 }).toEqual([]);
  });

  it('of living owners, and of owners that can not be judged, stay', async () => {
    const here = currentOwner();
    const living = await containerOf(here);
    const elsewhere = await containerOf({ ...here, machine: 'elsewhere', boot: 'another', processId: 2 ** 22 + 1 });
    const dead = await containerOf({ ...here, processId: 2 ** 22 + 1 });
    await sandboxProviders.docker.removeOrphans();
    const left = await containers();
    expect([living, elsewhere, dead].map((container) => left.includes(container.id))).toEqual([true, true, false]);
    await Promise.all([living.remove({ v: true }), elsewhere.remove({ v: true })]);
  });
});
