import { expect, test } from 'vitest';
import { migrateMongo } from '../../../../src/frameworks/code/migrate-mongo';
import { readFolder } from '../../../../src/frameworks/registry';
import { emptyCatalog } from '../../../../src/model/catalog';
import type { Engine } from '../../../../src/model/engine';
import type { Migration } from '../../../../src/model/migration';
import type { SourceFile } from '../../../../src/model/run-protocol';
import { readText } from '../../../../src/parse/read';
import { catalogChanges } from '../../../../src/rollback/changes';
import { type GeneratedDown, generateDown } from '../../../../src/rollback/down';
import { keepAside } from '../../../../src/rollback/keep-aside';
import { keptMigration } from '../../../../src/rollback/kept-migration';
import { replay } from '../../../../src/schema/virtual-schema';

const engine: Engine = { name: 'mongodb', major: 8 };

const base = `db.createCollection("users", { validator: { age: { $gte: 0 } }, validationLevel: "moderate" });
db.users.createIndex({ email: 1 }, { unique: true, name: "users_email" });
db.users.createIndex({ seen: 1 }, { expireAfterSeconds: 60, name: "users_seen" });
db.createCollection("orders");`;

function migrationOf(up: string): Migration {
  const statements = readText(up, engine);
  expect(statements.filter(({ unreadable }) => unreadable !== undefined)).toEqual([]);
  const execution = { requests: 'per-statement', wrapped: false, because: 'It is a test.' } as const;
  const span = { start: 0, end: up.length };
  return {
    id: '20240101-test',
    title: '20240101-test.js',
    framework: 'sql',
    engine,
    up: { direction: 'up', path: '20240101-test.js', span, statements, execution },
  };
}

function downOf(up: string, earlier = base): GeneratedDown {
  const before = replay(emptyCatalog, readText(earlier, engine), engine);
  const migration = migrationOf(up);
  return generateDown(migration, before, replay(before, migration.up.statements, engine));
}

/** Each statement of the rollback has to be read again. */
function textsOf(up: string, earlier = base): readonly string[] {
  const { statements } = downOf(up, earlier);
  const read = readText(statements.join('\n'), engine);
  expect(read.filter(({ unreadable, operations }) => unreadable !== undefined || operations.length === 0)).toEqual([]);
  return statements;
}

test('a script that goes to a database of its own is undone there', () => {
  expect(textsOf('use("shop");\ndb.users.createIndex({ name: 1 });')).toEqual(['use("shop");', 'db.users.dropIndex("name_1");']);
  expect(textsOf('use("shop");\ndb.users.findOne({});')).toEqual([]);
  expect(downOf('use("shop");\ndb.users.createIndex({ name: 1 });\nuse("other");\ndb.users.createIndex({ age: 1 });').irreversible).toEqual(
    ['Not undone: to which of shop, other each of these belongs. Write it by hand.'],
  );
});

const schema: readonly (readonly [what: string, up: string, down: readonly string[]])[] = [
  [
    'an index goes by the name that the driver makes',
    'db.users.createIndex({ name: 1, age: -1 });',
    ['db.users.dropIndex("name_1_age_-1");'],
  ],
  [
    'an index of a collection that no migration shows',
    'db.unseen.createIndex({ a: 1 }, { name: "by_a" });',
    ['db.unseen.dropIndex("by_a");'],
  ],
  [
    'a dropped index comes back with all of its options',
    'db.users.dropIndex("users_email");',
    ['db.users.createIndex({ email: 1 }, { name: "users_email", unique: true });'],
  ],
  [
    'by its keys as well',
    'db.users.dropIndex({ seen: 1 });',
    ['db.users.createIndex({ seen: 1 }, { name: "users_seen", expireAfterSeconds: 60 });'],
  ],
  [
    'a new collection goes, with what was written to it',
    'db.createCollection("tags"); db.tags.insertOne({ a: 1 }); db.tags.createIndex({ a: 1 });',
    ['db.tags.drop();'],
  ],
  ['a rename', 'db.orders.renameCollection("purchases");', ['db.purchases.renameCollection("orders");']],
  ['a rename of what no migration shows', 'db.unseen.renameCollection("seen");', ['db.seen.renameCollection("unseen");']],
  [
    'a validator as it was',
    'db.runCommand({ collMod: "users", validator: { age: { $gte: 18 } }, validationLevel: "strict", validationAction: "warn" });',
    ['db.runCommand({ collMod: "users", validationAction: "error", validationLevel: "moderate", validator: { age: { $gte: 0 } } });'],
  ],
  [
    'a validator where none was',
    'db.runCommand({ collMod: "orders", validator: { total: { $gte: 0 } } });',
    ['db.runCommand({ collMod: "orders", validator: {} });'],
  ],
  [
    'the time of a TTL index',
    'db.runCommand({ collMod: "users", index: { name: "users_seen", expireAfterSeconds: 5 } });',
    ['db.runCommand({ collMod: "users", index: { name: "users_seen", expireAfterSeconds: 60 } });'],
  ],
  [
    'an index that is made unique in place',
    'db.orders.createIndex({ number: 1 }, { name: "by_number" }); db.runCommand({ collMod: "orders", index: { name: "by_number", prepareUnique: true } }); db.runCommand({ collMod: "orders", index: { name: "by_number", unique: true } });',
    [
      'db.orders.dropIndex("by_number");',
      'db.orders.createIndex({ number: 1 }, { name: "by_number", prepareUnique: true });',
      'db.runCommand({ collMod: "orders", index: { name: "by_number", prepareUnique: false } });',
      'db.orders.dropIndex("by_number");',
    ],
  ],
  ['a view', 'db.createView("adults", "users", [{ $match: { age: { $gte: 18 } } }]);', ['db.adults.drop();']],
  ['what is read alone', 'db.users.find({ a: 1 }); db.users.aggregate([{ $match: { a: 1 } }]); db.users.countDocuments({});', []],
];

