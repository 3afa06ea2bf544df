import { type Document, MongoClient, type Sort } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/engines/carrier';
import { ImpossibleHere } from '../../../src/engines/impossible';
import { sessionNumber } from '../../../src/engines/mongodb/session-number';
import type { FaultName, Point } from '../../../src/model/fault';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { startMongo } from './servers';
import { type Course, start, strike } from './wire-laboratory';

interface Numbered {
  readonly _id: number;
  readonly v?: number;
}

const at = (kind: 'before' | 'after' | 'during', statement: number): Point => ({ kind, statement });
const commit = (statement: number): Point => ({ kind: 'commit', statement });
const unrecorded: Point = { kind: 'unrecorded' };

describe.skipIf(requireOrSkip('docker', await dockerMissing()))('faults on MongoDB (mongo:8, which may be a stand-in)', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startMongo();
  });
  afterAll(() => sandbox?.dispose());

  const executions: Execution[] = [];
  const clients: MongoClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close(true);
    for (const execution of executions.splice(0)) await execution.close();
  });

  let databases = 0;

  function direct(address: DatabaseAddress): MongoClient {
    const client = new MongoClient(`mongodb://${address.host}:${address.port}/?directConnection=true`);
    clients.push(client);
    return client;
  }

  /** Six documents: { _id: 0 } to { _id: 5 }. */
  async function fresh(): Promise<DatabaseAddress> {
    databases += 1;
    const name = `faults_${databases}`;
    await sandbox.createDatabase(name);
    const address = sandbox.address(name);
    const client = direct(address);
    await client
      .db(name)
      .collection<Numbered>('a')
      .insertMany([0, 1, 2, 3, 4, 5].map((_id) => ({ _id })));
    return address;
  }

  async function documents(address: DatabaseAddress, collection: string, sort: Sort = { _id: 1 }): Promise<readonly Document[]> {
    return direct(address).db(address.database).collection(collection).find({}, { sort }).toArray();
  }

  /** `v` of each document of a, `b` and the changelog. */
  async function stateOf(address: DatabaseAddress): Promise<string> {
    const values = (await documents(address, 'a')).map(({ v }) => v ?? '-').join('');
    const inserted = (await documents(address, 'b')).map(({ _id }) => _id).join('');
    const log = (await documents(address, 'changelog')).length > 0 ? ' recorded' : '';
    return `${values} [${inserted}]${log}`;
  }

  async function struck(course: Course, fault: FaultName, point: Point) {
    const address = await fresh();
    const done = await strike(course, address, fault, point, () => sandbox.crash());
    executions.push(done.execution);
    return { ...done, address: sandbox.address(address.database) };
  }

  /** Three commands and the changelog: one that fills in six documents, one that inserts six, one that changes a single one. */
  const plain: Course = {
    steps: ['statement', 'statement', 'statement', 'record'],
    async work(client) {
      const db = client.db('shop');
      await db.collection('a').updateMany({ v: { $exists: false } }, { $set: { v: 1 } });
      await db.collection<Numbered>('b').insertMany([0, 1, 2, 3, 4, 5].map((_id) => ({ _id })));
      await db.collection<Numbered>('a').updateOne({ _id: 0 }, { $set: { v: 2 } });
      await db.collection('changelog').insertOne({ file: 'x' });
    },
  };

  /** The same in a transaction, whose first command begins it. */
  const wrapped: Course = {
    steps: ['statement', 'statement', 'commit', 'record'],
    async work(client) {
      const db = client.db('shop');
      const session = client.startSession();
      try {
        session.startTransaction();
        await db.collection('a').updateMany({ v: { $exists: false } }, { $set: { v: 1 } }, { session });
        await db.collection<Numbered>('b').insertMany(
          [0, 1, 2, 3, 4, 5].map((_id) => ({ _id })),
          { session },
        );
        await session.commitTransaction();
      } catch (error) {
        if (session.inTransaction()) await session.abortTransaction();
        throw error;
      } finally {
        await session.endSession();
      }
      await db.collection('changelog').insertOne({ file: 'x' });
    },
  };

  it.each([
    ['plain', plain, '211111 [012345] recorded'],
    ['wrapped', wrapped, '111111 [012345] recorded'],
  ] as const)('%s runs to its end', async (_, course, expected) => {
    const address = await fresh();
    const execution = start(course, address);
    executions.push(execution);
    const outcome = await execution.outcome;
    expect(outcome).toMatchObject({ result: 'success' });
    expect(outcome.statements.map(({ index, rows }) => [index, rows])).toEqual(
      course === plain
        ? [
            [1, 6],
            [2, 6],
            [3, 1],
          ]
        : [
            [1, 6],
            [2, 6],
          ],
    );
    expect(await stateOf(address)).toBe(expected);
  });

  describe('error: the server refuses', () => {
    it.each<[string, Course, Point, string]>([
      ['plain', plain, at('before', 1), '------ []'],
      ['plain', plain, at('before', 2), '111111 []'],
      ['plain', plain, at('before', 3), '111111 [012345]'],
      ['plain', plain, unrecorded, '211111 [012345]'],
      ['wrapped', wrapped, at('before', 1), '------ []'],
      ['wrapped', wrapped, at('before', 2), '------ []'],
      ['wrapped', wrapped, commit(2), '------ []'],
      ['wrapped', wrapped, unrecorded, '111111 [012345]'],
    ])('%s (%#)', async (_, course, point, expected) => {
      const { outcome, address } = await struck(course, 'error', point);
      expect(outcome).toMatchObject({ result: 'error', error: { code: '2' } });
      expect(await stateOf(address)).toBe(expected);
    });
  });

  describe('disconnect and crash between commands', () => {
    it.each<[FaultName, string, Course, Point, string]>([
      ['disconnect', 'plain', plain, at('before', 2), '111111 []'],
      ['disconnect', 'plain', plain, at('after', 2), '111111 [012345]'],
      ['disconnect', 'plain', plain, unrecorded, '211111 [012345]'],
      ['disconnect', 'wrapped', wrapped, at('after', 1), '------ []'],
      ['disconnect', 'wrapped', wrapped, commit(2), '111111 [012345]'],
      ['crash', 'plain', plain, at('before', 2), '111111 []'],
      ['crash', 'plain', plain, at('after', 2), '111111 [012345]'],
      ['crash', 'wrapped', wrapped, at('after', 2), '------ []'],
      ['crash', 'wrapped', wrapped, commit(2), '111111 [012345]'],
    ])('%s, %s (%#)', async (fault, _, course, point, expected) => {
      const { outcome, address } = await struck(course, fault, point);
      expect(outcome).toMatchObject({ result: 'connection lost' });
      expect(await stateOf(address)).toBe(expected);
    });

    it('disconnect: a transaction of a client that is gone stays open until the execution is closed', async () => {
      const { outcome, address, execution } = await struck(wrapped, 'disconnect', at('after', 1));
      const open = async () => {
        const found = await direct(address)
          .db('admin')
          .aggregate([{ $currentOp: { idleSessions: true } }, { $match: { type: 'idleSession' } }])
          .toArray();
        return found.map(({ lsid }) => sessionNumber(lsid.id));
      };
      const [session] = await open();
      expect(outcome.serverProcessIds).toContain(session);
      await execution.close();
      await expect.poll(open).toEqual([]);
    });
  });

  describe('lost-ack: the driver sends a retryable write again, and the server knows it', () => {
    it.each<[string, Course, Point]>([
      ['behind an insertion of many', plain, at('after', 2)],
      ['inside of it', plain, at('during', 2)],
      ['behind an update of one', plain, at('after', 3)],
      ['behind a commit', wrapped, commit(2)],
    ])('%s', async (_, course, point) => {
      const { outcome, address } = await struck(course, 'lost-ack', point);
      expect(outcome).toMatchObject({ result: 'success' });
      expect(await stateOf(address)).toBe(course === plain ? '211111 [012345] recorded' : '111111 [012345] recorded');
    });

    it.each<[string, Point]>([
      ['behind an update of many', at('after', 1)],
      ['inside of it', at('during', 1)],
    ])('%s, which is not retryable, the client gives up and the server has done it', async (_, point) => {
      const { outcome, address } = await struck(plain, 'lost-ack', point);
      expect(outcome).toMatchObject({ result: 'connection lost' });
      expect(await stateOf(address)).toBe('111111 []');
    });

    it('inside of an insertion: the driver hears of all of it', async () => {
      const course: Course = {
        steps: ['statement'],
        async work(client) {
          const { insertedCount } = await client
            .db('shop')
            .collection<Numbered>('b')
            .insertMany([0, 1, 2, 3, 4].map((_id) => ({ _id })));
          if (insertedCount !== 5) throw new Error(`${insertedCount} documents were inserted`);
        },
      };
      const { outcome, address } = await struck(course, 'lost-ack', at('during', 1));
      expect(outcome).toMatchObject({ result: 'success' });
      expect(await stateOf(address)).toBe('------ [01234]');
    });

    it('without retries the client gives up', async () => {
      const { outcome, address } = await struck({ ...plain, options: { retryWrites: false } }, 'lost-ack', at('after', 2));
      expect(outcome).toMatchObject({ result: 'connection lost' });
      expect(await stateOf(address)).toBe('111111 [012345]');
    });
  });

  describe('inside of a write of many', () => {
    it.each<[FaultName, Point, string, string]>([
      ['crash', at('during', 1), '111--- []', 'has updated 3 of 6 documents of a'],
      ['crash', at('during', 2), '111111 [012]', 'has inserted 3 of 6 documents of b'],
      ['disconnect', at('during', 1), '111111 []', 'has updated 3 of 6 documents of a'],
      ['disconnect', at('during', 2), '111111 [012345]', 'has inserted 3 of 6 documents of b'],
      ['kill-session', at('during', 1), '111--- []', 'has updated 3 of 6 documents of a'],
      ['kill-session', at('during', 2), '111111 [012]', 'has inserted 3 of 6 documents of b'],
      ['statement-timeout', at('during', 1), '111--- []', 'has updated 3 of 6 documents of a'],
      ['statement-timeout', at('during', 2), '111111 [012]', 'has inserted 3 of 6 documents of b'],
      ['statement-timeout', at('during', 3), '111111 [012345]', 'has no time left for it'],
    ])('%s, %o leaves %s', async (fault, point, expected, inside) => {
      const { outcome, address, execution } = await struck(plain, fault, point);
      expect(execution.inside?.what).toBe(inside);
      expect(await stateOf(address)).toBe(expected);
      if (fault === 'kill-session') expect(outcome).toMatchObject({ result: 'error', error: { code: '11601' } });
      if (fault === 'statement-timeout') expect(outcome).toMatchObject({ result: 'error', error: { code: '50' } });
    });

    it.each<[FaultName, string]>([
      ['crash', 'connection lost'],
      ['disconnect', 'connection lost'],
      ['kill-session', 'error'],
      ['statement-timeout', 'error'],
      ['lock-timeout', 'error'],
    ])('%s in a transaction leaves nothing of it', async (fault, result) => {
      for (const statement of fault === 'lock-timeout' ? [1] : [1, 2]) {
        const { outcome, address } = await struck(wrapped, fault, at('during', statement));
        expect(outcome.result).toBe(result);
        expect(await stateOf(address)).toBe('------ []');
        if (fault === 'lock-timeout') expect(outcome.error?.code).toBe('112');
      }
    });

    it.each([true, false])('goes on as if nothing had been, ordered: %s', async (ordered) => {
      const course: Course = {
        steps: ['statement', 'statement', 'statement'],
        async work(client) {
          const collection = client.db('shop').collection<Numbered>('a');
          const updated = await collection.bulkWrite(
            [0, 1, 2, 3].map((_id) => ({ updateOne: { filter: { _id }, update: { $set: { v: _id } } } })),
            { ordered },
          );
          expect(updated.modifiedCount).toBe(4);
          expect((await collection.deleteMany({ _id: { $gt: 1 } })).deletedCount).toBe(4);
          const inserted = await collection.insertMany(
            [7, 8, 9].map((_id) => ({ _id })),
            { ordered },
          );
          expect(inserted.insertedCount).toBe(3);
        },
      };
      for (const [statement, inside] of [
        [1, 'has done 2 of 4 writes of a'],
        [2, 'has deleted 2 of 4 documents of a'],
        [3, 'has inserted 1 of 3 documents of a'],
      ] as const) {
        const address = await fresh();
        const execution = start(course, address, { fault: 'disconnect', point: at('during', statement) });
        executions.push(execution);
        expect(await execution.held).toBe('held');
        expect(execution.inside?.what).toBe(inside);
      }
    });
  });

  it('kill-session between commands aborts a transaction and nothing else', async () => {
    const within = await struck(wrapped, 'kill-session', at('before', 2));
    expect(within.outcome).toMatchObject({ result: 'error', error: { code: '251' } });
    expect(await stateOf(within.address)).toBe('------ []');
    const without = await struck(plain, 'kill-session', at('before', 2));
    expect(without.outcome).toMatchObject({ result: 'success' });
    expect(await stateOf(without.address)).toBe('211111 [012345] recorded');
  });

  it.each<[Point, string, string]>([
    [at('during', 1), '50', '111--- []'],
    [at('during', 2), '50', '111111 [012]'],
    [at('during', 3), '50', '111111 [012345]'],
  ])('lock-timeout: %o waits for another transaction until its time is over', async (point, code, expected) => {
    const { outcome, address } = await struck(plain, 'lock-timeout', point);
    expect(outcome).toMatchObject({ result: 'error', error: { code } });
    expect(await stateOf(address)).toBe(expected);
  });

  it.each<[FaultName, string, string]>([
    ['kill-session', '11601', '11--'],
    ['statement-timeout', '50', '11--'],
    ['lock-timeout', '50', '11--'],
  ])('%s strikes in a database beside the own one, too', async (fault, code, expected) => {
    const course: Course = {
      steps: ['statement', 'statement'],
      async work(client) {
        await client
          .db('shop')
          .collection('a')
          .updateMany({}, { $set: { v: 0 } });
        await client
          .db('archive')
          .collection('a')
          .updateMany({}, { $set: { v: 1 } });
      },
    };
    const address = await fresh();
    const beside = direct(address).db(`${address.database}-archive`).collection<Numbered>('a');
    await beside.insertMany([0, 1, 2, 3].map((_id) => ({ _id })));
    const { execution, outcome } = await strike(course, address, fault, at('during', 2));
    executions.push(execution);
    expect(outcome).toMatchObject({ result: 'error', error: { code } });
    const left = await beside.find({}, { sort: { _id: 1 } }).toArray();
    expect(left.map(({ v }) => v ?? '-').join('')).toBe(expected);
    await beside.drop();
  });

  it('lock-timeout is impossible where the transaction itself has written what comes next', async () => {
    const course: Course = {
      steps: ['statement', 'statement'],
      async work(client) {
        const session = client.startSession();
        session.startTransaction();
        await client
          .db('shop')
          .collection('a')
          .updateMany({}, { $set: { v: 1 } }, { session });
        await client
          .db('shop')
          .collection('a')
          .updateMany({}, { $set: { v: 2 } }, { session });
      },
    };
    const execution = start(course, await fresh(), { fault: 'lock-timeout', point: at('during', 2) });
    executions.push(execution);
    await expect(execution.outcome).rejects.toBeInstanceOf(ImpossibleHere);
  });

  it('withTransaction tries again when another transaction was in its way', async () => {
    const course: Course = {
      steps: ['statement', 'commit'],
      async work(client) {
        await client.withSession((session) =>
          session.withTransaction(async () => {
            await client
              .db('shop')
              .collection('a')
              .updateMany({}, { $set: { v: 3 } }, { session });
          }),
        );
      },
    };
    const { outcome, address } = await struck(course, 'lock-timeout', at('during', 1));
    expect(outcome).toMatchObject({ result: 'success' });
    expect(await stateOf(address)).toBe('333333 []');
  });

  it.each<[string, FaultName, Course['work'], RegExp]>([
    ['one document', 'crash', async (client) => void (await client.db('shop').collection('a').insertOne({})), /one document/],
    [
      'no document',
      'crash',
      async (client) =>
        void (await client
          .db('shop')
          .collection('a')
          .updateMany({ x: 1 }, { $set: { v: 1 } })),
      /no document/,
    ],
    ['an index', 'disconnect', async (client) => void (await client.db('shop').collection('a').createIndex({ v: 1 })), /index build/],
    [
      '$merge',
      'statement-timeout',
      async (client) =>
        void (await client
          .db('shop')
          .collection('a')
          .aggregate([{ $merge: 'b' }])
          .toArray()),
      /\$merge/,
    ],
    ['a new collection', 'lock-timeout', async (client) => void (await client.db('shop').collection('c').insertOne({})), /not there yet/],
    [
      'a step-down of a server that has none',
      'step-down',
      async (client) =>
        void (await client
          .db('shop')
          .collection('a')
          .updateMany({}, { $set: { v: 1 } })),
      /step down/,
    ],
  ])('is impossible with %s', async (_, fault, work, why) => {
    const execution = start({ steps: ['statement'], work }, await fresh(), { fault, point: at('during', 1) });
    executions.push(execution);
    const failed = await execution.held
      .then(async (held) => {
        if (held === 'held') await execution.strike();
        return execution.outcome;
      })
      .catch((error: Error) => error);
    expect(failed).toBeInstanceOf(ImpossibleHere);
    expect((failed as ImpossibleHere).message).toMatch(why);
  });
});
