import { expect, it } from 'vitest';
import type { Statement } from '../../../src/model/migration';
import { readText } from '../../../src/parse/read';
import { placesOf } from '../../../src/runner/places';

const mongodb = { name: 'mongodb', major: 8 } as const;

/** Read texts, each on the line of its number from 0. */
function read(...texts: readonly string[]): Statement[] {
  return texts.flatMap((text, line) =>
    readText(text, mongodb).map((statement) => ({
      ...statement,
      range: { start: { line, character: 0 }, end: { line, character: text.length } },
    })),
  );
}

function linesOf(sent: readonly string[], file: readonly Statement[]): readonly (number | undefined)[] {
  return placesOf(read(...sent), file).map((range) => range?.start.line);
}

it('finds each statement by what it does to which collection, in order', () => {
  const file = read('db.users.updateMany({ a: 1 }, { $set: { b: 2 } })', 'db.users.createIndex({ b: 1 })', 'db.orders.deleteMany({})');
  expect(linesOf(['db.users.updateMany({ a: 1 }, { $set: { b: 2 } })', 'db.orders.deleteMany({})'], file)).toEqual([0, 2]);
});

it('takes what a driver sends for the call that was written', () => {
  const file = read('db.users.insertMany([{ a: 1 }])', 'db.runCommand({ collMod: "users", validator: {} })');
  expect(linesOf(['db.users.insertOne({ a: 1 })', 'db.runCommand({ collMod: "users", validator: {} })'], file)).toEqual([0, 1]);
});

it('gives every round of a loop the place of its call', () => {
  const [update, index] = read('db.users.updateOne({ _id: ${id} }, { $set: { b: 2 } })', 'db.users.createIndex({ b: 1 })');
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 9 } };
  const file = [{ ...update, circumstances: { awaited: true, loop: { range, over: 'documents' } } } as Statement, index as Statement];
  const sent = [
    'db.users.updateOne({ _id: 1 }, { $set: { b: 2 } })',
    'db.users.updateOne({ _id: 2 }, { $set: { b: 2 } })',
    'db.users.createIndex({ b: 1 })',
  ];
  expect(linesOf(sent, file)).toEqual([0, 0, 1]);
});

it('says nothing of what does not stand there', () => {
  expect(linesOf(['db.other.drop()'], read('db.users.createIndex({ b: 1 })'))).toEqual([undefined]);
});