test.each(schema)('%s', (_, up, down) => {
  const generated = downOf(up);
  expect(textsOf(up)).toEqual(down);
  expect(generated.irreversible).toEqual([]);
  expect(generated.losses).toEqual([]);
});

const writes: readonly (readonly [what: string, up: string, down: readonly string[]])[] = [
  ['documents by their _id', 'db.users.insertMany([{ _id: 1, a: 1 }, { _id: 2 }]);', ['db.users.deleteMany({ _id: { $in: [1, 2] } });']],
  ['one by its _id', 'db.users.insertOne({ _id: "admin" });', ['db.users.deleteOne({ _id: "admin" });']],
  [
    'by a unique index',
    'db.users.insertMany([{ email: "a@b.c" }, { email: "d@e.f" }]);',
    ['db.users.deleteMany({ email: { $in: ["a@b.c", "d@e.f"] } });'],
  ],
  [
    'by the marker',
    'db.orders.insertMany([{ n: 1, migrationId: "m1" }, { n: 2, migrationId: "m1" }]);',
    ['db.orders.deleteMany({ migrationId: "m1" });'],
  ],
  [
    'the newest of its kind, where nothing names it',
    'db.orders.insertOne({ name: "first", at: new Date() });',
    ['db.orders.findOneAndDelete({ name: "first" }, { sort: { _id: -1 } });'],
  ],
  [
    'a marker tells what was changed',
    'db.users.updateMany({ migrationId: { $ne: "m1" }, kind: "a" }, { $set: { migrationId: "m1" } });',
    ['db.users.updateMany({ kind: "a", migrationId: "m1" }, { $unset: { migrationId: "" } });'],
  ],
  [
    'a marker beside a field that the documents lacked',
    'db.users.updateMany({ level: { $exists: false } }, { $set: { level: 1, migrationId: "m1" } });',
    ['db.users.updateMany({ migrationId: "m1" }, { $unset: { level: "", migrationId: "" } });'],
  ],
  [
    'by the keys of an _id',
    'db.users.updateOne({ _id: 5, n: 1 }, { $set: { n: 2 } });',
    ['db.users.updateOne({ _id: 5, n: 2 }, { $set: { n: 1 } });'],
  ],
  [
    'an upsert that only inserts, by its marker',
    'db.users.updateOne({ _id: 5 }, { $setOnInsert: { a: 1, migrationId: "m" } }, { upsert: true });',
    ['db.users.deleteMany({ _id: 5, a: 1, migrationId: "m" });'],
  ],
];

test.each(writes)('takes back: %s', (_, up, down) => {
  const shared = /_id: 5, n: 1/.test(up);
  expect(textsOf(up).map((text) => text.split('\n').at(-1))).toEqual(down);
  if (!shared) expect(downOf(up).irreversible).toEqual([]);
});

test('what the values alone tell may have been there before, and that is said', () => {
  const { statements, irreversible, losses } = downOf(
    'db.users.updateMany({ status: { $exists: false } }, { $set: { status: "active" } });',
  );
  expect(statements.join('\n').split('\n').at(-1)).toBe('db.users.updateMany({ status: "active" }, { $unset: { status: "" } });');
  expect(irreversible.join()).toContain('that held the same status before');
  expect(statements[0]).toMatch(/^\/\/ /);
  expect(losses).toEqual([{ table: 'users', columns: ['status'] }]);
});

