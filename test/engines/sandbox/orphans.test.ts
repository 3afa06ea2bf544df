import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentOwner, formatOwner, isDead, parseOwner } from '../../../src/sandbox/owner';
import { isRunning } from '../../../src/sandbox/processes';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { foldersIn, optionsFor, ownerProcess, ownTemporaryFolder, processesWith, segmentsOf, started } from './support';

describe.skipIf(process.platform === 'win32')('a server whose owner was killed with SIGKILL', () => {
  let temporary: ReturnType<typeof ownTemporaryFolder>;
  beforeEach(() => {
    temporary = ownTemporaryFolder();
  });
  afterEach(() => temporary.restore());

  it('is ended and removed by the next start, which says so', async () => {
    const owner = await ownerProcess('embedded', 'wait');
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect(isRunning(owner.ready.postmaster)).toBe(true);

    const options = optionsFor(18);
    const sandbox = await started('embedded', options);
    expect(isRunning(owner.ready.postmaster)).toBe(false);
    expect(existsSync(owner.ready.folder)).toBe(false);
    expect(segmentsOf([owner.ready.postmaster])).toEqual([]);
    expect(options.lines.join('\n')).toContain(`left by process ${owner.child.pid}`);
    await sandbox.dispose();
  });

  it('is removed with its shared memory when the server was killed, too', async () => {
    const owner = await ownerProcess('embedded', 'wait');
    owner.child.kill('SIGKILL');
    await owner.ended;
    // A session that is busy outlives the server.
    const client = new pg.Client({ ...owner.ready.address });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('SELECT pg_backend_pid() AS id');
    client.query('SELECT count(*) FROM generate_series(1, 2000000000)').catch(() => undefined);
    process.kill(owner.ready.postmaster, 'SIGKILL');
    await expect.poll(() => isRunning(owner.ready.postmaster)).toBe(false);
    expect(isRunning(rows[0]?.id)).toBe(true);
    const lines = await sandboxProviders.embedded.removeOrphans();
    expect(lines.filter((line) => line.includes(dirname(owner.ready.folder)))).toHaveLength(1);
    expect(foldersIn(temporary.path)).toEqual([]);
    expect(segmentsOf([owner.ready.postmaster])).toEqual([]);
    expect(isRunning(rows[0]?.id)).toBe(false);
  });

  it('is left alone while its owner lives', async () => {
    const owner = await ownerProcess('embedded', 'wait');
    expect(await sandboxProviders.embedded.removeOrphans()).not.toContainEqual(expect.stringContaining(temporary.path));
    expect(isRunning(owner.ready.postmaster)).toBe(true);
    owner.child.kill('SIGTERM');
    await owner.ended;
    expect(foldersIn(temporary.path)).toEqual([]);
  });

  it('never costs another process its life, should that have got the id of the server', async () => {
    const sandbox = await started('embedded');
    const [row] = await sandbox.query("SELECT current_setting('data_directory') AS folder, pg_read_file('postmaster.pid') AS lock");
    const orphan = join(temporary.path, 'faultline-orphan');
    mkdirSync(join(orphan, 'data'), { recursive: true });
    writeFileSync(join(orphan, 'owner.json'), formatOwner({ ...currentOwner(), processId: 2 ** 22 + 1 }));
    // The lock file of a server that lives, in a folder that is not its own.
    writeFileSync(join(orphan, 'data', 'postmaster.pid'), String(row?.lock));
    const lines = await sandboxProviders.embedded.removeOrphans();
    expect(lines.filter((line) => line.includes(orphan))).toHaveLength(1);
    expect(existsSync(orphan)).toBe(false);
    expect(await sandbox.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await sandbox.dispose();
  });

  it('folders that only look like ours stay', async () => {
    const without = mkdtempSync(join(temporary.path, 'faultline-'));
    const foreign = mkdtempSync(join(temporary.path, 'faultline-'));
    writeFileSync(join(foreign, 'owner.json'), '{"processId": "4711"}');
    cpSync(foreign, join(temporary.path, 'other'), { recursive: true });
    await sandboxProviders.embedded.removeOrphans();
    expect([without, foreign, join(temporary.path, 'other')].map((path) => existsSync(path))).toEqual([true, true, true]);
  });
});

describe('an owner that ends', () => {
  it.each([
    ['normally', 'exit', undefined, { code: 3, signal: null }],
    ['by an uncaught exception', 'throw', undefined, { code: 1, signal: null }],
    ['by SIGTERM', 'wait', 'SIGTERM', { code: 143, signal: null }],
    ['by SIGINT', 'wait', 'SIGINT', { code: 130, signal: null }],
  ] as const)('%s leaves nothing', async (_, then, signal, expected) => {
    const temporary = ownTemporaryFolder();
    const owner = await ownerProcess('embedded', then);
    if (signal !== undefined) owner.child.kill(signal);
    if (process.platform !== 'win32') expect(await owner.ended).toEqual(expected);
    // A process that was sent SIGKILL takes the kernel a moment to end, and its owner does not outlive it to wait.
    await expect.poll(() => isRunning(owner.ready.postmaster), { timeout: 5000 }).toBe(false);
    await expect.poll(() => processesWith(temporary.path), { timeout: 5000 }).toEqual([]);
    await expect.poll(() => segmentsOf([owner.ready.postmaster]), { timeout: 5000 }).toEqual([]);
    await expect.poll(() => foldersIn(temporary.path), { timeout: 5000 }).toEqual([]);
    temporary.restore();
  });
});

describe('owners', () => {
  const here = currentOwner();

  it('are read back as they were written, and nothing else is', () => {
    expect(parseOwner(formatOwner(here))).toEqual(here);
    for (const text of ['', 'null', '[]', '{}', '{"processId":1}', formatOwner({ ...here, processId: -1 })])
      expect(parseOwner(text)).toBeUndefined();
  });

  it('live as long as their process, and no longer than its boot', () => {
    expect(isDead(here)).toBe(false);
    expect(isDead({ ...here, processId: 2 ** 22 + 1 })).toBe(true);
    expect(isDead({ ...here, started: '1' })).toBe(true);
    if (process.platform === 'linux') expect(isDead({ ...here, boot: 'an earlier one' })).toBe(true);
  });

  it('count as alive where they can not be judged: on another machine, in another process namespace', () => {
    expect(isDead({ ...here, machine: 'elsewhere', boot: 'another' })).toBe(false);
    expect(isDead({ ...here, namespace: 'pid:[1]', processId: 2 ** 22 + 1 })).toBe(false);
  });

  it('survive a process that was started in the same tick under another id', () => {
    expect(readFileSync(`/proc/${process.pid}/stat`, 'utf8').split(' ')).toContain(here.started);
  });
});
