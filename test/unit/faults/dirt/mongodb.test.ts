import { describe, expect, it, test } from 'vitest';
import { deriveDirt } from '../../../../src/faults/dirt/derive';
import { freshColumns } from '../../../../src/faults/dirt/fresh';
import { type Catalog, emptyCatalog, type Table } from '../../../../src/model/catalog';
import { readValue } from '../../../../src/parse/mongodb/value';
import { readText } from '../../../../src/parse/read';
import { indexOf } from '../../../../src/schema/mongodb/canonical';
import { replaySteps } from '../../../../src/schema/virtual-schema';

const engine = { name: 'mongodb', major: 8 } as const;

function collection(name: string, unique: readonly string[] = [], options: readonly string[] = []): Table {
  const indexes = unique.flatMap((keys) => {
    const value = readValue(`{ ${keys} }`);
    const flag = readValue('{ unique: true }');
    return value === undefined || flag === undefined ? [] : [indexOf({ identity: keys, name: keys, keys: value, options: flag })];
  });
  const empty = { columns: [], constraints: [], triggers: [], policies: [] };
  return { identity: name, schema: '', name, kind: 'table', persistence: 'permanent', ...empty, indexes, rowSecurity: 'off', options };
}

/** What could break the last statement, in words, with the codes. */
function dirt(text: string, ...tables: readonly Table[]) {
  const before: Catalog = { ...emptyCatalog, tables };
  const statements = readText(text, engine);
  const statement = statements.at(-1);
  const earlier = statements.slice(0, -1);
  const current = replaySteps(before, earlier, engine).at(-1);
  if (statement === undefined || current === undefined) throw new Error('There is no statement.');
  const situation = { engine: 'mongodb', statement, earlier, before, current, bookkeeping: ['changelog'] } as const;
  const { candidates, otherwise } = deriveDirt(situation);
  return candidates.length === 0 ? otherwise : candidates.map(({ description, errors }) => `${errors[0]} ${description}`);
}

const users = collection('users');

test.each([
  [
    'db.users.createIndex({ email: 1 }, { unique: true });',
    ['11000 two documents of users with the same email', '11000 two documents of users without email, which counts as null'],
  ],
  ['db.users.createIndex({ email: 1 }, { unique: true, sparse: true });', ['11000 two documents of users with the same email']],
  ['db.users.createIndex({ a: 1, b: 1 });', ['171 a document whose a and b are both arrays in users']],
  ['db.users.createIndex({ "a.x": 1, "a.y": 1 });', 'Such an index takes any documents.'],
  ['db.users.createIndex({ place: "2dsphere" });', ['16755 a document whose place is no place in users']],
  ['db.users.createIndex({ key: "hashed" });', ['16766 a document whose key is an array in users']],
  ['db.users.updateMany({}, { $inc: { n: 1 } });', ['14 a document of users whose n is a text']],
  ['db.users.updateMany({}, { $set: { "items.$[].n": 1 } });', ['2 a document of users whose items is a text and no array']],
  ['db.users.updateMany({}, { $set: { a: 1 } });', "No document is known that it can't write."],
  [
    'db.users.updateMany({}, [{ $set: { n: { $toInt: "$s" } } }, { $set: { m: { $toInt: "$n" } } }]);',
    ['241 a document of users whose s is a text that is no number'],
  ],
  ['db.users.deleteMany({});', 'It takes documents away, whatever is in them.'],
  ['db.users.insertOne({ _id: 1 });', ['11000 a document of users with the _id of one that is inserted']],
  ['db.users.insertOne({ a: 1 });', "No document is known that it can't write."],
  ['db.users.renameCollection("people");', ['48 a collection people that is there already']],
  ['db.users.renameCollection("people", true);', 'It takes the place of whatever has that name.'],
  ['db.users.drop();', 'It takes it away, whatever is in it.'],
  ['db.users.find({});', 'It changes no document.'],
  ['db.changelog.insertOne({ _id: 1 });', 'The migration makes this collection itself: no document of before is in it.'],
  [
    'db.runCommand({ collMod: "users", index: { keyPattern: { a: 1 }, unique: true } });',
    ['359 two documents of users with the same a', '359 two documents of users without a, which counts as null'],
  ],
  [
    'db.users.renameCollection("people"); db.people.createIndex({ a: 1 }, { unique: true, sparse: true });',
    ['11000 two documents of users with the same a'],
  ],
  [
    'db.createCollection("x"); db.x.createIndex({ a: 1 }, { unique: true });',
    'The migration makes this collection itself: no document of before is in it.',
  ],
])('%s', (text, expected) => {
  expect(dirt(text, users)).toEqual(expected);
});

describe('a validator', () => {
  const option = 'validator={ $jsonSchema: { required: ["email"], properties: { ok: { bsonType: "bool" } } } }';

  it('refuses updates of documents that are older than it', () => {
    expect(dirt('db.users.updateMany({}, { $set: { a: 1 } });', collection('users', [], [option]))).toEqual([
      '121 a document of users without email, which the validator refuses',
      '121 a document of users whose ok is of a wrong kind, which the validator refuses',
    ]);
  });

  it('does not where it is moderate, or warns', () => {
    for (const mild of ['validationLevel="moderate"', 'validationAction="warn"'])
      expect(dirt('db.users.updateMany({}, { $set: { a: 1 } });', collection('users', [], [option, mild]))).toBe(
        "No document is known that it can't write.",
      );
  });
});

it('a key that is unique already can be had by one document only', () => {
  const table = collection('users', ['email: 1']);
  expect(dirt('db.users.createIndex({ email: 1, a: 1 }, { unique: true });', table)).toEqual([
    '171 a document whose email and a are both arrays in users',
  ]);
  expect(dirt('db.users.updateMany({}, { $set: { email: "x" } });', table)).toEqual([
    '11000 two documents of users that both get the same email, which is unique',
  ]);
  expect(dirt('db.users.insertOne({ email: "x" });', table)).toEqual(['11000 a document of users with the email of one that is inserted']);
});

it('fields that must differ from document to document are the unique keys of before and after', () => {
  const [before, after] = [collection('users', ['email: 1']), collection('users', ['email: 1', 'a: 1, b: 1'])];
  expect(freshColumns('users', { ...emptyCatalog, tables: [before] }, { ...emptyCatalog, tables: [after] })).toEqual(['a', 'b', 'email']);
});