const partly: readonly (readonly [up: string, down: string, said: string])[] = [
  [
    'db.users.updateMany({ kind: "a" }, { $inc: { age: 5 } });',
    'db.users.updateMany({ kind: "a" }, { $inc: { age: -5 } });',
    'where age was missing it is 0',
  ],
  [
    'db.users.updateMany({ kind: "a" }, { $inc: { age: NumberLong("5") } });',
    'db.users.updateMany({ kind: "a" }, { $inc: { age: NumberLong("-5") } });',
    '',
  ],
  [
    'db.users.updateMany({ mail: { $exists: true } }, { $rename: { mail: "email" } });',
    'db.users.updateMany({ email: { $exists: true } }, { $rename: { email: "mail" } });',
    'where email was there beside mail',
  ],
  [
    'db.users.updateMany({ tags: { $ne: "x" } }, { $push: { tags: "x" } });',
    'db.users.updateMany({ tags: "x" }, { $pull: { tags: { $eq: "x" } } });',
    'where tags was missing it is empty',
  ],
  [
    'db.users.updateMany({ full: { $exists: false } }, [{ $set: { full: { $concat: ["$a", "$b"] } } }]);',
    'db.users.updateMany({ full: { $exists: true } }, { $unset: { full: "" } });',
    'that have full from elsewhere, whatever it is,',
  ],
  [
    'db.users.updateMany({ gone: { $exists: false } }, { $set: { gone: null } });',
    'db.users.updateMany({ gone: { $type: "null" } }, { $unset: { gone: "" } });',
    'held the same gone',
  ],
  [
    'db.users.updateMany({ tags: { $exists: false } }, { $set: { tags: [] } });',
    'db.users.updateMany({ tags: [] }, { $unset: { tags: "" } });',
    'held the same tags',
  ],
  [
    'db.users.updateMany({ set: { $exists: false } }, { $set: { set: { mail: true, at: null } } });',
    'db.users.updateMany({ set: { mail: true, at: null } }, { $unset: { set: "" } });',
    'held the same set',
  ],
  [
    'db.users.updateMany({ old: { $exists: false } }, [{ $set: { old: "$price", price: { $multiply: ["$price", 2] } } }]);',
    'db.users.updateMany({ old: { $exists: true } }, { $rename: { old: "price" } });',
    'have old from elsewhere',
  ],
  [
    'db.users.updateMany({ tags: { $exists: false } }, [{ $set: { tags: [] } }]);',
    'db.users.updateMany({ tags: [] }, { $unset: { tags: "" } });',
    'held the same tags',
  ],
];

test.each(partly)('%s', (up, down, said) => {
  expect(textsOf(up).join('\n').split('\n').at(-1)).toBe(down);
  expect(downOf(up).irreversible.join()).toContain(said);
});

const lost: readonly (readonly [up: string, said: string])[] = [
  ['db.users.updateMany({}, { $set: { status: "new" } });', 'users.status'],
  ['db.users.updateMany({ a: 1 }, { $unset: { phone: "" } });', 'users.phone'],
  ['db.users.deleteMany({ old: true });', 'deleted from users'],
  ['db.users.replaceOne({ _id: 1 }, { a: 2 });', 'are replaced'],
  ['db.users.updateMany({}, [{ $set: { name: { $toLower: "$name" } } }]);', 'users.name'],
  ['db.users.updateMany({}, [{ $set: { a: "$b", b: "$a" } }]);', 'users.a, users.b'],
  ['db.users.drop();', 'documents of users'],
  ['db.unseen.drop();', 'unseen'],
  ['db.users.dropIndex("unseen_1");', 'index unseen_1'],
  ['db.users.aggregate([{ $out: "orders" }]);', 'documents of orders'],
  ['db.orders.renameCollection("users", true);', 'documents of users'],
  ['db.dropDatabase();', 'whole database'],
  ['db.getCollection("${name}").drop();', 'only a run tells its collection'],
  ['db.users.insertOne(${document});', 'only a run tells'],
];

test.each(lost)('%s is said to be lost', (up, said) => {
  const { irreversible, losses, restoresSchema } = downOf(up);
  expect(irreversible.join()).toContain(said);
  expect(losses.length > 0 || !restoresSchema || irreversible.length > 0).toBe(true);
});

