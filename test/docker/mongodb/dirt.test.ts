import { MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDirt } from '../../../src/engines/mongodb/dirt/make';
import { generateRows } from '../../../src/engines/mongodb/generate-rows/generate-rows';
import { captureState } from '../../../src/engines/mongodb/snapshot/snapshot';
import { executeSteps } from '../../../src/engines/mongodb/steps';
import { deriveDirt } from '../../../src/faults/dirt/derive';
import { freshColumns } from '../../../src/faults/dirt/fresh';
import type { Sandbox } from '../../../src/model/sandbox';
import { readText } from '../../../src/parse/read';
import { replaySteps } from '../../../src/schema/virtual-schema';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { clientOf, realMongod, startMongo } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const engine = { name: 'mongodb', major: 8 } as const;

describe.skipIf(skip)('documents that break a statement, on the mongo:8 stand-in', () => {
  let sandbox: Sandbox;
  let client: MongoClient;
  let databases = 0;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    sandbox = await startMongo();
    client = await clientOf(sandbox);
  });
  afterAll(async () => {
    await client?.close();
    await sandbox?.dispose();
  });

  /** Tries the candidates for the last statement as a simulation does; what broke it, or all that was tried. */
  async function dirtFor(text: string, setUp = '') {
    const database = `dirt${++databases}`;
    const address = sandbox.address(database);
    if (setUp !== '') expect(await executeSteps(address, [setUp], signal)).toEqual({ ok: true });
    const statements = readText(text, engine);
    expect(statements.filter(({ unreadable }) => unreadable !== undefined)).toEqual([]);
    await generateRows(address, { rows: 6, seed: 3, excludeTables: [], meant: statements });
    const { catalog: before } = await captureState(address, { bookkeepingTables: [], volatile: {} });
    const statement = statements.at(-1);
    const earlier = statements.slice(0, -1);
    const current = replaySteps(before, earlier, engine).at(-1);
    if (statement === undefined || current === undefined) throw new Error('There is no statement.');
    const { candidates, otherwise } = deriveDirt({ engine: 'mongodb', statement, earlier, before, current, bookkeeping: [] });
    const tried: string[] = [];
    for (const dirt of candidates) {
      const copy = `dirt${++databases}`;
      await sandbox.cloneDatabase(database, copy);
      const source = { seed: 3, fresh: (table: string) => freshColumns(table, before, undefined) };
      const made = await makeDirt(sandbox.address(copy), dirt, source);
      if ('why' in made) {
        tried.push(`${dirt.description}: ${made.why}`);
        continue;
      }
      expect(made.text).toMatch(/^db\..*insertMany\(.*\);$/s);
      expect(readText(made.text, engine)[0]?.unreadable).toBeUndefined();
      const run = await executeSteps(sandbox.address(copy), [text], signal);
      const code = run.ok ? undefined : run.error.code;
      if (code !== undefined && dirt.errors.includes(code)) return { broken: made.description, code, rows: made.rows };
      tried.push(`${dirt.description}: ${run.ok ? 'taken' : `${run.error.code} ${run.error.message}`}`);
    }
    return { tried, otherwise };
  }

  it.each([
    ['a unique index', 'db.users.createIndex({ email: 1 }, { unique: true });', 'two documents of users with the same email', '11000'],
    [
      'a unique index over several fields',
      'db.users.createIndex({ tenant: 1, slug: 1 }, { unique: true });',
      'two documents of users with the same tenant, slug',
      '11000',
    ],
    [
      'a unique index on what is calculated before',
      'db.users.updateMany({}, [{ $set: { lower: { $toLower: "$email" } } }]); db.users.createIndex({ lower: 1 }, { unique: true });',
      'two documents of users with the same lower',
      '11000',
    ],
    [
      'a partial unique index',
      'db.users.createIndex({ email: 1 }, { unique: true, partialFilterExpression: { active: true } });',
      'two documents of users with the same email',
      '11000',
    ],
    ['$inc', 'db.users.updateMany({ visits: { $gte: 0 } }, { $inc: { visits: 1 } });', undefined, undefined],
    [
      '$inc of what has no condition',
      'db.users.updateMany({}, { $inc: { visits: 1 } });',
      'a document of users whose visits is a text',
      '14',
    ],
    ['$push', 'db.users.updateMany({}, { $push: { log: 1 } });', 'a document of users whose log is a text and no array', '2'],
    [
      'a path below a text',
      'db.users.updateMany({}, { $set: { "meta.seen": true } });',
      'a document of users whose meta is a text and no document',
      '28',
    ],
    [
      'a conversion',
      'db.users.updateMany({ age: { $type: "string" } }, [{ $set: { age: { $toInt: "$age" } } }]);',
      'a document of users whose age is a text that is no number',
      '241',
    ],
    [
      'a calculation',
      'db.orders.updateMany({}, [{ $set: { total: { $multiply: ["$price", "$qty"] } } }]);',
      'a document of orders whose price is a text',
      '14',
    ],
    [
      'a conversion behind a rename',
      'db.users.updateMany({}, { $rename: { years: "age" } }); db.users.updateMany({}, [{ $set: { age: { $toInt: "$age" } } }]);',
      'a document of users whose age is a text that is no number',
      '241',
    ],
    [
      'an insert',
      'db.settings.insertOne({ _id: "theme", value: 1 });',
      'a document of settings with the _id of one that is inserted',
      '11000',
    ],
    ['a rename', 'db.people.renameCollection("users");', 'a collection users that is there already', '48'],
    [
      'a unique index on a copy',
      'db.users.aggregate([{ $set: { copied: true } }, { $out: "people" }]); db.people.createIndex({ email: 1 }, { unique: true });',
      'two documents of users with the same email',
      '11000',
    ],
    [
      'a merge that calculates',
      'db.orders.aggregate([{ $set: { n: { $toInt: "$size" } } }, { $merge: { into: "sizes" } }]);',
      'a document of orders whose size is a text that is no number',
      '241',
    ],
  ])('%s', async (_, text, broken, code) => {
    const found = await dirtFor(text);
    if (broken === undefined) expect(found).toHaveProperty('tried');
    else expect(found).toEqual({ broken, code, rows: expect.any(Number) });
  });

  it('a validator that is stricter than the documents that are there', async () => {
    const validator = '{ $jsonSchema: { required: ["email"], properties: { email: { bsonType: "string" } } } }';
    expect(
      await dirtFor('db.users.updateMany({}, { $set: { seen: true } });', `db.createCollection("users", { validator: ${validator} });`),
    ).toEqual({ broken: 'a document of users without email, which the validator refuses', code: '121', rows: 1 });
    expect(
      await dirtFor(
        `db.runCommand({ collMod: "users", validator: ${validator} }); db.users.updateMany({}, { $set: { seen: true } });`,
        'db.createCollection("users");',
      ),
    ).toEqual({ broken: 'a document of users without email, which the validator refuses', code: '121', rows: 1 });
  });

  it('tries an index over two arrays, which DocumentDB takes and a mongod does not', async () => {
    expect(await dirtFor('db.users.createIndex({ a: 1, b: 1 });')).toEqual({
      tried: ['a document whose a and b are both arrays in users: taken'],
      otherwise: 'Such an index takes any documents.',
    });
  });

  it('says what nothing can break', async () => {
    expect(await dirtFor('db.users.deleteMany({ a: 1 });')).toEqual({
      tried: [],
      otherwise: 'It takes documents away, whatever is in them.',
    });
    expect(await dirtFor('db.users.createIndex({ a: 1 });')).toEqual({ tried: [], otherwise: 'Such an index takes any documents.' });
    expect(await dirtFor('db.createCollection("fresh"); db.fresh.createIndex({ a: 1 }, { unique: true });')).toEqual({
      tried: [],
      otherwise: 'The migration makes this collection itself: no document of before is in it.',
    });
  });

  it('keeps what is unique already apart', async () => {
    const setUp = 'db.users.createIndex({ email: 1 }, { unique: true });';
    expect(await dirtFor('db.users.createIndex({ nick: 1 }, { unique: true });', setUp)).toMatchObject({ code: '11000', rows: 2 });
    expect(await dirtFor('db.users.createIndex({ email: 1, nick: 1 }, { unique: true, name: "both" });', setUp)).toMatchObject({
      tried: [expect.stringContaining('both arrays')],
    });
  });

  it('is the server that refuses', async () => {
    // The premise of the tests above: codes come from the server, as the driver gives them.
    const things = client.db('premise').collection('things');
    await things.insertMany([{ a: 1 }, { a: 1 }]);
    const error: unknown = await things.createIndex({ a: 1 }, { unique: true }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MongoServerError);
    expect((error as MongoServerError).code).toBe(11000);
  });
});

describe.skipIf(realMongod === undefined)('codes of a real mongod that the stand-in does not have', () => {
  it.each([
    ['an index over two arrays', { a: [1, 2], b: [1, 2] }, { a: 1, b: 1 }, 171],
    ['a hashed index of an array', { a: [1, 2] }, { a: 'hashed' }, 16766],
    ['a text index of an unknown language', { a: 'x', language: 'klingon' }, { a: 'text' }, 17262],
  ] as const)('%s', async (_, document, keys, code) => {
    const mongo = await new MongoClient(realMongod ?? '').connect();
    const db = mongo.db(`faultline_test_${process.pid}`);
    try {
      await db.collection('things').insertOne({ ...document });
      await expect(db.collection('things').createIndex({ ...keys })).rejects.toMatchObject({ code });
    } finally {
      await db.dropDatabase();
      await mongo.close();
    }
  });
});
