import { describe, expect, it } from 'vitest';
import { planRecovery } from '../../../../src/recovery/plan';
import { draftsOf, type Scene, situationOf, textsOf } from './scene';

const people = Array.from({ length: 6 }, (_, place) => ({ _id: place + 1, name: `p${place + 1}`, status: 'new', hits: place }));
const half =
  <T extends { readonly _id: number }>(change: (doc: T) => Readonly<Record<string, unknown>>) =>
  (doc: T): Readonly<Record<string, unknown>> =>
    doc._id < 4 ? change(doc) : doc;

interface Case extends Scene {
  readonly name: string;
  /** One of the drafts says just this. */
  readonly forward?: readonly string[];
  /** The first draft says that there is no way, and why. */
  readonly impossible?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'what remains is run as it is written',
    text: 'db.people.createIndex({ name: 1 }); db.people.updateMany({}, { $set: { a: 1 } });',
    before: { people: { docs: people } },
    partial: { people: { docs: people } },
    completed: 1,
    forward: ['db.people.updateMany({}, { $set: { a: 1 } });'],
  },
  {
    name: 'what was done at the same time, behind the interrupted statement, is not done again',
    text: 'db.people.updateMany({}, { $set: { a: 1 } }); db.tags.insertOne({ _id: "x" }); db.people.createIndex({ a: 1 });',
    before: { people: { docs: people }, tags: { docs: [] } },
    partial: { people: { docs: people.map(half((doc) => ({ ...doc, a: 1 }))) }, tags: { docs: [{ _id: 'x' }] } },
    completed: 0,
    beyond: [2],
    forward: ['db.people.updateMany({}, { $set: { a: 1 } });', 'db.people.createIndex({ a: 1 });'],
  },
  {
    name: 'an $inc with a marker in the same update goes on where the marker is missing',
    text: 'db.people.updateMany({ status: "new" }, { $inc: { hits: 1 }, $set: { v: 2 } });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map(half((doc) => ({ ...doc, hits: doc.hits + 1, v: 2 }))) } },
    completed: 0,
    forward: ['db.people.updateMany({ $and: [{ status: "new" }, { $nor: [{ v: 2 }] }] }, { $inc: { hits: 1 }, $set: { v: 2 } });'],
  },
  {
    name: 'half an $inc without a marker has no way on, and the plan says why',
    text: 'db.people.updateMany({}, { $inc: { hits: 1 } });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map(half((doc) => ({ ...doc, hits: doc.hits + 1 }))) } },
    completed: 0,
    impossible: /^\$inc of hits leaves no trace in a document.*backup/,
  },
  {
    name: 'inserts under keys that the migration names become upserts',
    text: 'db.people.insertMany([{ _id: 11, name: "x" }, { _id: 12, name: "y" }]);',
    before: { people: { docs: people } },
    partial: { people: { docs: [...people, { _id: 11, name: 'x' }] } },
    completed: 0,
    forward: [
      'db.people.bulkWrite([{ replaceOne: { filter: { _id: 11 }, replacement: { _id: 11, name: "x" }, upsert: true } }, { replaceOne: { filter: { _id: 12 }, replacement: { _id: 12, name: "y" }, upsert: true } }], { ordered: true });',
    ],
  },
  {
    name: 'inserts whose keys the driver made are told by what they hold',
    text: 'db.people.insertMany([{ name: "x" }, { name: "x" }, { name: "y" }]);',
    before: { people: { docs: people } },
    partial: { people: { docs: [...people, { _id: 100, name: 'x' }] } },
    completed: 0,
    forward: [
      'db.people.bulkWrite([{ insertOne: { document: { name: "x" } } }, { insertOne: { document: { name: "y" } } }], { ordered: true });',
    ],
  },
  {
    name: 'keys that the driver made when it was recorded are left to the next run',
    text: 'db.people.insertOne({ name: "x", _id: ObjectId("650000000000000000000001") }); db.people.insertMany([{ _id: ObjectId("650000000000000000000002"), name: "y" }], { ordered: false });',
    before: { people: { docs: people } },
    partial: { people: { docs: people } },
    completed: 0,
    forward: [
      'db.people.insertOne({ name: "x" });',
      'db.people.insertMany([{ _id: ObjectId("650000000000000000000002"), name: "y" }], { ordered: false });',
    ],
  },
  {
    name: 'an ordered bulk goes on from its first entry that is not done',
    text: 'db.people.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $inc: { hits: 5 } } } }, { updateOne: { filter: { _id: 2 }, update: { $set: { status: "b" } } } }, { updateOne: { filter: { _id: 3 }, update: { $set: { status: "c" } } } }, { deleteOne: { filter: { _id: 4 } } }]);',
    before: { people: { docs: people } },
    partial: {
      people: { docs: people.map((doc) => (doc._id === 1 ? { ...doc, hits: 5 } : doc._id === 2 ? { ...doc, status: 'b' } : doc)) },
    },
    completed: 0,
    forward: [
      'db.people.bulkWrite([{ updateOne: { filter: { _id: 3 }, update: { $set: { status: "c" } } } }, { deleteOne: { filter: { _id: 4 } } }], { ordered: true });',
    ],
  },
  {
    name: 'an entry that leaves no trace, and is the next one, is not guessed',
    text: 'db.people.bulkWrite([{ updateOne: { filter: { _id: 2 }, update: { $set: { status: "b" } } } }, { updateOne: { filter: { _id: 1 }, update: { $inc: { hits: 5 } } } }]);',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => (doc._id === 2 ? { ...doc, status: 'b' } : doc)) } },
    completed: 0,
    impossible: /entry 2 of 2/,
  },
  {
    name: 'a collection that is there is not created again',
    text: 'db.createCollection("audit"); db.people.createIndex({ name: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people }, audit: { docs: [] } },
    completed: 0,
    forward: ['db.people.createIndex({ name: 1 });'],
  },
  {
    name: 'what is left of a write to another database is done there',
    text: 'db.getSiblingDB("archive").people.insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 1 }]); db.people.deleteMany({});',
    before: { people: { docs: people } },
    partial: { people: { docs: people }, 'archive.people': { docs: [{ _id: 1, a: 1 }], database: 'archive' } },
    completed: 0,
    forward: [
      'db.getSiblingDB("archive").people.bulkWrite([{ replaceOne: { filter: { _id: 1 }, replacement: { _id: 1, a: 1 }, upsert: true } }, { replaceOne: { filter: { _id: 2 }, replacement: { _id: 2, a: 1 }, upsert: true } }], { ordered: true });',
      'db.people.deleteMany({});',
    ],
  },
  {
    name: 'a $merge that fails on its own documents writes them over',
    text: 'db.people.aggregate([{ $merge: { into: "copies", whenMatched: "fail" } }]);',
    before: { people: { docs: people } },
    partial: { people: { docs: people }, copies: { docs: people.slice(0, 2) } },
    completed: 0,
    forward: ['db.people.aggregate([{ $merge: { into: "copies", whenMatched: "replace" } }]);'],
  },
  {
    name: 'the half of an item pushed is pulled before the whole is done',
    text: 'db.people.updateMany({}, { $push: { tags: "migrated" } });',
    before: { people: { docs: people.map((doc) => ({ ...doc, tags: ['a'] })) } },
    partial: { people: { docs: people.map((doc) => ({ ...doc, tags: doc._id < 4 ? ['a', 'migrated'] : ['a'] })) } },
    completed: 0,
    impossible: /\$push of tags/,
  },
];

