import type { MongodbCase } from '../case';

/** All of it or nothing, and what stands beside it. */
export const transactions: Readonly<Record<string, MongodbCase>> = {
  transaction: {
    title: 'Two writes in one transaction: both stay or none',
    up: `const session = client.startSession();
      try {
        await session.withTransaction(async () => {
          await db.collection('customers').updateMany({}, { $inc: { visits: 1 } }, { session });
          await db.collection('orders').insertOne({ _id: 'o99', customer: 'c1', total: 1, status: 'paid' }, { session });
        });
      } finally {
        await session.endSession();
      }`,
    transaction: [1, 2],
    dirty: { 1: 'rolled-back', 2: 'rolled-back' },
  },
  'transaction-by-hand': {
    title: 'A transaction that is begun and committed by hand',
    up: `const session = client.startSession();
      session.startTransaction();
      try {
        await db.collection('orders').updateOne({ _id: 'o1' }, { $set: { status: 'sent' } }, { session });
        await db.collection('customers').updateOne({ _id: 'c1' }, { $set: { shipped: true } }, { session });
        await session.commitTransaction();
      } catch (error) {
        await session.abortTransaction();
        throw error;
      } finally {
        await session.endSession();
      }`,
    transaction: [1, 2],
    stays: { 2: 'unrecorded back~' },
  },
  'beside-the-transaction': {
    title: 'A write without the session is no part of the transaction around it',
    up: `const session = client.startSession();
      try {
        await session.withTransaction(async () => {
          await db.collection('customers').updateOne({ _id: 'c1' }, { $set: { checked: true } });
          await db.collection('orders').updateOne({ _id: 'o1' }, { $set: { checked: true } }, { session });
        });
      } finally {
        await session.endSession();
      }`,
    transaction: [2],
    stays: { 1: 'resumable' },
  },
};
