import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../../src/engines/command/carrier';
import type { KnownRequest } from '../../../src/engines/command/recording';
import { mongodbCommands } from '../../../src/engines/mongodb/command/tools';
import type { FaultName, Point } from '../../../src/model/fault';
import type { Migration } from '../../../src/model/migration';
import type { RunProtocol, RunStep } from '../../../src/model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { readStatements } from '../../../src/parse/read';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { startMongo } from './servers';

/** A tool with a database's name of its own, values that differ from run to run, a pool of connections and a transaction. */
const tool = `
const { MongoClient, ObjectId } = require('mongodb');
(async () => {
  const client = await new MongoClient(process.env.MONGODB_URL).connect();
  const db = client.db('shop');
  try {
    await db.collection('a').find({ v: 1 }).toArray();
    await db.collection('a').updateMany({}, { $set: { at: new Date(), n: Math.random() } });
    await Promise.all([1, 2, 3].map((key) => db.collection('b').insertOne({ key, id: new ObjectId() })));
    await client.withSession((session) => session.withTransaction(async () => {
      await db.collection('a').updateMany({}, { $set: { v: 1 } }, { session });
      await db.collection('c').insertMany([{ x: 1 }, { x: 2 }], { session });
    }));
    await db.collection('c').rename('d');
    await db.collection('changelog').insertOne({ file: 'one.js', appliedAt: new Date() });
  } finally {
    await client.close();
  }
})().catch((error) => { console.error(error); process.exit(1); });
`;

