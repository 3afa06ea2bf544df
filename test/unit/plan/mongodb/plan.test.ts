import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, emptyCatalog } from '../../../../src/model/catalog';
import type { CallCircumstances, Migration, ProgramExecution } from '../../../../src/model/migration';
import type { ExecutionPlan } from '../../../../src/model/plan';
import { loadParser } from '../../../../src/parse/load';
import { readText } from '../../../../src/parse/read';
import { planProgram } from '../../../../src/plan/plan';
import { replay } from '../../../../src/schema/virtual-schema';

const engine = { name: 'mongodb', major: 8 } as const;

beforeAll(loadParser);

interface Setting {
  readonly before?: string;
  readonly transaction?: CallCircumstances['transaction'];
  readonly execution?: Partial<ProgramExecution>;
}

function schemaOf(text: string): Catalog {
  return replay(emptyCatalog, readText(text, engine), engine);
}

function planOf(text: string, { before = '', transaction, execution = {} }: Setting = {}): ExecutionPlan {
  const statements = readText(text, engine).map((statement) =>
    transaction === undefined ? statement : { ...statement, circumstances: { awaited: true, transaction } },
  );
  const migration: Migration = {
    id: '1',
    title: '1',
    framework: 'sql',
    engine,
    up: {
      direction: 'up',
      path: '1.js',
      span: { start: 0, end: text.length },
      statements,
      execution: { requests: 'per-statement', wrapped: false, because: '', ...execution },
    },
  };
  return planProgram(migration, 'up', schemaOf(before));
}

/** Cost, locks and reason of the last statement. */
function last(text: string, before?: string) {
  const planned = planOf(text, before === undefined ? {} : { before }).statements.at(-1);
  return {
    cost: planned?.cost,
    locks: planned?.locks.map(({ mode, relation }) => `${mode} ${relation}`),
    because: planned?.because ?? '',
  };
}

describe('what a command costs and locks', () => {
  it.each([
    ['db.a.insertOne({ x: 1 });', 'data', 'intent exclusive a', 'one document'],
    ['db.a.insertMany([{ x: 1 }, { x: 2 }]);', 'data', 'intent exclusive a', '2 writes'],
    ['db.a.updateMany({}, { $set: { x: 1 } });', 'data', 'intent exclusive a', 'every document of a'],
    ['db.a.deleteMany({ _id: { $lt: 5 } });', 'data', 'intent exclusive a', 'document by document'],
    ['db.a.createIndex({ x: 1 });', 'build', 'exclusive at start and end a', 'Reads and writes go on'],
    ['db.a.createIndex({ x: 1 }, { unique: true });', 'build', 'exclusive at start and end a', 'duplicates fail it'],
    ['db.a.dropIndex("x_1");', 'metadata', 'exclusive a', 'gone at once'],
    ['db.createCollection("a");', 'metadata', '', 'empty'],
    ['db.runCommand({ collMod: "a", validator: { x: 1 } });', 'metadata', 'exclusive a', 'documents that are there are not checked'],
    ['db.runCommand({ collMod: "a", index: { name: "x_1", unique: true } });', 'scan', 'exclusive a', 'duplicates'],
    ['db.runCommand({ collMod: "a", index: { name: "x_1", expireAfterSeconds: 5 } });', 'metadata', 'exclusive a', 'expired'],
    ['db.a.drop();', 'metadata', 'exclusive a', 'whatever the size'],
    ['db.a.renameCollection("b");', 'metadata', 'exclusive a, exclusive b', 'Only the name'],
    ['db.adminCommand({ renameCollection: "x.a", to: "y.a" });', 'rewrite', 'exclusive x.a, exclusive y.a', 'copied'],
    ['db.a.aggregate([{ $match: {} }, { $out: "b" }]);', 'rewrite', 'intent shared a, exclusive b', 'takes the place'],
    ['db.a.aggregate([{ $match: {} }, { $merge: { into: "b" } }]);', 'data', 'intent shared a, intent exclusive b', 'document by document'],
    ['db.a.find({});', 'none', 'intent shared a', 'only reads'],
    ['db.runCommand({ setParameter: 1 });', 'unknown', '', 'no facts'],
  ])('%s', (text, cost, locks, because) => {
    const found = last(text);
    expect({ cost: found.cost, locks: found.locks?.join(', ') }).toEqual({ cost, locks });
    expect(found.because).toContain(because);
  });

  it('an index of a collection that is made here costs nothing', () => {
    expect(last('db.createCollection("a"); db.a.createIndex({ x: 1 });')).toMatchObject({ cost: 'metadata' });
    expect(last('db.createCollection("a"); db.a.renameCollection("b"); db.b.createIndex({ x: 1 });')).toMatchObject({ cost: 'metadata' });
    expect(last('db.a.drop(); db.a.createIndex({ x: 1 });')).toMatchObject({ cost: 'metadata' });
    expect(last('db.a.createIndex({ x: 1 });', 'db.createCollection("a");')).toMatchObject({ cost: 'build' });
    expect(last('db.a.createIndex({ x: 1 });', 'db.a.createIndex({ x: 1 });')).toMatchObject({ cost: 'metadata' });
  });

  it('a filter without an index reads all documents, where all indexes are known', () => {
    const before = 'db.createCollection("a"); db.a.createIndex({ x: 1, y: 1 });';
    const cost = (filter: string, schema = before) => last(`db.a.updateMany(${filter}, { $set: { z: 1 } });`, schema).cost;
    expect(cost('{ z: 1 }')).toBe('scan');
    expect(cost('{ y: 1 }')).toBe('scan');
    expect(cost('{ $or: [{ x: 1 }, { z: 1 }] }')).toBe('scan');
    expect(cost('{ x: 1 }')).toBe('data');
    expect(cost('{ $and: [{ z: 1 }, { x: { $gt: 1 } }] }')).toBe('data');
    expect(cost('{ $or: [{ x: 1 }, { _id: 1 }] }')).toBe('data');
    expect(cost('{ z: 1 }', 'db.a.createIndex({ x: 1 });')).toBe('data');
    expect(cost('{ x: 1 }', `${before} db.a.hideIndex("x_1_y_1");`)).toBe('scan');
    expect(cost('{ "w.b": 1 }', 'db.createCollection("a"); db.a.createIndex({ "w.$**": 1 });')).toBe('data');
  });
});

