import { describe, expect, it } from 'vitest';
import type { State } from '../../../../src/model/state';
import { draftsOf, recorded, type Scene, textsOf } from './scene';

const people = Array.from({ length: 6 }, (_, place) => ({
  _id: place + 1,
  name: `p${place + 1}`,
  status: place < 3 ? 'new' : 'old',
  hits: place,
}));
const oid = (seconds: number, rest: number) => ({ $oid: seconds.toString(16).padStart(8, '0') + rest.toString(16).padStart(16, '0') });

interface Case extends Scene {
  readonly name: string;
  readonly back: readonly string[];
  readonly loses?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'a field that was not there before is taken from those that have it',
    text: 'db.people.updateMany({}, { $set: { active: true } }); db.people.updateMany({}, { $set: { b: 1 } });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => (doc._id < 4 ? { ...doc, active: true } : doc)) } },
    completed: 0,
    back: ['db.people.updateMany({ active: true }, { $unset: { active: "" } });'],
  },
  {
    name: 'a field that nobody had goes from all that have it, not from those with the values that were computed here',
    text: 'db.people.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $set: { slug: "p-1" } } } }, { updateOne: { filter: { _id: 2 }, update: { $set: { slug: "p-2" } } } }]); db.people.createIndex({ slug: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => (doc._id < 3 ? { ...doc, slug: `p-${doc._id}` } : doc)) } },
    completed: 1,
    back: ['db.people.updateMany({ slug: { $exists: true } }, { $unset: { slug: "" } });'],
  },
  {
    name: 'a value that the filter names comes back, where only those that were changed have the new one',
    text: 'db.people.updateMany({ status: "new" }, { $set: { status: "active" } }); db.people.createIndex({ status: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => (doc.status === 'new' ? { ...doc, status: 'active' } : doc)) } },
    completed: 1,
    back: ['db.people.updateMany({ status: "active" }, { $set: { status: "new" } });'],
  },
  {
    name: 'the same value in others hides which were changed: nothing is invented',
    text: 'db.people.updateMany({ status: "new" }, { $set: { status: "old" } }); db.people.createIndex({ status: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => ({ ...doc, status: 'old' })) } },
    completed: 1,
    back: [],
    loses: /values of people\.status in 3 documents \(statement 1\): nothing tells.*backup/,
  },
  {
    name: 'a renamed field gets its old name',
    text: 'db.people.updateMany({}, { $rename: { name: "fullName" } }); db.people.createIndex({ fullName: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map(({ name, ...doc }) => ({ ...doc, fullName: name })) } },
    completed: 1,
    back: ['db.people.updateMany({}, [{ $set: { name: "$fullName" } }, { $unset: ["fullName"] }]);'],
  },
  {
    name: 'what was added to all of them is taken off',
    text: 'db.people.updateMany({}, { $inc: { hits: 10 } }); db.people.createIndex({ hits: 1 });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => ({ ...doc, hits: doc.hits + 10 })) } },
    completed: 1,
    back: ['db.people.updateMany({}, { $inc: { hits: -10 } });'],
  },
  {
    name: 'half an $inc shows nowhere',
    text: 'db.people.updateMany({}, { $inc: { hits: 10 } });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => (doc._id < 4 ? { ...doc, hits: doc.hits + 10 } : doc)) } },
    completed: 0,
    back: [],
    loses: /values of people\.hits in 3 documents.*nothing tells.*backup/,
  },
  {
    name: 'inserted documents go by the keys that the migration names',
    text: 'db.people.insertMany([{ _id: 101, name: "x" }, { _id: 102, name: "y" }]);',
    before: { people: { docs: people } },
    partial: { people: { docs: [...people, { _id: 101, name: 'x' }] } },
    completed: 0,
    back: ['db.people.deleteMany({ _id: 101 });'],
  },
  {
    name: 'inserted documents without a key of their own go by what they hold',
    text: 'db.people.insertMany([{ name: "x", level: 3 }, { name: "y", level: 4 }]);',
    before: { people: { docs: people.map((doc) => ({ ...doc, level: 1 })) } },
    partial: { people: { docs: [...people.map((doc) => ({ ...doc, level: 1 })), { _id: oid(2e9, 1), name: 'x', level: 3 }] } },
    completed: 0,
    back: ['db.people.deleteMany({ name: "x" });'],
  },
  {
    name: 'copied documents go by the second in which their ObjectIds were made',
    text: 'db.other.aggregate([{ $unset: "_id" }, { $merge: { into: "people" } }]);',
    before: { people: { docs: [{ _id: oid(1e9, 1), name: 'a' }] }, other: { docs: [] } },
    partial: {
      people: {
        docs: [
          { _id: oid(1e9, 1), name: 'a' },
          { _id: oid(2e9, 7), name: 'b' },
          { _id: oid(2e9 + 3, 1), name: 'c' },
        ],
      },
      other: { docs: [] },
    },
    completed: 1,
    back: ['db.people.deleteMany({ _id: { $gte: ObjectId("773594000000000000000000") } });'],
  },
  {
    name: 'documents that were moved to an archive come back out of it',
    text: 'db.archive.insertMany([{ _id: 1, name: "p1" }]); db.people.deleteMany({ status: "new" });',
    before: { people: { docs: people } },
    partial: {
      people: { docs: people.filter(({ status }) => status !== 'new') },
      archive: { docs: people.filter(({ status }) => status === 'new') },
    },
    completed: 2,
    back: [
      'db.archive.aggregate([{ $merge: { into: "people", on: "_id", whenMatched: "keepExisting", whenNotMatched: "insert" } }]);',
      'db.archive.drop();',
    ],
  },
  {
    name: 'deleted documents are lost',
    text: 'db.people.deleteMany({ status: "new" });',
    before: { people: { docs: people } },
    partial: { people: { docs: people.filter(({ status }) => status !== 'new') } },
    completed: 1,
    back: [],
    loses: /3 documents of people that are gone \(statement 1\): restore them from a backup/,
  },
  {
    name: 'a unique index that came goes before documents are touched, a renamed collection gets its name back',
    text: 'db.people.createIndex({ code: 1 }, { unique: true }); db.people.updateMany({}, { $set: { code: 1 } });',
    before: { people: { docs: people } },
    partial: {
      people: {
        docs: people.map((doc) => (doc._id === 1 ? { ...doc, code: 1 } : doc)),
        indexes: [{ name: 'code_1', definition: '{ code: 1 }, { unique: true }', unique: true, keys: ['code'] }],
      },
    },
    completed: 1,
    back: ['db.people.dropIndex("code_1");', 'db.people.updateMany({ code: 1 }, { $unset: { code: "" } });'],
  },
  {
    name: 'a renamed collection is renamed back',
    text: 'db.people.renameCollection("persons");',
    before: { people: { docs: people } },
    partial: { persons: { docs: people, was: 'people' } },
    completed: 1,
    back: ['db.persons.renameCollection("people");'],
  },
  {
    name: 'a number that became a text is a number again',
    text: 'db.people.updateMany({}, [{ $set: { hits: { $toString: "$hits" } } }]);',
    before: { people: { docs: people } },
    partial: { people: { docs: people.map((doc) => ({ ...doc, hits: String(doc.hits) })) } },
    completed: 1,
    back: ['db.people.updateMany({}, [{ $set: { hits: { $toInt: "$hits" } } }]);'],
  },
  {
    name: 'an item that was pushed is pulled',
    text: 'db.people.updateMany({}, { $push: { tags: "migrated" } });',
    before: { people: { docs: people.map((doc) => ({ ...doc, tags: ['a'] })) } },
    partial: { people: { docs: people.map((doc) => ({ ...doc, tags: ['a', 'migrated'] })) } },
    completed: 1,
    back: ['db.people.updateMany({}, { $pull: { tags: "migrated" } });'],
  },
];

