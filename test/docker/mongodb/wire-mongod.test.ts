import { type Document, MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/engines/carrier';
import { sessionNumber } from '../../../src/engines/mongodb/session-number';
import type { FaultName, Point } from '../../../src/model/fault';
import type { DatabaseAddress } from '../../../src/model/sandbox';
import { realMongod } from './servers';
import { type Course, start, strike } from './wire-laboratory';

interface Numbered {
  readonly _id: number;
  readonly v?: number;
}

const during = (statement: number): Point => ({ kind: 'during', statement });
const six = [0, 1, 2, 3, 4, 5].map((_id): Numbered => ({ _id }));

/** What the stand-in of continuous integration can't show. The server's only member steps down here. */
describe.skipIf(realMongod === undefined)('faults on a real mongod', () => {
  const executions: Execution[] = [];
  const clients: MongoClient[] = [];
  const databases: string[] = [];
  afterEach(async () => {
    for (const execution of executions.splice(0)) await execution.close();
    const cleaner = await client();
    for (const name of databases.splice(0)) await cleaner.db(name).dropDatabase();
    for (const each of clients.splice(0)) await each.close(true);
  });

  async function client(): Promise<MongoClient> {
    const connected = await new MongoClient(realMongod ?? '', { directConnection: true }).connect();
    clients.push(connected);
    return connected;
  }

  async function fresh(): Promise<DatabaseAddress> {
    const { hostname: host, port } = new URL((realMongod ?? '').replace(/^mongodb:/, 'http:'));
    const database = `faultline_test_wire_${process.pid}_${databases.length}_${Date.now()}`;
    databases.push(database);
    await (await client()).db(database).collection<Numbered>('a').insertMany(six);
    return { host, port: Number(port) || 27017, user: '', password: '', database };
  }

  async function stateOf({ database }: DatabaseAddress): Promise<string> {
    const db = (await client()).db(database);
    const values = (
      await db
        .collection('a')
        .find({}, { sort: { _id: 1 } })
        .toArray()
    )
      .map(({ v }) => v ?? '-')
      .join('');
    const inserted = (
      await db
        .collection('b')
        .find({}, { sort: { _id: 1 } })
        .toArray()
    )
      .map(({ _id }) => _id)
      .join('');
    return `${values} [${inserted}]`;
  }

  async function struck(course: Course, fault: FaultName, point: Point) {
    const address = await fresh();
    const done = await strike(course, address, fault, point);
    executions.push(done.execution);
    return { ...done, address };
  }

  const plain: Course = {
    steps: ['statement', 'statement'],
    async work(connected) {
      const db = connected.db('shop');
      await db.collection('a').updateMany({}, { $set: { v: 1 } });
      await db.collection<Numbered>('b').insertMany(six);
    },
  };

  const wrapped: Course = {
    steps: ['statement', 'statement', 'commit'],
    async work(connected) {
      const session = connected.startSession();
      session.startTransaction();
      await connected
        .db('shop')
        .collection('a')
        .updateMany({}, { $set: { v: 1 } }, { session });
      await connected.db('shop').collection<Document>('c').insertOne({}, { session });
      await session.commitTransaction();
      await session.endSession();
    },
  };

  it('an insertion in two halves is known again, document by document, when the driver repeats it', async () => {
    const { outcome, address } = await struck(plain, 'lost-ack', during(2));
    expect(outcome).toMatchObject({ result: 'success' });
    expect(await stateOf(address)).toBe('111111 [012345]');
  });

  it.each<[FaultName, string, string]>([
    ['kill-session', '11601', '111--- []'],
    ['statement-timeout', '50', '111--- []'],
    ['lock-timeout', '50', '111--- []'],
  ])('%s inside of an update of many: %s', async (fault, code, expected) => {
    const { outcome, address } = await struck(plain, fault, during(1));
    expect(outcome).toMatchObject({ result: 'error', error: { code } });
    expect(await stateOf(address)).toBe(expected);
  });

  it.each<[FaultName, Point, string]>([
    ['error', { kind: 'before', statement: 2 }, '2'],
    ['statement-timeout', during(1), '50'],
    ['lock-timeout', during(1), '112'],
  ])('%s in a transaction aborts it: %s', async (fault, point, code) => {
    const { outcome, address } = await struck(wrapped, fault, point);
    expect(outcome).toMatchObject({ result: 'error', error: { code } });
    expect(await stateOf(address)).toBe('------ []');
  });

  it('a transaction of a client that is gone stays open, and is ended with the execution', async () => {
    const { outcome, execution } = await struck(wrapped, 'disconnect', { kind: 'after', statement: 1 });
    const admin = (await client()).db('admin');
    const open = async () => {
      const found = await admin
        .aggregate([
          { $currentOp: { allUsers: true, idleSessions: true } },
          { $match: { type: 'idleSession', 'transaction.parameters': { $exists: true } } },
        ])
        .toArray();
      return found
        .map(({ lsid }) => sessionNumber(lsid.id))
        .filter((number) => number !== undefined && outcome.serverProcessIds.includes(number));
    };
    expect(await open()).toHaveLength(1);
    await execution.close();
    await expect.poll(open).toEqual([]);
  });

  it('a primary that steps down inside of an update of many leaves the half of it', async () => {
    const { outcome, address } = await struck(plain, 'step-down', during(1));
    expect(outcome.result).not.toBe('success');
    await expect
      .poll(async () => (await (await client()).db('admin').command({ hello: 1 })).isWritablePrimary, { timeout: 60_000 })
      .toBe(true);
    expect(await stateOf(address)).toBe('111--- []');
  });

  it('a retryable write goes on when there is a primary again', async () => {
    const { outcome, address } = await struck({ ...plain, options: { serverSelectionTimeoutMS: 60_000 } }, 'step-down', {
      kind: 'before',
      statement: 2,
    });
    expect(outcome).toMatchObject({ result: 'success' });
    expect(await stateOf(address)).toBe('111111 [012345]');
  });

  it('monitors stream through the proxy', async () => {
    const address = await fresh();
    const execution = start(
      {
        steps: ['statement'],
        work: async (connected) =>
          void (await connected
            .db('shop')
            .collection('a')
            .updateMany({}, { $set: { v: 1 } })),
        options: { serverMonitoringMode: 'stream', heartbeatFrequencyMS: 500 },
      },
      address,
    );
    executions.push(execution);
    expect(await execution.outcome).toMatchObject({ result: 'success' });
  });
});