describe.skipIf(requireOrSkip('docker', await dockerMissing()))('a command on MongoDB (mongo:8, which may be a stand-in)', () => {
  let sandbox: Sandbox;
  let folder: string;
  let databases = 0;
  beforeAll(async () => {
    sandbox = await startMongo();
    folder = await mkdtemp(join(tmpdir(), 'faultline-mongodb-command-'));
    await writeFile(join(folder, 'tool.cjs'), tool);
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await sandbox?.dispose();
  });

  const { signal } = new AbortController();

  async function fresh(): Promise<DatabaseAddress> {
    databases += 1;
    const name = `command_${databases}`;
    await sandbox.createDatabase(name);
    const address = sandbox.address(name);
    await inDatabase(address, (client) => client.db(name).collection('a').insertMany([{}, {}, {}, {}]));
    return address;
  }

  async function inDatabase<T>(address: DatabaseAddress, work: (client: MongoClient) => Promise<T>): Promise<T> {
    const client = new MongoClient(`mongodb://${address.host}:${address.port}/?directConnection=true`);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  function documents(address: DatabaseAddress, collection: string): Promise<readonly Document[]> {
    return inDatabase(address, (client) => client.db(address.database).collection(collection).find().toArray());
  }

  const command = () => ({ text: 'node tool.cjs', directory: folder });
  let recorded: Promise<Recording> | undefined;
  const recording = () => {
    recorded ??= fresh().then((address) => mongodbCommands.record(command(), address, signal));
    return recorded;
  };

  it('is recorded as texts of the shell, in the transaction that it had', async () => {
    const { outcome, requests } = await recording();
    expect(outcome).toMatchObject({ result: 'success' });
    expect(
      requests.map(({ texts, inTransaction, answer }) => [
        texts[0]?.replace(/\s+/g, ' ').slice(0, 20),
        inTransaction,
        answer?.tags[0],
        answer?.status,
      ]),
    ).toEqual([
      ['db.a.find({ v: 1 });', false, 'FIND', 'I'],
      ['db.a.updateMany({}, ', false, 'UPDATE', 'I'],
      ['db.b.insertOne({ key', false, 'INSERT', 'I'],
      ['db.b.insertOne({ key', false, 'INSERT', 'I'],
      ['db.b.insertOne({ key', false, 'INSERT', 'I'],
      ['db.a.updateMany({}, ', true, 'UPDATE', 'T'],
      ['db.c.insertMany( [ {', true, 'INSERT', 'T'],
      ['session.commitTransa', true, 'COMMIT', 'I'],
      ['db.c.renameCollectio', false, 'RENAMECOLLECTION', 'I'],
      ['db.changelog.insertO', false, 'INSERT', 'I'],
    ]);
    const inOne = requests.filter(({ inTransaction }) => inTransaction).map(({ connection }) => connection);
    expect(new Set(inOne).size).toBe(1);
    expect(requests.some(({ texts }) => /shop|command_1/.test(texts[0] ?? ''))).toBe(false);
  });

  /** The recorded requests as steps: reads are none, the changelog is the record. */
  async function carrier() {
    const { requests, durationMs } = await recording();
    const known: KnownRequest[] = [];
    const steps: RunStep[] = [];
    const texts: string[] = [];
    for (const request of requests) {
      const [text = ''] = request.texts;
      if (text.includes('.find(')) {
        known.push({ ...request, isStatement: false });
        continue;
      }
      const isStatement = !/commitTransaction|changelog/.test(text);
      if (isStatement) texts.push(text);
      const kind = text.includes('commit') ? 'commit' : 'record';
      steps.push(isStatement ? { kind: 'statements', statements: [texts.length], text } : { kind, text });
      known.push({ ...request, isStatement, step: steps.length });
    }
    const all = texts.join('\n');
    const span = { start: 0, end: all.length };
    const engine = { name: 'mongodb', major: 8 } as const;
    const migration: Migration = {
      id: '1',
      title: 'tool',
      framework: 'command',
      engine,
      up: {
        direction: 'up',
        path: '',
        span,
        statements: readStatements(all, span, { engine }),
        execution: { requests: 'per-statement', wrapped: false, because: 'recorded' },
      },
    };
    const protocol: RunProtocol = {
      bookkeepingTables: ['changelog'],
      setup: [],
      steps: () => steps,
      onError: () => [],
      markApplied: () => [],
      markNotApplied: () => [],
      recorded: () => 'absent',
    };
    expect(migration.up.statements).toHaveLength(7);
    return mongodbCommands.carrier({ command: command(), known, undisturbedMs: durationMs, migration, protocol });
  }

  it.each<[FaultName, Point, string, string | undefined, string]>([
    ['disconnect', { kind: 'before', statement: 3 }, 'error', '', 'b1 changed'],
    ['error', { kind: 'before', statement: 6 }, 'error', '2', 'b3 changed'],
    ['kill-session', { kind: 'before', statement: 6 }, 'success', undefined, 'b3 changed v d2 recorded'],
    ['error', { kind: 'commit', statement: 6 }, 'error', '2', 'b3 changed'],
    ['lost-ack', { kind: 'commit', statement: 6 }, 'success', undefined, 'b3 changed v d2 recorded'],
    ['statement-timeout', { kind: 'during', statement: 1 }, 'error', '50', 'b0 half'],
    ['lock-timeout', { kind: 'during', statement: 1 }, 'error', '50', 'b0 half'],
    ['disconnect', { kind: 'unrecorded' }, 'error', '', 'b3 changed v d2'],
  ])('%s at %o: %s', async (fault, point, result, code, expected) => {
    const address = await fresh();
    const execution = (await carrier()).start({ address, fault, point, signal });
    try {
      expect(await execution.held).toBe('held');
      await execution.strike();
      const outcome = await execution.outcome;
      expect(outcome.result).toBe(result);
      expect(outcome.error?.code).toBe(code);
      const [a, b, d, log] = await Promise.all(['a', 'b', 'd', 'changelog'].map((name) => documents(address, name)));
      const at = a?.filter((each) => each.at !== undefined).length ?? 0;
      const told = [
        fault === 'disconnect' && point.kind === 'before' ? `b${Math.min(b?.length ?? 0, 1)}` : `b${b?.length}`,
        ...(at === 4 ? ['changed'] : at > 0 ? ['half'] : []),
        ...(a?.every(({ v }) => v === 1) ? ['v'] : []),
        ...(d?.length ? [`d${d.length}`] : []),
        ...(log?.length ? ['recorded'] : []),
      ];
      expect(told.join(' ')).toBe(expected);
    } finally {
      await execution.close();
    }
  });
});