test('what was copied aside comes back from there, and the copy goes', () => {
  const up = `db.users.aggregate([{ $match: { old: true } }, { $out: "users_before_1" }]);
db.users.deleteMany({ old: true });`;
  expect(downOf(up)).toMatchObject({ irreversible: [], losses: [] });
  expect(textsOf(up)).toEqual([
    'db.users_before_1.aggregate([{ $merge: { into: "users", on: "_id", whenMatched: "replace", whenNotMatched: "insert" } }]);',
    'db.users_before_1.drop();',
  ]);
});

test('a dropped collection comes back from its copy, with its options and indexes', () => {
  const up = 'db.users.aggregate([{ $match: {} }, { $out: "users_before_1" }]); db.users.drop();';
  const { statements, irreversible, losses } = downOf(up);
  expect(irreversible).toEqual([]);
  expect(losses).toEqual([]);
  expect(statements[0]).toBe('db.createCollection("users", { validationLevel: "moderate", validator: { age: { $gte: 0 } } });');
  expect(statements.join('\n')).toContain('db.users.createIndex({ email: 1 }, { name: "users_email", unique: true });');
  expect(statements.at(-1)).toBe('db.users_before_1.drop();');
});

test('a copy of other documents keeps nothing of these', () => {
  const up = 'db.users.aggregate([{ $match: { old: false } }, { $out: "users_before_1" }]); db.users.deleteMany({ old: true });';
  expect(downOf(up).losses).toContainEqual({ table: 'users' });
});

test('each statement is taken back on the schema that it met', () => {
  const up = `db.orders.updateMany({ state: { $exists: false } }, { $set: { state: "open" } });
db.runCommand({ collMod: "orders", validator: { state: { $exists: true } } });
db.orders.renameCollection("purchases");
db.purchases.createIndex({ state: 1 });`;
  expect(textsOf(up).map((text) => text.split('\n').at(-1))).toEqual([
    'db.purchases.dropIndex("state_1");',
    'db.purchases.renameCollection("orders");',
    'db.runCommand({ collMod: "orders", validator: {} });',
    'db.orders.updateMany({ state: "open" }, { $unset: { state: "" } });',
  ]);
});

test('two collections that change their names find a way round', () => {
  const now = replay(emptyCatalog, readText('db.createCollection("a"); db.createCollection("b");', engine), engine);
  const swapped = { ...now, tables: now.tables.map((table) => ({ ...table, name: table.name === 'a' ? 'b' : 'a' })) };
  expect(catalogChanges(now, swapped, { engine }).map(({ text }) => text)).toEqual([
    'db.a.renameCollection("b_moving");',
    'db.b.renameCollection("a");',
    'db.b_moving.renameCollection("b");',
  ]);
});

test('a collection that $out writes over itself was there, and comes back from its copy alone', () => {
  const up = 'db.unseen.aggregate([{ $match: { a: 1 } }, { $out: "unseen" }]);';
  expect(downOf(up)).toMatchObject({ losses: [{ table: 'unseen' }], irreversible: [expect.stringContaining('documents of unseen')] });
  expect(textsOf(`db.unseen.aggregate([{ $out: "unseen_before_1" }]); ${up}`)).toEqual([
    'db.unseen_before_1.aggregate([{ $out: "unseen" }]);',
    'db.unseen_before_1.drop();',
  ]);
});

test('an option of an index that no migration shows', () => {
  const collMod = (index: string) => downOf(`db.runCommand({ collMod: "unseen", index: ${index} });`);
  expect(collMod('{ name: "a_1", hidden: true }').statements).toEqual([
    expect.stringContaining('\ndb.runCommand({ collMod: "unseen", index: { name: "a_1", hidden: false } });'),
  ]);
  expect(collMod('{ keyPattern: { a: 1 }, expireAfterSeconds: 60 }').irreversible).toEqual([
    expect.stringContaining('expireAfterSeconds of index { a: 1 } of unseen'),
  ]);
});

test('what the filter of an upsert and its $setOnInsert both say is asked once', () => {
  expect(textsOf('db.roles.updateOne({ key: "a" }, { $setOnInsert: { key: "a", n: 1 } }, { upsert: true });')[0]).toContain(
    'db.roles.deleteMany({ key: "a", n: 1 });',
  );
});

