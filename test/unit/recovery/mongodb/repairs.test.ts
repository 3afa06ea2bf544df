import { expect, it } from 'vitest';
import { isExecuted } from '../../../../src/model/steps';
import { readText } from '../../../../src/parse/read';
import { documentRepairs } from '../../../../src/recovery/mongodb/repairs';
import { mongodb, situationOf } from './scene';

const unique = { name: 'code_1', definition: '{ code: 1 }, { unique: true }', unique: true, keys: ['code'] };

it.each([
  [
    'an $inc of what is no number',
    'db.people.updateMany({}, { $inc: { hits: 1 } });',
    ['db.people.updateMany({ hits: { $exists: true, $not: { $type: ["number"] } } }, { $unset: { hits: "" } });'],
  ],
  [
    'a conversion that fails',
    'db.people.updateMany({}, [{ $set: { age: { $toInt: "$age" } } }]);',
    [
      'db.people.updateMany({ $expr: { $eq: [{ $convert: { input: "$age", to: "int", onError: { $literal: "not convertible" }, onNull: null } }, "not convertible"] } }, { $unset: { age: "" } });',
    ],
  ],
  ['a key that is taken', 'db.people.insertOne({ _id: 5, code: "x" });', ['db.people.deleteMany({ $or: [{ _id: 5 }, { code: "x" }] });']],
  ['an index on what it does not mean', 'db.people.createIndex({ name: 1 });', []],
])('%s', (_, text, texts) => {
  const { catalog } = situationOf({ text: '', before: { people: { docs: [], indexes: [unique] } }, partial: {}, completed: 0 }).before;
  const repairs = documentRepairs(readText(text, mongodb)[0], catalog);
  expect(repairs.flatMap(({ steps }) => steps.filter(isExecuted).map((step) => step.text))).toEqual(texts);
  for (const { loses, loss } of repairs) expect([loses, loss]).toEqual([expect.stringMatching(/people/), [{ table: 'people' }]]);
});
