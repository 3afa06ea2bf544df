/**
 * One migration for MongoDB and what every cell of its matrix must come to. The expectation is written by what the manuals of server and driver
 * and the sources of migrate-mongo say; see `expectation.ts` for how it is read.
 */
export interface MongodbCase {
  /** What is special about it, as a sentence. */
  readonly title: string;
  /** The body of `up(db, client)` of a file of migrate-mongo. */
  readonly up?: string;
  /** In its place: a script of mongosh, which has no history. */
  readonly script?: string;
  /** The body of the `up` that makes the state before. Default: `shop`. */
  readonly before?: string;
  /** What it means that statements 1 to k stay, for k at which something can end. All statements: only where it is special. */
  readonly stays?: Readonly<Record<number, string>>;
  /** What it means that half of statement k is done, and all before it. */
  readonly halves?: Readonly<Record<number, string>>;
  /** Statements that documents of before can break, and what that comes to. Where nothing is said, no such documents can be. */
  readonly dirty?: Readonly<Record<number, string>>;
  /** The numbers of the statements that run in one transaction. */
  readonly transaction?: readonly number[];
  /** Statements of many writes of which no half can be: they meet one document, or none. */
  readonly whole?: readonly number[];
  /** Statements that wait for nothing that another session could hold. */
  readonly alone?: readonly number[];
  /** Statements that are over before a timeout can fire. */
  readonly idle?: readonly number[];
  /** The statement at which it fails by itself: what goes on ends there. */
  readonly failsAt?: number;
  /** Cells that are special: `crash,kill-session@during:2..after:3` or `*@during:2`. The last that fits counts. */
  readonly except?: Readonly<Record<string, string>>;
}

/** Two collections that most migrations are about, with twelve documents each. */
export const shop = `
await db.createCollection('customers', {
  validator: { $jsonSchema: { bsonType: 'object', required: ['email', 'visits'], properties: { email: { bsonType: 'string' } } } },
});
await db.collection('customers').createIndex({ email: 1 }, { unique: true, name: 'customers_email' });
await db.collection('orders').createIndex({ customer: 1 }, { name: 'orders_customer' });
const numbers = Array.from({ length: 12 }, (_, number) => number + 1);
await db.collection('customers').insertMany(
  numbers.map((number) => ({
    _id: 'c' + number, email: 'c' + number + '@example.com', name: 'Name ' + number, first: 'First' + number, last: 'Last' + number,
    visits: number, tags: ['old'],
  })),
);
await db.collection('orders').insertMany(
  numbers.map((number) => ({
    _id: 'o' + number, customer: 'c' + number, total: number * 10, status: number % 3 === 0 ? 'cancelled' : 'paid', note: 'note ' + number,
    lines: [{ sku: 'a', quantity: number }, { sku: 'b', quantity: 1 }],
  })),
);
`;

/** The orders of the same for scripts. */
export const shopScript = `
db.orders.createIndex({ customer: 1 }, { name: "orders_customer" });
db.orders.insertMany([
  { _id: "o1", customer: "c1", total: 10, status: "paid" },
  { _id: "o2", customer: "c2", total: 20, status: "paid" },
  { _id: "o3", customer: "c3", total: 30, status: "cancelled" },
  { _id: "o4", customer: "c4", total: 40, status: "paid" },
]);
`;
