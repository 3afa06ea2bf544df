import type { MongodbCase } from '../case';

/** Scripts of the shell: nothing records that they ran. */
export const scripts: Readonly<Record<string, MongodbCase>> = {
  script: {
    title: 'A script of the shell that may run again',
    script: `db.orders.updateMany({ currency: { $exists: false } }, { $set: { currency: "EUR" } });
db.orders.createIndex({ currency: 1 }, { name: "orders_currency" });
`,
    halves: { 1: 'resumable' },
    stays: { 1: 'resumable', 2: 'complete' },
  },
  'script-once': {
    title: 'A script of the shell that may not',
    script: `db.invoices.insertOne({ _id: "first" });
db.orders.updateMany({}, { $set: { currency: "EUR" } });
`,
    halves: { 2: 'broken' },
    dirty: { 1: 'rolled-back' },
    stays: { 1: 'broken', 2: 'complete' },
    alone: [1],
  },
};
