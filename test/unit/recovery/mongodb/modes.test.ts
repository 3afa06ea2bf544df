import { expect, it } from 'vitest';
import { adviceOn } from '../../../../src/recovery/modes/server-error';
import { openSessionSteps } from '../../../../src/recovery/plan';
import { draftsOf, mongodb, type Scene, textsOf } from './scene';

const people = Array.from({ length: 6 }, (_, place) => ({ _id: place + 1, name: `p${place + 1}` }));
const building = { name: 'name_1', definition: '{ name: 1 }', unique: false, keys: ['name'], valid: false, ready: false };

interface Case extends Scene {
  readonly mode: string;
  readonly object: string;
  readonly query: RegExp;
  readonly detail: RegExp;
}

const cases: readonly Case[] = [
  {
    mode: 'index build in progress',
    object: 'people.name_1',
    text: 'db.people.createIndex({ name: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people, indexes: [building] } },
    completed: 0,
    query: /\$currentOp/,
    detail: /killOp does not/,
  },
  {
    mode: 'unique index build meets duplicates',
    object: 'people: documents with the same name',
    text: 'db.people.createIndex({ name: 1 }, { unique: true });',
    before: { people: { docs: people } },
    partial: { people: { docs: people } },
    completed: 0,
    counts: { $group: 2 },
    query: /\$group.*count: \{ \$gt: 1 \}/,
    detail: /2 keys .*11000.*prepareUnique/,
  },
  {
    mode: 'updateMany half done',
    object: 'people',
    text: 'db.people.updateMany({}, { $set: { v: 2 } });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => (doc._id < 3 ? { ...doc, v: 2 } : doc)) } },
    completed: 0,
    query: /countDocuments\(\{ v: 2 \}\); db\.people\.countDocuments\(\{ \$nor/,
    detail: /changed 2 of 6 documents/,
  },
  {
    mode: "documents left 'migrating'",
    object: 'copies.status',
    text: 'db.people.find({}); db.copies.insertOne({ _id: 1, status: "migrating" }); db.copies.updateMany({ status: "migrating" }, { $set: { status: "done" } });',
    before: { people: { docs: people } },
    partial: {
      people: { docs: people },
      copies: {
        docs: [
          { _id: 1, status: 'migrating' },
          { _id: 2, status: 'done' },
        ],
      },
    },
    completed: 2,
    query: /countDocuments\(\{ status: "migrating" \}\); db\.people\.aggregate\(\[\{ \$lookup: \{ from: "copies"/,
    detail: /1 document of 2 are still status: "migrating".*never inserted/,
  },
  {
    mode: 'updateMany half done',
    object: 'people',
    text: 'db.people.bulkWrite([{ insertOne: { document: { _id: 91 } } }, { insertOne: { document: { _id: 92 } } }]); db.people.createIndex({ a: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: [...people, { _id: 91 }] } },
    completed: 0,
    query: /countDocuments\(\{\}\)/,
    detail: /^Statement 1 has done a part of its work: 1 document added\. Each/,
  },
  {
    // A place in an array is no path of a filter.
    mode: 'updateMany half done',
    object: 'people',
    text: 'db.people.updateMany({}, { $set: { "items.$[i].state": "new" } }, { arrayFilters: [{ "i.state": "NEW" }] }); db.people.createIndex({ a: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => (doc._id < 4 ? { ...doc, items: [{ state: 'new' }] } : doc)) } },
    completed: 0,
    query: /^db\.people\.countDocuments\(\{\}\);$/,
    detail: /^Statement 1 has changed 3 of 6 documents/,
  },
  {
    mode: 'validator changed, old documents invalid',
    object: 'people',
    text: 'db.runCommand({ collMod: "people", validator: { age: { $type: "int" } } }); db.people.updateMany({}, { $set: { age: 1 } });',
    before: { people: { docs: people } },
    partial: { people: { docs: people, options: ['validator={ age: { $type: "int" } }'] } },
    completed: 1,
    counts: { $nor: 6 },
    query: /find\(\{ \$nor: \[\{ age: \{ \$type: "int" \} \}\] \}\)/,
    detail: /6 documents.*121/,
  },
  {
    mode: 'rename mid-swap',
    object: 'people',
    text: 'db.people.renameCollection("people_old"); db.people_new.renameCollection("people");',
    before: { people: { docs: people }, people_new: { docs: [] } },
    partial: { people_old: { docs: people, was: 'people' }, people_new: { docs: [] } },
    after: { people: { docs: [], was: 'people_new' }, people_old: { docs: people, was: 'people' } },
    completed: 1,
    query: /getCollectionInfos/,
    detail: /in people_old\..*is people_new\..*dropTarget/,
  },
  {
    mode: 'migration lock left',
    object: 'changelog_lock',
    text: 'db.people.createIndex({ name: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people } },
    completed: 0,
    bookkeeping: [{ table: 'changelog_lock', rows: [{ _id: 'x' }] }],
    query: /db\.changelog_lock\.find/,
    detail: /refuses to run/,
  },
];

it.each(cases)('$mode', ({ mode, object, query, detail, ...scene }) => {
  const { modes } = draftsOf(scene);
  const found = modes.find(({ name }) => name === mode);
  expect(found).toMatchObject({ object, query: expect.stringMatching(query), detail: expect.stringMatching(detail) });
  // Nothing is found where nothing was left.
  const calm = draftsOf({ ...scene, partial: scene.before, bookkeeping: [], counts: {} });
  expect(calm.modes).toEqual([]);
});

it('orphaned references are counted without a limit, null references apart', () => {
  const orders = [{ _id: 1, personId: 1 }];
  const scene: Scene = {
    text: 'db.people.deleteMany({});',
    before: { people: { docs: people }, orders: { docs: orders } },
    partial: { people: { docs: [] }, orders: { docs: orders } },
    completed: 1,
  };
  const found = (counts: NonNullable<Scene['counts']>) =>
    draftsOf({ ...scene, counts }).modes.find(({ name }) => name === 'orphaned references');
  const orphans = found({ 'partial: &$lookup': 3, 'before: &$lookup': 1 });
  expect(orphans).toMatchObject({ object: 'orders.personId', detail: expect.stringMatching(/^3 documents.*it was 1/) });
  expect(orphans?.query).toContain('db.orders.countDocuments({ personId: null });');
  expect(orphans?.query).toContain('{ $match: { personId: { $ne: null } } }');
  expect(orphans?.query).not.toContain('$limit');
  expect(found({ 'partial: &$lookup': 3, 'before: &$lookup': 3 })).toBeUndefined();
});

it('a unique index is built when the duplicates are gone, and the plan says what that loses', () => {
  const scene: Scene = {
    text: 'db.people.createIndex({ name: 1 }, { unique: true });',
    before: { people: { docs: people } },
    partial: { people: { docs: people } },
    completed: 0,
    counts: { $group: 1 },
  };
  const draft = draftsOf(scene).forward.find(({ loses }) => loses !== undefined);
  expect(draft?.loses).toBe('all but one of the documents of people that share name');
  const [mark, remove, build] = textsOf(draft);
  expect(mark).toContain('$merge: { into: "people", on: "_id", whenMatched: "merge", whenNotMatched: "discard" }');
  expect(remove).toBe('db.people.deleteMany({ faultlineDuplicate: true });');
  expect(build).toBe('db.people.createIndex({ name: 1 }, { unique: true });');
});

it('documents are mended under a validator that is moderate for as long', () => {
  const validated = { docs: people, options: ['validator={ age: { $type: "int" } }'] };
  const scene: Scene = {
    text: 'db.runCommand({ collMod: "people", validator: { age: { $type: "int" } } }); db.people.updateMany({}, { $set: { age: 1 } });',
    before: { people: { docs: people } },
    partial: { people: validated },
    after: { people: validated },
    completed: 1,
    counts: { $nor: 6 },
  };
  expect(draftsOf(scene).forward.map(textsOf)).toContainEqual([
    'db.runCommand({ collMod: "people", validationLevel: "moderate" });',
    'db.people.updateMany({}, { $set: { age: 1 } });',
    'db.runCommand({ collMod: "people", validationLevel: "strict" });',
  ]);
});

it('ends sessions by what the server knows them by', () => {
  const left = { state: 'active', query: '', locks: [{ relation: 'people', mode: 'write' }] };
  const lsid = '0b1c2d3e-0000-4000-8000-000000000001';
  const texts = openSessionSteps(
    [
      { ...left, pid: 77 },
      { ...left, pid: 0, state: 'idle in transaction', lsid },
      { ...left, pid: 78, locks: [{ relation: 'people', mode: 'index build' }] },
    ],
    mongodb,
  );
  expect(texts.map(({ text, language }) => (language === 'mongosh' ? text : language))).toEqual([
    'db.adminCommand({ killOp: 1, op: 77 });',
    `db.adminCommand({ killSessions: [{ id: UUID("${lsid}") }] });`,
    'text',
  ]);
});

it.each([
  ['11000', 'duplicate key'],
  ['121', 'document refused by a validator'],
  ['251', 'transaction aborted or unknown'],
  ['189', 'primary changed or shut down'],
  ['50', 'out of time'],
  ['11601', 'operation killed'],
  ['276', 'index build aborted'],
])('an error %s is told as: %s', (code, name) => {
  const advice = adviceOn({ code, message: '' }, mongodb);
  expect(advice?.mode).toMatchObject({ name, object: `error ${code}` });
  expect(advice?.step.language).toBe('text');
});
