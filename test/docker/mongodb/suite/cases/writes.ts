import type { MongodbCase } from '../case';

/** Documents that are changed, put in and taken out. */
export const writes: Readonly<Record<string, MongodbCase>> = {
  'add-field': {
    title: 'A field is added where it is missing: a retry goes on where it stopped',
    up: "await db.collection('orders').updateMany({ currency: { $exists: false } }, { $set: { currency: 'EUR' } });",
    halves: { 1: 'resumable' },
  },
  'add-field-to-all': {
    title: 'A constant is set in every document: once more changes nothing',
    up: "await db.collection('orders').updateMany({}, { $set: { currency: 'EUR' } });",
    halves: { 1: 'resumable' },
  },
  'counter-twice': {
    title: 'Every document is counted up without a mark: a retry counts again',
    up: "await db.collection('customers').updateMany({}, { $inc: { visits: 1 } });",
    halves: { 1: 'applied-twice back~ forward-' },
    dirty: { 1: 'broken back~ forward~' },
  },
  'counter-with-mark': {
    title: 'The same with a mark in the same update: a retry finishes the rest',
    up: "await db.collection('customers').updateMany({ counted: { $ne: true } }, { $inc: { visits: 1 }, $set: { counted: true } });",
    halves: { 1: 'resumable' },
    dirty: { 1: 'broken forward~' },
  },
  'rename-field': {
    title: 'A field gets another name: those that have it already are left alone',
    up: "await db.collection('customers').updateMany({}, { $rename: { name: 'fullName' } });",
    halves: { 1: 'resumable' },
    dirty: { 1: 'broken forward~' },
  },
  'remove-field': {
    title: 'A field is removed, and its values with it',
    up: "await db.collection('orders').updateMany({}, { $unset: { note: '' } });",
    halves: { 1: 'resumable back~' },
    stays: { 1: 'unrecorded back~' },
  },
  'push-to-array': {
    title: 'A value is pushed into an array: a retry pushes it again',
    up: "await db.collection('customers').updateMany({}, { $push: { tags: 'new' } });",
    halves: { 1: 'applied-twice back~ forward-' },
    dirty: { 1: 'broken back~ forward~' },
  },
  'add-to-set': {
    title: 'A value is added to a set: a retry finds it there',
    up: "await db.collection('customers').updateMany({}, { $addToSet: { tags: 'new' } });",
    halves: { 1: 'resumable back~' },
    dirty: { 1: 'broken back~ forward~' },
  },
  'pipeline-on-itself': {
    title: 'A field is computed from itself: a retry computes it from the new value',
    up: "await db.collection('orders').updateMany({}, [{ $set: { total: { $multiply: ['$total', 100] } } }]);",
    halves: { 1: 'applied-twice back~ forward-' },
    dirty: { 1: 'broken back~ forward~' },
  },
  'pipeline-from-others': {
    title: 'A field is computed from others: it may be computed as often as one likes',
    up: "await db.collection('customers').updateMany({}, [{ $set: { fullName: { $concat: ['$first', ' ', '$last'] } } }]);",
    halves: { 1: 'resumable' },
    dirty: { 1: 'broken forward~' },
  },
  'array-filters': {
    title: 'Elements of arrays are changed by a filter of their own',
    up: "await db.collection('orders').updateMany({}, { $set: { 'lines.$[line].checked': true } }, { arrayFilters: [{ 'line.sku': 'a' }] });",
    halves: { 1: 'resumable back~' },
    stays: { 1: 'unrecorded back~' },
    dirty: { 1: 'broken back~ forward~' },
  },
  'delete-meant': {
    title: 'Documents are deleted that nobody wants any more',
    up: "await db.collection('orders').deleteMany({ status: 'cancelled' });",
    halves: { 1: 'resumable back~' },
    stays: { 1: 'unrecorded back~' },
  },
  'delete-one': {
    title: 'One document is deleted: the driver sends it again by itself when the connection breaks',
    up: "await db.collection('orders').deleteOne({ _id: 'o3' });",
    stays: { 1: 'unrecorded back~' },
  },
  'insert-without-ids': {
    title: 'Documents without an _id of their own are there twice after a retry',
    up: "await db.collection('plans').insertMany([{ code: 'free' }, { code: 'team' }, { code: 'firm' }, { code: 'gold' }]);",
    halves: { 1: 'applied-twice' },
  },
  'insert-with-ids': {
    title: 'Documents with an _id of their own can be put in once: a retry meets them',
    up: "await db.collection('plans').insertMany([{ _id: 'free' }, { _id: 'team' }, { _id: 'firm' }, { _id: 'gold' }]);",
    halves: { 1: 'broken' },
    dirty: { 1: 'rolled-back' },
  },
  'insert-one-without-id': {
    title: 'One document without an _id of its own is there twice after a retry',
    up: "await db.collection('plans').insertOne({ code: 'free', seats: 1 });",
    alone: [1],
  },
  'insert-one-dated': {
    title: 'A document that holds the time of the run has another one in every run',
    up: "await db.collection('plans').insertOne({ _id: 'free', since: new Date() });",
    alone: [1],
    dirty: { 1: 'rolled-back' },
  },
  'upsert-in-bulk': {
    title: 'Upserts with $setOnInsert are there once, however often they run',
    up: `await db.collection('plans').bulkWrite(['free', 'team', 'firm', 'gold'].map((code) => (
      { updateOne: { filter: { _id: code }, update: { $setOnInsert: { seats: 1 } }, upsert: true } })));`,
    halves: { 1: 'resumable' },
    alone: [1],
  },
  'bulk-of-changes': {
    title: 'A bulk of changes to single documents: the driver sends it again by itself',
    up: `await db.collection('orders').bulkWrite([
      { updateOne: { filter: { _id: 'o1' }, update: { $set: { status: 'sent' } } } },
      { updateOne: { filter: { _id: 'o2' }, update: { $set: { status: 'sent' } } } },
      { updateOne: { filter: { _id: 'o4' }, update: { $set: { status: 'sent' } } } },
      { updateOne: { filter: { _id: 'o5' }, update: { $set: { status: 'sent' } } } },
    ]);`,
    halves: { 1: 'resumable back~' },
    stays: { 1: 'unrecorded back~' },
  },
  'bulk-that-counts': {
    title: 'A bulk that counts up: half of it can not be told from none of it',
    up: `await db.collection('customers').bulkWrite([
      { updateOne: { filter: { _id: 'c1' }, update: { $inc: { visits: 1 } } } },
      { updateOne: { filter: { _id: 'c2' }, update: { $inc: { visits: 1 } } } },
      { updateOne: { filter: { _id: 'c3' }, update: { $inc: { visits: 1 } } } },
      { updateOne: { filter: { _id: 'c4' }, update: { $inc: { visits: 1 } } } },
    ]);`,
    halves: { 1: 'applied-twice' },
  },
  'replace-one': {
    title: 'A document is replaced as a whole',
    up: "await db.collection('orders').replaceOne({ _id: 'o1' }, { customer: 'c1', total: 10, state: 'closed' });",
    stays: { 1: 'unrecorded back~' },
  },
  'find-and-update': {
    title: 'A document is found and changed in one command',
    up: "await db.collection('orders').findOneAndUpdate({ _id: 'o1' }, { $set: { checked: true } });",
  },
  'document-by-document': {
    title: 'A loop over a cursor writes document by document: a crash leaves those that were done',
    up: `for await (const order of db.collection('orders').find({ status: 'cancelled' }).sort({ total: 1 })) {
      await db.collection('orders').updateOne({ _id: order._id }, { $set: { refund: order.total } });
    }`,
    stays: { 1: 'resumable', 2: 'resumable', 3: 'resumable' },
  },
  'counted-document-by-document': {
    title: 'A loop that counts up: after a crash nobody knows how far it came',
    up: `for (const id of ['c1', 'c2', 'c3']) {
      await db.collection('customers').updateOne({ _id: id }, { $inc: { visits: 10 } });
    }`,
    stays: { 1: 'applied-twice', 2: 'applied-twice' },
  },
  'mark-apart-from-data': {
    title: 'The mark is set in another update than the data: between both the data is there and the mark is not',
    up: `await db.collection('customers').updateMany({ counted: { $ne: true } }, { $inc: { visits: 1 } });
      await db.collection('customers').updateMany({ counted: { $ne: true } }, { $set: { counted: true } });`,
    halves: { 1: 'false-success back~ forward-', 2: 'false-success' },
    stays: { 1: 'false-success', 2: 'unrecorded' },
    dirty: { 1: 'broken back~ forward~' },
  },
  'two-updates': {
    title: 'Two updates that may both be done again',
    up: `await db.collection('orders').updateMany({}, { $set: { currency: 'EUR' } });
      await db.collection('customers').updateMany({}, { $set: { country: 'DE' } });`,
    halves: { 1: 'resumable', 2: 'resumable' },
    stays: { 1: 'resumable' },
    dirty: { 2: 'broken forward~' },
  },
  'fails-by-itself': {
    title: 'A document that the validator refuses ends the migration by itself',
    up: `await db.collection('orders').updateMany({}, { $set: { currency: 'EUR' } });
      await db.collection('customers').insertOne({ _id: 'c99', email: 5, visits: 0 });`,
    halves: { 1: 'broken forward-' },
    stays: { 1: 'broken forward-' },
    failsAt: 2,
  },
};