const kept: readonly (readonly [up: string, changed: string])[] = [
  ['db.users.drop()', 'db.users.renameCollection("faultline_kept_users")'],
  [
    'db.users.deleteMany({ old: true })',
    'db.users.aggregate([{ $match: { old: true } }, { $out: "faultline_kept_users" }]);\ndb.users.deleteMany({ old: true })',
  ],
  [
    'db.users.updateMany({ a: 1 }, { $unset: { phone: "" } })',
    'db.users.aggregate([{ $match: { a: 1 } }, { $out: "faultline_kept_users" }]);\ndb.users.updateMany({ a: 1 }, { $unset: { phone: "" } })',
  ],
  [
    'db.users.aggregate([{ $out: "orders" }])',
    'db.orders.renameCollection("faultline_kept_orders");\ndb.users.aggregate([{ $out: "orders" }])',
  ],
  [
    'db.users.aggregate([{ $match: { a: 1 } }, { $out: "users" }])',
    'db.users.aggregate([{ $out: "faultline_kept_users" }]);\ndb.users.aggregate([{ $match: { a: 1 } }, { $out: "users" }])',
  ],
  [
    'db.users.aggregate([{ $unionWith: "orders" }, { $out: "orders" }])',
    'db.orders.aggregate([{ $out: "faultline_kept_orders" }]);\ndb.users.aggregate([{ $unionWith: "orders" }, { $out: "orders" }])',
  ],
];

test.each(kept)('%s keeps aside what it would destroy, and nothing is lost then', (up, changed) => {
  const before = replay(emptyCatalog, readText(base, engine), engine);
  let text = `${up};`;
  for (const { span, newText } of keepAside(migrationOf(text), before).edits)
    text = text.slice(0, span.start) + newText + text.slice(span.end);
  expect(text).toBe(`${changed};`);
  expect(downOf(`${changed};`)).toMatchObject({ losses: [], irreversible: [], restoresSchema: true });
});

test('what takes nothing away is left as it is', () => {
  const migration = migrationOf(
    'db.users.insertOne({ _id: 1 }); db.users.createIndex({ a: 1 }); db.users.updateOne({ _id: 1 }, { $inc: { n: 1 } });',
  );
  expect(keepAside(migration, emptyCatalog).edits).toEqual([]);
});

test('a migration in code keeps aside in calls of its own', () => {
  const files = [
    {
      path: '20240102000000-clean.js',
      text: `module.exports = {
  async up(db) {
    const users = db.collection('users');
    await users.deleteMany({ old: true });
    await db.collection('logs').drop();
  },

  async down(db) {},
};
`,
    },
  ];
  const read = (given: readonly SourceFile[]) => readFolder(given, { engine, placeholders: {}, framework: 'migrate-mongo' }).migrations;
  const [migration] = read(files);
  if (migration === undefined) throw new Error('The sample was not read.');
  const kept = keptMigration(migration, files, emptyCatalog, migrateMongo, read);
  expect(kept?.up.text).toBe(`module.exports = {
  async up(db) {
    const users = db.collection('users');
    await db.collection("users").aggregate([{ $match: { old: true } }, { $out: "faultline_kept_users" }]).toArray();
    await users.deleteMany({ old: true });
    await db.collection("logs").rename("faultline_kept_logs");
  },

  async down(db) {},
};
`);
  expect(kept?.down.irreversible).toEqual([]);
  expect(kept?.placement).toMatchObject({ kind: 'edit', newText: expect.stringContaining('.rename("logs")') });
});

const transaction = (body: string): string => `session.startTransaction(); ${body} session.commitTransaction();`;

test('what was done in one transaction is undone in one', () => {
  const up = transaction(
    'db.users.updateMany({ age: { $exists: false } }, { $set: { age: 1 } }, { session }); db.orders.insertOne({ _id: 5 }, { session });',
  );
  expect(textsOf(up)).toEqual([
    'session.startTransaction();',
    'db.orders.deleteOne({ _id: 5 }, { session });',
    expect.stringContaining('db.users.updateMany({ age: 1 }, { $unset: { age: "" } }, { session });'),
    'session.commitTransaction();',
  ]);
});

test('what a transaction would refuse is undone without one', () => {
  const made = transaction('db.createCollection("tags", { session }); db.orders.insertOne({ _id: 5 }, { session });');
  expect(textsOf(made)).toEqual(['db.orders.deleteOne({ _id: 5 });', 'db.tags.drop();']);
  // The second one is none of it: another client did it between.
  const between = transaction(
    'db.orders.insertOne({ _id: 5 }, { session }); db.orders.insertOne({ _id: 6 }); db.orders.insertOne({ _id: 7 }, { session });',
  );
  expect(textsOf(between).filter((text) => text.includes('session'))).toEqual([]);
  const capped = `${base}\ndb.createCollection("log", { capped: true, size: 4096 });`;
  expect(textsOf(transaction('db.log.insertOne({ _id: 1 }, { session });'), capped)).toEqual(['db.log.deleteOne({ _id: 1 });']);
});
