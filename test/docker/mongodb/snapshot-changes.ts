import { type Db, Decimal128, Double, Int32, Long, ObjectId, UUID } from 'mongodb';

/** The id of a seeded document. */
export function id(place: number): ObjectId {
  return new ObjectId(`65f00000000000000000000${place}`);
}

/** A database with something of everything that the stand-in has. */
export async function fillShop(db: Db): Promise<void> {
  const validator = { $jsonSchema: { bsonType: 'object', required: ['email'] } };
  await db.createCollection('users', { validator, validationLevel: 'moderate' });
  await db.collection('users').insertMany([
    { _id: id(0), email: 'a@x.org', age: new Int32(1), tags: ['a', 'b'], meta: { at: new Date(0), by: 'me' }, nick: null },
    { _id: id(1), email: 'b@x.org', age: new Int32(2), tags: [], meta: {}, items: [{ sku: 's', n: 1 }, { sku: 't' }] },
    { _id: id(2), email: 'c@x.org', balance: Decimal128.fromString('1.0'), key: new UUID('01234567-89ab-4def-8123-456789abcdef') },
  ]);
  await db.collection('users').createIndex({ email: 1 }, { unique: true });
  await db.collection('users').createIndex({ age: -1, 'meta.at': 1 }, { name: 'by_age', sparse: true });
  await db.createCollection('notes');
  await db.createCollection('recent', { viewOn: 'users', pipeline: [{ $match: { age: { $gt: 1 } } }] });
  await db.collection('changelog').insertOne({ fileName: '1.js', appliedAt: new Date() });
}

export interface Change {
  readonly name: string;
  readonly make: (db: Db) => Promise<unknown>;
}

const set = (field: string, value: unknown) => (db: Db) => db.collection('users').updateOne({ _id: id(0) }, { $set: { [field]: value } });

/** Each is seen in the state, and is told apart from all others. */
export const changes: readonly Change[] = [
  { name: 'a validator', make: (db) => db.command({ collMod: 'users', validator: { $jsonSchema: { required: ['email', 'age'] } } }) },
  { name: 'the level of a validator', make: (db) => db.command({ collMod: 'users', validationLevel: 'strict' }) },
  { name: 'a collection more', make: (db) => db.createCollection('more') },
  { name: 'a collection less', make: (db) => db.collection('notes').drop() },
  { name: 'an index', make: (db) => db.collection('users').createIndex({ nick: 1 }) },
  {
    name: 'the order of keys',
    make: (db) => db.collection('users').createIndex({ 'meta.at': 1, age: -1 }, { name: 'by_age_2', sparse: true }),
  },
  {
    name: 'an option of an index',
    async make(db) {
      await db.collection('users').dropIndex('by_age');
      await db.collection('users').createIndex({ age: -1, 'meta.at': 1 }, { name: 'by_age' });
    },
  },
  { name: 'an index less', make: (db) => db.collection('users').dropIndex('by_age') },
  {
    name: 'the query of a view',
    make: (db) => db.command({ collMod: 'recent', viewOn: 'users', pipeline: [{ $match: { age: { $gt: 2 } } }] }),
  },
  { name: 'a document more', make: (db) => db.collection('notes').insertOne({ _id: id(3) }) },
  { name: 'a long for an int', make: set('age', Long.fromNumber(1)) },
  { name: 'a double for an int', make: set('age', new Double(1)) },
  { name: 'a text for an int', make: set('age', '1') },
  { name: 'a field that is null and was missing', make: set('phone', null) },
  {
    name: 'a field that is missing and was null',
    make: (db) => db.collection('users').updateOne({ _id: id(0) }, { $unset: { nick: 1 } }),
  },
  { name: 'the order of an array', make: set('tags', ['b', 'a']) },
  { name: 'an array in an array', make: set('tags', [['a', 'b']]) },
  { name: 'a nested value', make: set('meta.by', 'you') },
  { name: 'a nested moment', make: set('meta.at', new Date(1)) },
  {
    name: 'a decimal',
    make: (db) => db.collection('users').updateOne({ _id: id(2) }, { $set: { balance: Decimal128.fromString('1.5') } }),
  },
  {
    name: 'an item in another place',
    make: (db) => db.collection('users').updateOne({ _id: id(1) }, { $set: { items: [{ sku: 's' }, { sku: 't', n: 1 }] } }),
  },
  { name: 'the id of a document', make: (db) => db.collection('users').insertOne({ _id: id(3), email: 'd@x.org' }) },
  { name: 'a row of the history', make: (db) => db.collection('changelog').insertOne({ fileName: '2.js', appliedAt: new Date() }) },
];
