import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Recording } from '../../../src/engines/command/carrier';
import { mongodbCommands } from '../../../src/engines/mongodb/command/tools';
import { type HarnessOrder, harnessCommand } from '../../../src/engines/mongodb/harness-command';
import type { Migration } from '../../../src/model/migration';
import type { RunProtocol } from '../../../src/model/run-protocol';
import type { Sandbox } from '../../../src/model/sandbox';
import { processesWith } from '../../engines/sandbox/support';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, startMongo } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

/** What a recording and a cell are made of: the program of ours, through the proxy, on mongo:8 (in CI a stand-in, not mongod). */
describe.skipIf(skip)('a migration in code through the proxy', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  let folder: string;
  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
  });
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faultline-recorded-test-'));
  });
  afterEach(async () => {
    expect(processesWith(folder)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
    await sandbox.dropDatabases(['cell']);
  });

  const { signal } = new AbortController();
  const command = (name: string, text: string, more: Partial<HarnessOrder> = {}) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return { text: harnessCommand({ framework: 'migrate-mongo', direction: 'up', files: [file], ...more }), directory: folder };
  };
  const record = (...given: Parameters<typeof command>): Promise<Recording> =>
    mongodbCommands.record(command(...given), sandbox.address('cell'), signal);
  const texts = ({ requests }: Recording) => requests.map(({ texts: [text = ''] }) => text.replace(/\(.*/s, ''));

  it('is recorded with its bookkeeping, whatever names it gives to databases', async () => {
    const recording = await record(
      '1.js',
      `module.exports = { async up(db, client) {
        await db.collection('users').insertOne({ a: 1 });
        await client.db(db.databaseName).collection('users').updateMany({}, { $set: { b: 1 } });
        await client.db('audit').collection('log').insertOne({ a: 1 });
      } };`,
    );
    expect(recording.outcome).toMatchObject({ result: 'success' });
    expect(texts(recording)).toEqual([
      'db.changelog.find',
      'db.users.insertOne',
      'db.users.updateMany',
      'db.getSiblingDB',
      'db.changelog.insertOne',
    ]);
    expect(await client.db('cell').collection('users').countDocuments({ b: 1 })).toBe(1);
    expect(await client.db('cell-audit').collection('log').countDocuments()).toBe(1);
  });

  it('is recorded on a connection of its own, too', async () => {
    const recording = await record(
      '1.js',
      `const { MongoClient } = require('mongodb');
      module.exports = { async up() { await (await new MongoClient(process.env.MONGODB_URI).connect()).db().collection('t').insertOne({}); } };`,
    );
    expect(texts(recording)).toEqual(['db.changelog.find', 'db.t.insertOne', 'db.changelog.insertOne']);
  });

  it.each([
    ["databaseName: 'shop'", "url: 'mongodb://production:27017'"],
    ['options: {}', "url: 'mongodb://production:27017,second:27017/shop?replicaSet=a'"],
  ])('knows its database by the name that the configuration gives it: %s, %s', async (...parts) => {
    writeFileSync(join(folder, 'migrate-mongo-config.js'), `module.exports = { mongodb: { ${parts.join(', ')} } };`);
    const recording = await record(
      '1.js',
      `const { MongoClient } = require('mongodb');
      module.exports = { async up(db, client) {
        await client.db('shop').collection('a').insertOne({});
        await (await new MongoClient(process.env.MONGODB_URI.replace('cell', 'shop')).connect()).db().collection('b').insertOne({});
        await db.collection('c').insertOne({ name: db.databaseName });
      } };`,
    );
    expect(texts(recording)).toEqual(['db.changelog.find', 'db.a.insertOne', 'db.b.insertOne', 'db.c.insertOne', 'db.changelog.insertOne']);
    expect(await client.db('cell').collection('c').countDocuments({ name: 'shop' })).toBe(1);
  });

  it('is recorded as a script of the shell', async () => {
    const recording = await record('s.js', 'db.t.find({}).toArray();\ndb.t.insertOne({ a: 1 });\ndb.t.createIndex({ a: 1 });', {
      framework: 'mongosh',
    });
    expect(recording.outcome).toMatchObject({ result: 'success' });
    expect(texts(recording)).toEqual(['db.t.find', 'db.t.insertOne', 'db.t.createIndex']);
  });

  it('shows a write that nobody awaits where it comes, and it is done in every run', async () => {
    const recording = await record(
      '1.js',
      `module.exports = { async up(db) {
        const t = db.collection('t');
        await t.insertOne({ a: 1 });
        t.find({}).toArray().then((all) => t.updateMany({}, { $set: { n: all.length } }));
      } };`,
    );
    expect(recording.outcome).toMatchObject({ result: 'success' });
    const all = texts(recording);
    expect(all.slice(0, 2)).toEqual(['db.changelog.find', 'db.t.insertOne']);
    expect([...all].sort()).toEqual(['db.changelog.find', 'db.changelog.insertOne', 'db.t.find', 'db.t.insertOne', 'db.t.updateMany']);
    expect(await client.db('cell').collection('t').countDocuments({ n: 1 })).toBe(1);
  });

  it.each([
    [
      'throws',
      `module.exports = { async up(db) { await db.collection('t').insertOne({}); throw new Error('no way'); } };`,
      /^ERROR: Could not migrate up 1\.js: no way/,
    ],
    [
      'ends the process',
      `module.exports = { async up(db) { await db.collection('t').insertOne({}); process.exit(0); } };`,
      /the process ended before the migration had/,
    ],
    ['is refused by the server', `module.exports = { up: (db) => db.collection('t').insertMany([{ _id: 1 }, { _id: 1 }]) };`, /E11000/],
  ])('that %s is no success', async (_, text, message) => {
    const { outcome } = await record('1.js', text);
    expect(outcome).toMatchObject({ result: expect.stringMatching(/error|refused/), error: { message: expect.stringMatching(message) } });
    expect(await client.db('cell').collection('changelog').countDocuments()).toBe(0);
  });

  it('that never ends is ended, in clear words, though its driver goes on looking after the connection', async () => {
    const carrier = mongodbCommands.carrier({
      command: command(
        '1.js',
        `module.exports = { async up(db) { await db.collection('t').insertOne({}); await new Promise(() => undefined); } };`,
      ),
      known: [],
      undisturbedMs: 100,
      migration: { up: { statements: [] } } as unknown as Migration,
      protocol: { steps: () => [] } as unknown as RunProtocol,
    });
    const execution = carrier.start({ address: sandbox.address('cell'), signal });
    try {
      const outcome = await execution.outcome;
      expect(outcome).toMatchObject({
        error: {
          message: expect.stringMatching(/^the command was still running 15 s after it had last asked the server anything, and was ended$/),
        },
      });
    } finally {
      await execution.close();
    }
    expect(await client.db('cell').collection('t').countDocuments()).toBe(1);
  });
});
