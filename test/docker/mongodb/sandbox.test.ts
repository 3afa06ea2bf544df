import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { ownerProcess } from '../../engines/sandbox/support';
import { requireOrSkip } from '../../require';
import { containersOf, docker, dockerMissing } from '../docker';
import { clientOf, startMongo, urlOf } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

const ours = async () => docker().getContainer((await containersOf(process.pid))[0] ?? '');

describe.skipIf(skip)('a container of mongo:8 (in CI a stand-in, not mongod)', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startMongo();
  });
  afterAll(() => sandbox?.dispose());

  it('is MongoDB 8, a primary of a set, without account, reached on this machine only', async () => {
    expect([sandbox.engine, sandbox.label]).toEqual([{ name: 'mongodb', major: 8 }, 'docker mongo:8']);
    expect(sandbox.address('x').user).toBe('');
    expect(await sandbox.query('{"hello": 1}')).toMatchObject([{ isWritablePrimary: true, setName: 'rs0' }]);
    const { NetworkSettings } = await (await ours()).inspect();
    expect(NetworkSettings.Ports['27017/tcp']?.map((binding) => binding.HostIp)).toEqual(['127.0.0.1']);
  });

  it('is asked by commands as extended JSON', async () => {
    await sandbox.createDatabase('asked');
    await sandbox.query('{"insert": "t", "documents": [{"_id": {"$oid": "65f000000000000000000001"}}]}', 'asked');
    expect(await sandbox.query('{"find": "t"}', 'asked')).toEqual([{ _id: new ObjectId('65f000000000000000000001') }]);
    await expect(sandbox.createDatabase('asked')).rejects.toThrow('There is a database asked already.');
    await expect(sandbox.query('{"noSuchCommand": 1}')).rejects.toMatchObject({ code: 59 });
    await sandbox.dropDatabases(['asked', 'asked']);
    await sandbox.createDatabase('asked');
  });

  it('drops what belongs to a database, and nothing that only begins alike', async () => {
    await using client = await clientOf(sandbox);
    for (const name of ['cell_1', 'cell_1-audit', 'cell_10', 'cell_1x']) await client.db(name).collection('t').insertOne({ a: 1 });
    await sandbox.dropDatabases(['cell_1']);
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    expect(
      databases
        .map(({ name }) => name)
        .filter((name) => name.startsWith('cell_'))
        .sort(),
    ).toEqual(['cell_10', 'cell_1x']);
    await sandbox.dropDatabases(['cell_10', 'cell_1x']);
  });

  it('drops a database that a transaction holds whose client is gone, long before the transaction expires', async () => {
    await using client = await clientOf(sandbox);
    const held = client.db('held').collection('t');
    await held.insertOne({ a: 1 });
    const dying = await transactionThatDies(urlOf(sandbox, 'held'));
    await expect(held.updateOne({ a: 1 }, { $set: { a: 3 } }, { maxTimeMS: 300 })).rejects.toMatchObject({ code: expect.any(Number) });
    dying.kill('SIGKILL');
    await once(dying, 'exit');
    const started = performance.now();
    await sandbox.dropDatabases(['held']);
    expect(performance.now() - started).toBeLessThan(40_000);
    expect(await sandbox.query('{"listCollections": 1}', 'held')).toEqual([]);
  });

  it('crashes: what was acknowledged is there again, an open transaction is not, and every connection is dead', async () => {
    const client = await clientOf(sandbox);
    const kept = client.db('kept').collection<{ _id: number }>('t');
    await kept.insertMany([{ _id: 1 }, { _id: 2 }]);
    const session = client.startSession();
    session.startTransaction();
    await kept.insertOne({ _id: 3 }, { session });
    await kept.insertOne({ _id: 4 });
    await sandbox.crash();
    await client.close().catch(() => undefined);
    await using again = await clientOf(sandbox);
    expect(await again.db('kept').collection('t').find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 1 }, { _id: 2 }, { _id: 4 }]);
    await sandbox.ping();
    expect(sandbox.lost.aborted).toBe(false);
    await sandbox.dropDatabases(['kept']);
  });

  it('that somebody kills says so', async () => {
    await (await ours()).kill();
    await expect(sandbox.ping()).rejects.toThrow(/container .* was killed from outside \(exit code 137\)/);
    await expect.poll(() => sandbox.lost.aborted, { timeout: 20_000 }).toBe(true);
    await sandbox.dispose();
    expect(await containersOf(process.pid)).toEqual([]);
  });
});

describe.skipIf(skip)('starting mongo (in CI a stand-in, not mongod)', () => {
  it('that is no MongoDB image is refused, and nothing is left', async () => {
    const result = await sandboxProviders.docker.start({
      engine: { name: 'mongodb', major: 8 },
      image: 'postgres:18',
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/holds no MongoDB server\. Name a MongoDB image\.$/) },
    });
    expect(await containersOf(process.pid)).toEqual([]);
  });

  it.each([100, 700])('cancelled after %i ms leaves nothing', async (delayMs) => {
    const options = { engine: { name: 'mongodb', major: 8 } as const, onProgress: () => undefined, signal: AbortSignal.timeout(delayMs) };
    const result = await sandboxProviders.docker.start(options);
    if (result.ok) await result.value.dispose();
    else expect(result.error).toEqual({ message: 'Cancelled.', code: 'ABORT_ERR' });
    expect(await containersOf(process.pid)).toEqual([]);
  });

  it('the container of an owner that was killed is removed by the next start', async () => {
    const owner = await ownerProcess('docker', 'wait', { FAULTLINE_TEST_ENGINE: 'mongodb' });
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect(await containersOf(owner.child.pid ?? 0)).toHaveLength(1);
    const lines: string[] = [];
    await (await startMongo({ onProgress: (line) => void lines.push(line) })).dispose();
    expect(lines.join('\n')).toContain(`left by process ${owner.child.pid}`);
    expect(await containersOf(owner.child.pid ?? 0)).toEqual([]);
  });
});

/** A process that has written in a transaction and does nothing more. */
async function transactionThatDies(url: string): Promise<ChildProcess> {
  const script = `
    const { MongoClient } = require('mongodb');
    (async () => {
      const client = await new MongoClient(${JSON.stringify(url)}).connect();
      const session = client.startSession();
      session.startTransaction();
      await client.db().collection('t').updateOne({ a: 1 }, { $set: { a: 2 } }, { session });
      console.log('ready');
    })();`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no output');
  await once(child.stdout, 'data');
  return child;
}
