import { Int32, Long, type MongoClient, ObjectId } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askAll } from '../../../src/engines/mongodb/ask';
import { executeSteps } from '../../../src/engines/mongodb/steps';
import type { Sandbox } from '../../../src/model/sandbox';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, startMongo } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());

describe.skipIf(skip)('mongosh texts on mongo:8 (in CI a stand-in, not mongod)', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
  });
  afterEach(() => sandbox.dropDatabases(['steps']));
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });

  const run = (...texts: readonly string[]) => executeSteps(sandbox.address('steps'), texts, new AbortController().signal);
  const ask = (...texts: readonly string[]) => askAll(sandbox.address('steps'), texts);
  const documents = (name: string) => client.db('steps').collection(name).find().sort({ _id: 1 }).toArray();

  it('are carried out in order, with the types that they name', async () => {
    expect(
      await run(
        '// only a comment',
        'db.createCollection("users", { validator: { a: { $exists: true } } });',
        'db.users.insertMany([{ _id: 1, a: NumberLong("5") }, { _id: ObjectId("65f000000000000000000001"), a: ISODate("2024-01-02T00:00:00Z") }]);',
        'db.users.updateMany({ _id: 1 }, [{ $set: { b: "$a" } }]); db.users.createIndex({ a: 1 }, { unique: true });',
        'db.adminCommand({ renameCollection: "steps.users", to: "steps.people" }); db.runCommand({ collMod: "people", validator: {} });',
        'db.people.aggregate([{ $project: { a: 1 } }, { $out: "copy" }]);',
      ),
    ).toEqual({ ok: true });
    const stored = await client.db('steps').collection('people').find({}, { promoteValues: false }).toArray();
    expect(stored).toEqual(
      expect.arrayContaining([
        { _id: new Int32(1), a: Long.fromNumber(5), b: Long.fromNumber(5) },
        { _id: new ObjectId('65f000000000000000000001'), a: new Date('2024-01-02T00:00:00Z') },
      ]),
    );
    expect(await documents('copy')).toHaveLength(2);
    expect((await client.db('steps').collection('people').indexes()).map(({ name }) => name)).toContain('a_1');
  });

  it('share a session: a transaction of one text is kept or left as a whole', async () => {
    await run('db.t.insertOne({ _id: 1 });');
    const kept =
      'session.startTransaction(); db.t.insertOne({ _id: 2 }, { session }); db.t.insertOne({ _id: 3 }, { session }); session.commitTransaction();';
    expect(await run(kept)).toEqual({ ok: true });
    expect(await documents('t')).toHaveLength(3);
    const failing =
      'session.startTransaction(); db.t.insertOne({ _id: 4 }, { session }); db.t.insertOne({ _id: 1 }, { session }); session.commitTransaction();';
    expect(await run('db.t.insertOne({ _id: 5 });', failing)).toMatchObject({ ok: false, step: 1, error: { code: '11000' } });
    expect((await documents('t')).map(({ _id }) => _id as unknown)).toEqual([1, 2, 3, 5]);
  });

  it('end at the first that the server refuses, with its number, inside of a bulk as well', async () => {
    expect(await run('db.t.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]);', 'db.u.insertOne({ _id: 1 });')).toMatchObject({
      ok: false,
      step: 0,
      error: { code: '11000' },
    });
    expect([await documents('t'), await documents('u')]).toEqual([[{ _id: 1 }], []]);
    expect(await run('db.runCommand({ noSuchCommand: 1 });')).toMatchObject({ ok: false, error: { code: '59' } });
  });

  it('are never run as code', async () => {
    for (const text of ['for (const a of [1]) db.t.insertOne({ a });', 'process.exit(3);', 'db.t.insertOne({ a: process.pid });']) {
      expect(await run(text)).toMatchObject({ ok: false, step: 0, error: { message: expect.stringMatching(/./) } });
    }
    expect(await documents('t')).toEqual([]);
  });

  it('that name another database reach the one beside the own', async () => {
    expect(await run('db.getSiblingDB("audit").log.insertOne({ _id: 1 });')).toEqual({ ok: true });
    expect(await client.db('steps-audit').collection('log').countDocuments()).toBe(1);
    expect(await ask('db.getSiblingDB("audit").log.countDocuments({})')).toEqual([[{ value: 1 }]]);
  });

  it('are left when they are cancelled', async () => {
    const cancelled = AbortSignal.abort();
    await expect(executeSteps(sandbox.address('steps'), ['db.t.insertOne({ _id: 1 });'], cancelled)).rejects.toThrow();
    expect(await documents('t')).toEqual([]);
  });

  it('that ask are answered by rows whose types can be told, and by nothing when they are refused or would write', async () => {
    await client
      .db('steps')
      .collection<{ _id: number }>('t')
      .insertMany([{ _id: 1, a: 5 }, { _id: 2, a: Long.fromNumber(5) }, { _id: 3 }] as never);
    expect(
      await ask(
        'db.t.countDocuments({ a: 5 })',
        'db.t.countDocuments({ a: 6 });',
        'db.t.estimatedDocumentCount()',
        'db.t.find({ a: { $exists: true } }, { _id: 0 }).sort({ _id: 1 }).limit(2).toArray()',
        'db.t.find({}).sort({ _id: -1 }).toArray().length',
        'db.t.aggregate([{ $group: { _id: null, n: { $sum: 1 } } }])',
        'db.t.getIndexes().length',
        'db.getCollectionInfos({ name: "none" }).length',
        'db.runCommand({ count: "t", query: { a: 5 } }).n',
        'db.adminCommand({ currentOp: 1, appName: "nobody" }).inprog.length',
        'db.t.distinct("a")',
      ),
    ).toEqual([
      [{ value: 2 }],
      [{ value: 0 }],
      [{ value: 3 }],
      [{ a: { $numberInt: '5' } }, { a: { $numberLong: '5' } }],
      [{ value: 3 }],
      [{ _id: null, n: { $numberInt: '3' } }],
      [{ value: 1 }],
      [{ value: 0 }],
      [{ value: 2 }],
      [{ value: 0 }],
      [{ value: 5 }],
    ]);
    expect(
      await ask(
        'db.t.deleteMany({})',
        'db.t.drop()',
        'db.t.aggregate([{ $out: "u" }])',
        'db.runCommand({ delete: "t", deletes: [{ q: {}, limit: 0 }] })',
        'db.runCommand({ aggregate: "t", pipeline: [{ $merge: { into: "u" } }], cursor: {} })',
        'db.runCommand({ explain: { delete: "t", deletes: [{ q: {}, limit: 0 }] } })',
        'db.t.find({ $nonsense: 1 })',
        'db.t.find({}); db.t.drop()',
        'not mongosh at all',
        '',
      ).then((answers) => answers.filter((answer) => answer !== undefined).length),
    ).toBeLessThanOrEqual(1);
    expect([await client.db('steps').collection('t').countDocuments(), await documents('u')]).toEqual([3, []]);
  });

  it('that ask for much get all of it', async () => {
    await client
      .db('steps')
      .collection('many')
      .insertMany(Array.from({ length: 1500 }, (_, n) => ({ n })));
    expect(await ask('db.many.find({}).toArray().length')).toEqual([[{ value: 1500 }]]);
  });
});
