import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { isRunning } from '../../../src/sandbox/processes';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { foldersIn, ownerProcess, ownTemporaryFolder, processesWith } from '../../engines/sandbox/support';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, startMongo } from './servers';

const skip = requireOrSkip('docker', process.platform === 'linux' ? await dockerMissing() : 'the program of these tests is a script');

/**
 * What mongod shows of itself (command line, lock file, log, port; manual, "mongod"), with the answers of the server in a container behind it: how
 * a local server is found, started, killed and removed is ours, whatever it stores.
 */
const program = (node: string, host: string, port: number) => `#!${node}
const { writeFileSync } = require('node:fs');
const net = require('node:net');
const path = require('node:path');
if (process.argv.includes('--version')) {
  console.log('db version v8.0.12\\nBuild Info: {}');
  process.exit(0);
}
const option = (name) => process.argv.find((word) => word.startsWith(name + '='))?.slice(name.length + 1);
for (const name of ['--replSet', '--nounixsocket', '--setParameter']) if (!process.argv.includes(name)) process.exit(2);
if (option('--bind_ip') !== '127.0.0.1') process.exit(2);
const server = net.createServer((socket) => {
  const behind = net.connect(${port}, ${JSON.stringify(host)});
  socket.on('error', () => behind.destroy()).pipe(behind);
  behind.on('error', () => socket.destroy()).pipe(socket);
});
server.listen(Number(option('--port')), '127.0.0.1', () => {
  writeFileSync(path.join(option('--dbpath'), 'mongod.lock'), process.pid + '\\n');
  console.log(JSON.stringify({ s: 'I', c: 'NETWORK', msg: 'Waiting for connections', attr: { port: Number(option('--port')) } }));
});
server.on('error', (error) => {
  console.log(JSON.stringify({ s: 'E', c: 'CONTROL', msg: 'Failed to set up listener', attr: { error: error.message } }));
  process.exit(48);
});
`;

describe.skipIf(skip)('a local mongod (here a program that shows itself as one does)', () => {
  let behind: Sandbox;
  let temporary: ReturnType<typeof ownTemporaryFolder>;
  const path = process.env.PATH;
  const options = (more: object = {}) => ({
    engine: { name: 'mongodb', major: 8 } as const,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...more,
  });

  beforeAll(async () => {
    behind = await startMongo();
    temporary = ownTemporaryFolder();
    const folder = join(temporary.path, 'bin');
    mkdirSync(folder);
    const { host, port } = behind.address('admin');
    writeFileSync(join(folder, 'mongod'), program(process.execPath, host, port));
    chmodSync(join(folder, 'mongod'), 0o755);
    process.env.PATH = `${folder}${delimiter}${path}`;
  });
  afterAll(async () => {
    process.env.PATH = path;
    temporary?.restore();
    await behind?.dispose();
  });

  const nothingLeft = () => [foldersIn(temporary.path), processesWith(`--dbpath=${temporary.path}`)];

  it('serves as a container does: databases, clones, a crash, and nothing left', async () => {
    const started = await sandboxProviders.local.start(options());
    if (!started.ok) throw new Error(started.error.message);
    const sandbox = started.value;
    try {
      expect([sandbox.engine, sandbox.label]).toEqual([{ name: 'mongodb', major: 8 }, 'local MongoDB 8']);
      const client = await clientOf(sandbox);
      await client.db('source').collection('t').insertOne({ a: 1 });
      await sandbox.cloneDatabase('source', 'target');
      expect(await client.db('target').collection('t').countDocuments()).toBe(1);
      const { port } = sandbox.address('x');
      await sandbox.crash();
      expect(sandbox.address('x').port).toBe(port);
      expect(await sandbox.query('{"count": "t"}', 'target')).toMatchObject([{ n: 1 }]);
      await client.close().catch(() => undefined);
      await sandbox.dropDatabases(['source', 'target']);
      expect(sandbox.lost.aborted).toBe(false);
    } finally {
      await sandbox.dispose();
    }
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('whose owner was killed is ended and removed by the next start', async () => {
    const owner = await ownerProcess('local', 'wait', { FAULTLINE_TEST_ENGINE: 'mongodb' });
    const server = processesWith(`--dbpath=${temporary.path}`);
    expect(server.length).toBe(1);
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect(server.map(isRunning)).toEqual([true]);
    const lines = await sandboxProviders.local.removeOrphans();
    expect(lines.filter((line) => line.includes(temporary.path))).toEqual([
      expect.stringMatching(new RegExp(`and its running server, left by process ${owner.child.pid}`)),
    ]);
    expect(server.map(isRunning)).toEqual([false]);
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('that is killed from outside says so', async () => {
    const started = await sandboxProviders.local.start(options());
    if (!started.ok) throw new Error(started.error.message);
    for (const id of processesWith(`--dbpath=${temporary.path}`)) process.kill(id, 'SIGKILL');
    await expect.poll(() => started.value.lost.aborted, { timeout: 20_000 }).toBe(true);
    expect(String(started.value.lost.reason)).toMatch(/was ended from outside by SIGKILL/);
    await started.value.dispose();
    expect(nothingLeft()).toEqual([[], []]);
  });

  it('of a version that is not installed is said to be missing, with those that are', async () => {
    const result = await sandboxProviders.local.start(options({ engine: { name: 'mongodb', major: 7 } }));
    expect(result).toMatchObject({
      ok: false,
      error: { message: 'MongoDB 7 is not installed on this machine (only MongoDB 8 is). Install it, or use --sandbox docker.' },
    });
  });

  it('that is cancelled leaves nothing', async () => {
    const result = await sandboxProviders.local.start(options({ signal: AbortSignal.timeout(20) }));
    expect(result).toMatchObject({ ok: false, error: { code: 'ABORT_ERR' } });
    expect(nothingLeft()).toEqual([[], []]);
  });
});