describe('the way forward', () => {
  it.each(cases)('$name', ({ forward, impossible, ...scene }) => {
    const drafts = draftsOf(scene).forward;
    if (impossible !== undefined) expect(drafts[0]?.impossible).toMatch(impossible);
    else expect(drafts[0]?.impossible).toBeUndefined();
    if (forward !== undefined) expect(drafts.map(textsOf)).toContainEqual(forward);
  });

  it('does the statements of a transaction together', () => {
    const text =
      'session.startTransaction(); db.people.insertOne({ _id: 9 }, { session }); db.people.deleteOne({ _id: 1 }, { session }); session.commitTransaction();';
    const [draft] = draftsOf({ text, before: { people: { docs: people } }, partial: { people: { docs: people } }, completed: 0 }).forward;
    expect(textsOf(draft)).toEqual([
      'session.startTransaction();\ndb.people.insertOne({ _id: 9 }, { session });\ndb.people.deleteOne({ _id: 1 }, { session });\nsession.commitTransaction();',
    ]);
  });

  it('names the one entry of a bulk that is left', () => {
    const drafts = draftsOf({
      text: 'db.people.insertMany([{ name: "x" }, { name: "y" }]);',
      before: { people: { docs: people } },
      partial: { people: { docs: [...people, { _id: 90, name: 'x' }] } },
      completed: 0,
    });
    const whys = drafts.forward.flatMap(({ steps }) => steps.map(({ why }) => why));
    expect(whys).toContainEqual(expect.stringMatching(/^Entry 2 was not done yet/));
    expect(drafts.back[0]?.steps[0]?.why).toMatch(/^It was not there before/);
  });

  it('says once whose the ObjectIds are that the recording holds', () => {
    const id = (n: number) => `ObjectId("65920000000000000000000${n}")`;
    const text = [1, 2].map((n) => `db.people.updateOne({ _id: ${id(n)} }, { $set: { a: ${n} } });`).join(' ');
    const [draft] = draftsOf({ text, before: { people: { docs: people } }, partial: { people: { docs: people } }, completed: 0 }).forward;
    const said = draft?.steps.map(({ why }) => why.includes('ObjectIds here and below are those of the simulated documents'));
    expect(said).toEqual([true, false, false]);
  });

  it('has none where the migration fails by itself', () => {
    const { after: _, ...situation } = situationOf({ text: 'db.people.drop();', before: {}, partial: {}, completed: 0 });
    expect(planRecovery(situation).forward).toEqual([{ steps: [], impossible: expect.stringContaining('fails by itself') }]);
  });
});
