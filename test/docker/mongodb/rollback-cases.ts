/** A migration, and how much of it its generated rollback brings back. */
export interface RollbackCase {
  readonly name: string;
  readonly up: string;
  /** `all`: the state is the one before, and nothing is said to be lost. `told`: it is but for what the rollback says. */
  readonly back: 'all' | 'told';
  /** What the rollback must say. */
  readonly says?: RegExp;
}

const person = (id: number) =>
  `{ _id: ${id}, name: "p${id}", status: "${id % 2 === 0 ? 'new' : 'old'}", points: NumberInt(${id}), email: "p${id}@x.org", tags: ["a"], address: { city: "c${id}" } }`;

/** The schema and documents that every migration meets; the virtual schema reads the same text. */
export const rollbackBase = `db.createCollection("people", { validator: { points: { $gte: 0 } }, validationLevel: "moderate" });
db.people.createIndex({ email: 1 }, { name: "people_email", unique: true });
db.people.createIndex({ status: 1, name: -1 }, { name: "people_status" });
db.createCollection("orders");
db.orders.createIndex({ at: 1 }, { name: "orders_at", expireAfterSeconds: 864000 });
db.createCollection("empty");
db.people.insertMany([${Array.from({ length: 20 }, (_, place) => person(place + 1)).join(', ')}]);
db.orders.insertMany([{ _id: 1, total: 5, person: 1 }, { _id: 2, total: 7, person: 2, state: "open" }]);`;

