import type { MongodbCase } from '../case';

/** Collections, indexes, validators and views. */
export const definitions: Readonly<Record<string, MongodbCase>> = {
  'create-index': {
    title: 'An index that is there already is made again without a word',
    up: "await db.collection('orders').createIndex({ total: 1 }, { name: 'orders_total' });",
  },
  'create-two-indexes': {
    title: 'Two indexes by two commands',
    up: `await db.collection('orders').createIndex({ total: 1 }, { name: 'orders_total' });
      await db.collection('orders').createIndex({ status: 1, total: -1 }, { name: 'orders_status' });`,
    stays: { 1: 'resumable' },
  },
  'unique-index': {
    title: 'A unique index meets documents that are alike',
    up: "await db.collection('customers').createIndex({ name: 1 }, { unique: true, name: 'customers_name' });",
    dirty: { 1: 'rolled-back' },
  },
  'fill-and-index': {
    title: 'A field is filled and then indexed',
    up: `await db.collection('orders').updateMany({}, { $set: { currency: 'EUR' } });
      await db.collection('orders').createIndex({ currency: 1 }, { name: 'orders_currency' });`,
    halves: { 1: 'resumable' },
    stays: { 1: 'resumable' },
  },
  'drop-and-create-index': {
    title: 'An index is dropped before its successor is there: a retry does not find it',
    up: `await db.collection('orders').dropIndex('orders_customer');
      await db.collection('orders').createIndex({ customer: 1, total: 1 }, { name: 'orders_customer_total' });`,
    stays: { 1: 'broken' },
  },
  'ttl-index': {
    title: 'An index that deletes what is old',
    up: `await db.collection('orders').createIndex({ expiresAt: 1 }, { expireAfterSeconds: 3600, name: 'orders_expiry' });`,
  },
  'partial-index': {
    title: 'An index on a part of the documents',
    up: `await db.collection('orders').createIndex({ total: 1 }, { partialFilterExpression: { status: 'paid' }, name: 'orders_paid' });`,
  },
  'create-collection': {
    title: 'A collection with the same options is made again without a word, from 7.0 on',
    up: `await db.createCollection('invoices');
      await db.collection('invoices').createIndex({ number: 1 }, { unique: true, name: 'invoices_number' });`,
    stays: { 1: 'resumable' },
    alone: [1, 2],
  },
  'create-collection-guarded': {
    title: 'The migration looks first whether the collection is there',
    up: `if ((await db.listCollections({ name: 'invoices' }).toArray()).length === 0) await db.createCollection('invoices');
      await db.collection('invoices').createIndex({ number: 1 }, { unique: true, name: 'invoices_number' });`,
    stays: { 1: 'resumable' },
    alone: [1, 2],
  },
  'drop-collection': {
    title: 'A collection goes with all that is in it',
    up: "await db.collection('orders').drop();",
    stays: { 1: 'unrecorded back~' },
  },
  'rename-collection': {
    title: 'A collection gets another name, and an index under it: a retry does not find the old name',
    up: `await db.collection('orders').rename('purchases');
      await db.collection('purchases').createIndex({ total: 1 }, { name: 'purchases_total' });`,
    stays: { 1: 'broken' },
    alone: [1],
    dirty: { 1: 'rolled-back' },
  },
  'copy-and-swap': {
    title: 'A copy is built beside and put in place by one rename',
    up: `await db.collection('orders').aggregate([{ $set: { cents: { $multiply: ['$total', 100] } } }, { $out: 'orders_new' }]).toArray();
      await db.collection('orders_new').createIndex({ customer: 1 }, { name: 'orders_customer' });
      await db.collection('orders_new').rename('orders', { dropTarget: true });`,
    stays: { 1: 'resumable', 2: 'resumable', 3: 'unrecorded' },
    alone: [1, 3],
    dirty: { 1: 'rolled-back' },
  },
  'swap-in-two-steps': {
    title: 'Two renames with nothing in between: for a moment there is no such collection',
    up: `await db.collection('orders').aggregate([{ $set: { cents: { $multiply: ['$total', 100] } } }, { $out: 'orders_new' }]).toArray();
      await db.collection('orders').rename('orders_old');
      await db.collection('orders_new').rename('orders');`,
    stays: { 1: 'resumable', 2: 'broken', 3: 'unrecorded' },
    alone: [1, 2, 3],
    dirty: { 1: 'rolled-back', 2: 'broken forward-' },
  },
  'out-to-new': {
    title: 'An aggregation writes a collection anew, however often it runs',
    up: `await db.collection('orders').aggregate([{ $group: { _id: '$customer', total: { $sum: '$total' } } }, { $out: 'totals' }]).toArray();`,
    alone: [1],
  },
  'merge-into': {
    title: 'An aggregation merges what it counts into the documents',
    up: `await db.collection('orders').aggregate([
      { $group: { _id: '$customer', orders: { $sum: 1 } } },
      { $merge: { into: 'customers', on: '_id', whenMatched: 'merge', whenNotMatched: 'discard' } },
    ]).toArray();`,
    alone: [1],
    idle: [1],
    // What it has written by then can't be seen from outside.
    except: { 'crash@during:1': 'impossible' },
  },
  'validator-after-filling': {
    title: 'Documents are filled, and then a validator asks for it',
    up: `await db.collection('orders').updateMany({ currency: { $exists: false } }, { $set: { currency: 'EUR' } });
      await db.command({ collMod: 'orders', validator: { $jsonSchema: { required: ['currency'] } }, validationLevel: 'moderate' });`,
    halves: { 1: 'resumable' },
    stays: { 1: 'resumable' },
  },
  'validator-replaced': {
    title: 'A validator takes the place of another',
    up: `await db.command({ collMod: 'customers', validator: { $jsonSchema: { required: ['email'] } } });`,
  },
  'create-view': {
    title: 'A view with the same definition is made again without a word, from 7.0 on',
    up: `await db.createCollection('paid_orders', { viewOn: 'orders', pipeline: [{ $match: { status: 'paid' } }] });
      await db.collection('orders').createIndex({ status: 1 }, { name: 'orders_status' });`,
    stays: { 1: 'resumable' },
    alone: [1],
    dirty: { 1: 'rolled-back' },
  },
};