describe('transactions', () => {
  const around = { by: 'withTransaction', session: 'session' } as const;

  it('hold the commands that have the session, and no others', () => {
    const text =
      'session.startTransaction(); db.a.insertOne({ x: 1 }, { session }); db.a.insertOne({ x: 2 }); db.a.insertOne({ x: 3 }, { session }); session.commitTransaction(); db.a.insertOne({ x: 4 });';
    expect(planOf(text).transactions.map(({ kind, statements }) => [kind, statements])).toEqual([
      ['autocommit', [3]],
      ['explicit', [1, 2, 4, 5]],
      ['autocommit', [6]],
    ]);
  });

  it('are those of a callback', () => {
    const text = 'db.a.insertOne({ x: 1 }, { session }); db.a.find({}); db.a.insertOne({ x: 3 }, { session });';
    const plan = planOf(text, { transaction: around });
    expect(plan.transactions.map(({ kind, statements }) => [kind, statements])).toEqual([
      ['autocommit', [2]],
      ['explicit', [1, 3]],
    ]);
    expect(plan).toMatchObject({ atomic: true, summary: '3 commands, one transaction: a failure leaves nothing behind' });
  });

  it('are those that were seen, where they were', () => {
    const transactions = [{ kind: 'framework', statements: [1, 2] }] as const;
    expect(planOf('db.a.insertOne({}); db.a.insertOne({});', { execution: { transactions } })).toMatchObject({
      atomic: true,
      transactions: [{ index: 1, kind: 'framework', statements: [1, 2] }],
    });
  });

  it.each([
    ['db.a.insertOne({});', true, '1 command, done as a whole: a failure leaves nothing behind'],
    ['db.a.updateMany({}, { $set: { x: 1 } });', false, '1 command, which writes document by document: a failure leaves part of it'],
    ['db.a.find({}); db.a.insertOne({});', true, '2 commands, of which one changes something: a failure leaves nothing behind'],
    ['db.a.find({});', true, '1 command: nothing is changed'],
    [
      'db.a.insertOne({}); db.a.insertMany([{}, {}]);',
      false,
      '2 commands, no transaction, 1 of them document by document: a failure leaves part of it',
    ],
    ['db.a.createIndex({ x: 1 }); db.a.createIndex({ y: 1 });', false, '2 commands, no transaction: a failure leaves part of it'],
  ])('%s leaves what the summary says', (text, atomic, summary) => {
    expect(planOf(text)).toMatchObject({ atomic, summary });
  });

  it.each([
    ['db.a.createIndex({ x: 1 }, { session });', 'a is there'],
    ['db.a.drop({ session });', 'dropped'],
    ['db.a.renameCollection("b", { session });', 'renamed'],
    ['db.runCommand({ collMod: "a", validator: {} }, { session });', 'collMod'],
    ['db.a.aggregate([{ $match: {} }, { $out: "b" }], { session });', '$out'],
    ['db.a.aggregate([{ $indexStats: {} }], { session });', '$indexStats'],
    ['db.createView("v", "a", [], { session });', 'view'],
    ['db.a.count({}, { session });', 'count'],
  ])('refuse %s', (text, why) => {
    const plan = planOf(text, { transaction: around });
    expect(plan.statements[0]).toMatchObject({ transactional: false });
    expect(plan.statements[0]?.refusal).toContain(why);
  });

  it.each([
    'db.createCollection("n", { session }); db.n.createIndex({ x: 1 }, { session });',
    'db.a.countDocuments({}, { session });',
    'db.a.aggregate([{ $match: {} }], { session });',
    'db.a.deleteMany({}, { session });',
  ])('take %s', (text) => {
    expect(planOf(text, { transaction: around }).statements.map(({ transactional }) => transactional)).not.toContain(false);
  });

  it('that hold a refused command always fail', () => {
    const plan = planOf('db.a.insertOne({}, { session }); db.a.drop({ session });', { transaction: around });
    expect(plan.summary).toContain('number 2 can’t run in a transaction');
  });

  it('do not take an index of a collection that was made before them', () => {
    const text =
      'db.createCollection("n"); session.startTransaction(); db.n.createIndex({ x: 1 }, { session }); session.commitTransaction();';
    expect(planOf(text).statements.map(({ transactional }) => transactional)).toEqual([true, true, false, true]);
  });

  it('do not take an index once the new collection holds documents', () => {
    const text = 'db.createCollection("n", { session }); db.n.insertOne({}, { session }); db.n.createIndex({ x: 1 }, { session });';
    expect(planOf(text, { transaction: around }).statements.map(({ transactional }) => transactional)).toEqual([true, true, false]);
  });
});