export const rollbackCases: readonly RollbackCase[] = [
  {
    name: 'writes of one transaction',
    up: 'session.startTransaction(); db.orders.insertOne({ _id: 9 }, { session }); db.people.updateOne({ _id: 1, points: { $exists: true } }, { $inc: { points: NumberInt(4) } }, { session }); session.commitTransaction();',
    back: 'all',
  },
  { name: 'an index without a name', up: 'db.people.createIndex({ name: 1, "address.city": -1 });', back: 'all' },
  {
    name: 'indexes of one call',
    up: 'db.runCommand({ createIndexes: "orders", indexes: [{ key: { a: 1 }, name: "by_a" }, { key: { b: 1 }, name: "by_b", sparse: true }] });',
    back: 'all',
  },
  {
    name: 'a partial index',
    up: 'db.people.createIndex({ name: 1 }, { name: "some", unique: true, partialFilterExpression: { points: { $gt: 5 } } });',
    back: 'all',
  },
  {
    name: 'dropped indexes',
    up: 'db.people.dropIndex("people_email"); db.people.dropIndex({ status: 1, name: -1 }); db.orders.dropIndex("orders_at");',
    back: 'all',
  },
  { name: 'all indexes dropped', up: 'db.people.dropIndexes();', back: 'all' },
  {
    name: 'an index exchanged under its name',
    up: 'db.people.dropIndex("people_status"); db.people.createIndex({ status: 1 }, { name: "people_status" });',
    back: 'all',
  },
  {
    name: 'a new collection with documents and indexes',
    up: 'db.createCollection("tags", { validator: { name: { $exists: true } } }); db.tags.createIndex({ name: 1 }); db.tags.insertMany([{ name: "x" }, { name: "y" }]);',
    back: 'all',
  },
  {
    name: 'a rename',
    up: 'db.people.renameCollection("persons"); db.persons.createIndex({ points: 1 }); db.persons.updateOne({ _id: 1, points: { $exists: true } }, { $inc: { points: NumberInt(4) } });',
    back: 'all',
  },
  {
    name: 'two collections that exchange their names',
    up: 'db.people.renameCollection("aside"); db.orders.renameCollection("people"); db.aside.renameCollection("orders");',
    back: 'all',
  },
  {
    name: 'another validator',
    up: 'db.runCommand({ collMod: "people", validator: { name: { $type: "string" } }, validationLevel: "strict", validationAction: "warn" });',
    back: 'all',
  },
  { name: 'a first validator', up: 'db.runCommand({ collMod: "orders", validator: { total: { $gte: 0 } } });', back: 'all' },
  { name: 'no validator any more', up: 'db.runCommand({ collMod: "people", validator: {}, validationLevel: "off" });', back: 'all' },
  { name: 'a view', up: 'db.createView("rich", "people", [{ $match: { points: { $gt: 10 } } }]);', back: 'all' },
  { name: 'an empty collection that is dropped', up: 'db.empty.drop();', back: 'told', says: /documents of empty/ },
  { name: 'a collection that is dropped', up: 'db.people.drop();', back: 'told', says: /documents of people/ },
  {
    name: 'a collection that is copied aside and dropped',
    up: 'db.people.aggregate([{ $out: "people_before" }]); db.people.drop();',
    back: 'all',
  },
  {
    name: 'documents with keys of their own',
    up: 'db.people.insertMany([{ _id: 101, points: 1, email: "a" }, { _id: ObjectId("650000000000000000000001"), points: 1, email: "b" }]);',
    back: 'all',
  },
  { name: 'documents by a unique key', up: 'db.people.insertMany([{ email: "a", points: 1 }, { email: "b", points: 1 }]);', back: 'all' },
  { name: 'documents without any, beside equal ones', up: 'db.orders.insertMany([{ total: 9 }, { total: 9 }]);', back: 'all' },
  {
    name: 'documents with a marker, in a bulk',
    up: 'db.orders.bulkWrite([{ insertOne: { document: { total: 1, migrationId: "m1" } } }, { insertOne: { document: { total: 2, migrationId: "m1" } } }]);',
    back: 'all',
  },
  {
    name: 'a field that nobody had, by a marker',
    up: 'db.people.updateMany({ level: { $exists: false } }, { $set: { level: 1, migrationId: "m1" } });',
    back: 'all',
  },
  {
    name: 'a field that some had',
    up: 'db.orders.updateMany({ state: { $exists: false } }, { $set: { state: "open" } });',
    back: 'told',
    says: /held the same state/,
  },
  {
    name: 'a field that nobody had',
    up: 'db.people.updateMany({ level: { $exists: false } }, { $set: { level: 1 } });',
    back: 'told',
    says: /held the same level/,
  },
  {
    name: 'a value for another',
    up: 'db.people.updateMany({ status: "new" }, { $set: { status: "fresh" } });',
    back: 'told',
    says: /held the same status/,
  },
  {
    name: 'a value for another, of one document',
    up: 'db.people.updateOne({ _id: 2, status: "new" }, { $set: { status: "fresh" } });',
    back: 'told',
  },
  {
    name: 'a number that is raised',
    up: 'db.people.updateMany({ points: { $gte: 0 }, migrationId: { $ne: "m2" } }, { $inc: { points: NumberInt(100) }, $set: { migrationId: "m2" } });',
    back: 'all',
  },
  {
    name: 'a number that is raised in all of a kind',
    up: 'db.people.updateMany({ status: "new", points: { $exists: true } }, { $inc: { points: NumberInt(-1) } });',
    back: 'all',
  },
  { name: 'a list that grows', up: 'db.people.updateMany({ tags: { $ne: "b", $exists: true } }, { $push: { tags: "b" } });', back: 'told' },
  {
    name: 'a set that grows, by a marker',
    up: 'db.people.updateMany({ tags: { $nin: ["b"], $exists: true }, migrationId: { $ne: "m3" } }, { $addToSet: { tags: "b" }, $set: { migrationId: "m3" } });',
    back: 'all',
  },
  { name: 'an item at the end of each', up: 'db.people.updateMany({ tags: { $exists: true } }, { $push: { tags: "a" } });', back: 'all' },
  {
    name: 'a field of another name',
    up: 'db.people.updateMany({ name: { $exists: true }, title: { $exists: false } }, { $rename: { name: "title" } });',
    back: 'told',
  },
  {
    name: 'a computed field, by a marker',
    up: 'db.people.updateMany({ full: { $exists: false } }, [{ $set: { full: { $concat: ["$name", "!"] }, migrationId: "m4" } }]);',
    back: 'all',
  },
  {
    name: 'a computed field',
    up: 'db.people.updateMany({ full: { $exists: false } }, [{ $set: { full: { $concat: ["$name", "!"] } } }]);',
    back: 'told',
  },
  { name: 'a field overwritten', up: 'db.people.updateMany({}, { $set: { status: "same" } });', back: 'told', says: /people\.status/ },
  { name: 'a field removed', up: 'db.people.updateMany({}, { $unset: { status: "" } });', back: 'told', says: /people\.status/ },
  {
    name: 'a field removed after a copy',
    up: 'db.people.aggregate([{ $match: { status: "new" } }, { $out: "people_before" }]); db.people.updateMany({ status: "new" }, { $unset: { status: "" } });',
    back: 'all',
  },
  {
    name: 'documents removed after a copy',
    up: 'db.people.aggregate([{ $match: { points: { $gt: 10 } } }, { $out: "people_before" }]); db.people.deleteMany({ points: { $gt: 10 } });',
    back: 'all',
  },
  { name: 'documents removed', up: 'db.people.deleteMany({ points: { $gt: 10 } });', back: 'told', says: /deleted from people/ },
  { name: 'a document replaced', up: 'db.people.replaceOne({ _id: 1 }, { points: 2, email: "z" });', back: 'told', says: /replaced/ },
  {
    name: 'upserts that only insert, with a marker',
    up: 'db.orders.updateOne({ _id: 1 }, { $setOnInsert: { total: 0, migrationId: "m5" } }, { upsert: true }); db.orders.updateOne({ _id: 9 }, { $setOnInsert: { total: 0, migrationId: "m5" } }, { upsert: true });',
    back: 'all',
  },
  {
    name: 'an upsert that only inserts',
    up: 'db.orders.updateOne({ _id: 9 }, { $setOnInsert: { total: 0 } }, { upsert: true });',
    back: 'told',
    says: /said the same/,
  },
  {
    name: 'a collection replaced by $out',
    up: 'db.orders.aggregate([{ $match: {} }, { $out: "empty" }]);',
    back: 'told',
    says: /documents of empty/,
  },
  {
    name: 'a collection replaced by a rename',
    up: 'db.createCollection("next"); db.next.insertOne({ _id: 1 }); db.next.renameCollection("orders", true);',
    back: 'told',
    says: /documents of orders/,
  },
  {
    name: 'a field, its validator, its index and another name, in order',
    up: `db.orders.updateMany({ kind: { $exists: false } }, { $set: { kind: "web", migrationId: "m6" } });
db.runCommand({ collMod: "orders", validator: { kind: { $type: "string" } } });
db.orders.createIndex({ kind: 1 });
db.orders.renameCollection("purchases");`,
    back: 'all',
  },
];