describe('the way back', () => {
  it.each(cases)('$name', ({ back, loses, ...scene }) => {
    const [draft] = draftsOf(scene).back;
    expect(textsOf(draft)).toEqual(back);
    if (loses === undefined) expect(draft?.loses).toBeUndefined();
    else expect(draft?.loses).toMatch(loses);
  });

  it('takes out of the history what an attempt wrote there, and nothing where it wrote nothing', () => {
    const [scene] = cases;
    if (scene === undefined) throw new Error('There is no case.');
    const ofHistory = (bookkeeping: State['bookkeeping']) =>
      draftsOf({ ...scene, bookkeeping }).back[0]?.steps.filter(({ concerns }) => concerns === 'history');
    expect(ofHistory([])).toEqual([]);
    expect(ofHistory(recorded)).toMatchObject([{ text: 'db.changelog.deleteMany({ fileName: "m" });' }]);
  });

  it('drops nothing in another database: what is there was not seen', () => {
    const archive = { docs: [{ _id: 1 }], database: 'archive' };
    const [draft] = draftsOf({
      text: 'db.getSiblingDB("archive").people.insertOne({ _id: 1 }); db.people.createIndex({ a: 1 });',
      before: { people: { docs: people } },
      partial: { people: { docs: people }, 'archive.people': archive },
      completed: 1,
    }).back;
    expect(textsOf(draft)).toEqual([]);
    expect(draft?.steps[0]).toMatchObject({ language: 'text', text: expect.stringContaining('Compare archive.people with a backup') });
  });

  it('says that a value tells them apart here, and keeps the name of the field as it is', () => {
    const [draft] = draftsOf({
      text: 'db.people.updateMany({ hits: { $exists: false } }, { $set: { hits: 0 } }); db.people.createIndex({ hits: 1 });',
      before: { people: { docs: [{ _id: 1 }, { _id: 2, hits: 5 }] } },
      partial: {
        people: {
          docs: [
            { _id: 1, hits: 0 },
            { _id: 2, hits: 5 },
          ],
        },
      },
      completed: 1,
    }).back;
    expect(textsOf(draft)).toEqual(['db.people.updateMany({ hits: 0 }, { $unset: { hits: "" } });']);
    expect(draft?.steps[0]?.why).toMatch(
      /^It was not there before\. Which documents \(statement 1\): no other document has this value of hits; on another database look in a backup/,
    );
  });
});
