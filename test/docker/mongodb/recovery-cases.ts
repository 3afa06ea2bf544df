import type { RecoveryCase } from './recovery-scene';

const person = (id: number) =>
  `{ _id: ${id}, name: "p${id}", status: ${id % 2 === 0 ? '"new"' : '"old"'}, points: ${id}, tags: ["a"], address: { city: "c${id}" } }`;
const people = `db.people.insertMany([${Array.from({ length: 30 }, (_, place) => person(place + 1)).join(', ')}]);`;
const orders = `${people} db.orders.insertMany([${Array.from({ length: 20 }, (_, place) => `{ _id: ${place + 1}, personId: ${place + 1} }`).join(', ')}, { _id: 21, personId: null }]);`;

/** Partial states of MongoDB as they come about, and what the ways out of them are. */
export const recoveryCases: readonly RecoveryCase[] = [
  {
    name: 'updateMany has filled a new field in some documents',
    mode: 'updateMany half done',
    base: people,
    migration: 'db.people.updateMany({}, { $set: { active: true } }); db.people.createIndex({ active: 1 });',
    completed: 0,
    interrupt: 'db.people.updateMany({ _id: { $lte: 15 } }, { $set: { active: true } });',
    says: { back: /updateMany\(\{ active: true \}, \{ \$unset/, forward: /updateMany\(\{\}, \{ \$set: \{ active: true/ },
  },
  {
    name: 'a value was changed that the filter names, an index is left to build',
    base: people,
    migration:
      'db.people.updateMany({ status: "new" }, { $set: { status: "active" } }); db.people.createIndex({ status: 1, name: -1 }, { name: "by_status" });',
    completed: 1,
    says: { back: /\{ status: "active" \}, \{ \$set: \{ status: "new" \} \}/, forward: /createIndex/ },
  },
  {
    name: 'half an $inc with a marker',
    mode: 'updateMany half done',
    base: people,
    migration: 'db.people.updateMany({}, { $inc: { points: 100 }, $set: { schemaVersion: 2 } });',
    completed: 0,
    interrupt: 'db.people.updateMany({ _id: { $lte: 15 } }, { $inc: { points: 100 }, $set: { schemaVersion: 2 } });',
    says: { back: /\$inc: \{ points: -100 \}/, forward: /\$nor: \[\{ schemaVersion: 2 \}\]/ },
  },
  {
    name: 'half an $inc that leaves no trace',
    mode: 'updateMany half done',
    base: people,
    migration: 'db.people.updateMany({}, { $inc: { points: 100 } });',
    completed: 0,
    interrupt: 'db.people.updateMany({ _id: { $lte: 15 } }, { $inc: { points: 100 } });',
    loses: { back: /values of people\.points in 15 documents.*nothing tells/ },
    impossible: /\$inc of points leaves no trace/,
  },
  {
    name: 'insertMany was cut, with keys of its own',
    mode: 'updateMany half done',
    base: people,
    migration:
      'db.people.insertMany([{ _id: 101, name: "x" }, { _id: 102, name: "y" }, { _id: 103, name: "z" }]); db.people.createIndex({ name: 1 });',
    completed: 0,
    interrupt: 'db.people.insertMany([{ _id: 101, name: "x" }, { _id: 102, name: "y" }]);',
    says: { back: /deleteMany\(\{ _id: \{ \$in: \[101, 102\] \} \}\)/, forward: /replaceOne: \{ filter: \{ _id: 101 \}/ },
  },
  {
    name: 'insertMany was cut, with keys that the driver makes',
    base: people,
    migration: `db.people.insertMany([{ kind: "seed", n: 1, _id: ObjectId("650000000000000000000001") }, { kind: "seed", n: 2, _id: ObjectId("650000000000000000000002") }]);`,
    completed: 0,
    interrupt: 'db.people.insertOne({ _id: ObjectId("6500000000000000000000a1"), kind: "seed", n: 1 });',
    volatile: { people: ['_id'] },
    says: {
      back: /deleteMany\(\{ kind: "seed" \}\)/,
      forward: /bulkWrite\(\[\{ insertOne: \{ document: \{ kind: "seed", n: 2 \}/,
    },
  },
  {
    name: 'a bulk was cut in the middle',
    mode: 'updateMany half done',
    base: people,
    migration: `db.people.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $inc: { points: 50 } } } }, { updateOne: { filter: { _id: 2 }, update: { $set: { status: "second" } } } }, { updateOne: { filter: { _id: 3 }, update: { $set: { status: "third" } } } }, { insertOne: { document: { _id: 300, name: "last" } } }]);`,
    completed: 0,
    interrupt:
      'db.people.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $inc: { points: 50 } } } }, { updateOne: { filter: { _id: 2 }, update: { $set: { status: "second" } } } }]);',
    says: { forward: /bulkWrite\(\[\{ updateOne: \{ filter: \{ _id: 3 \}/ },
    loses: { back: /people\.status in 1 document/ },
  },
  {
    name: 'a field is renamed in some documents',
    base: people,
    migration: 'db.people.updateMany({ name: { $exists: true } }, { $rename: { name: "fullName" } });',
    completed: 0,
    interrupt: 'db.people.updateMany({ _id: { $lte: 15 } }, { $rename: { name: "fullName" } });',
    says: { back: /name: "\$fullName"/ },
  },
  {
    name: 'an item is pushed to some arrays',
    base: people,
    migration: 'db.people.updateMany({}, { $push: { tags: "migrated" } });',
    completed: 0,
    interrupt: 'db.people.updateMany({ _id: { $lte: 15 } }, { $push: { tags: "migrated" } });',
    loses: { back: /people\.tags/ },
    impossible: /\$push of tags/,
  },
  {
    name: 'numbers became texts in some documents',
    base: people,
    migration: 'db.people.updateMany({}, [{ $set: { points: { $toString: "$points" } } }]);',
    completed: 1,
    says: { back: /\$toInt: "\$points"/ },
  },
  {
    name: 'values were mapped by a pipeline',
    base: people,
    migration: `db.people.updateMany({}, [{ $set: { status: { $switch: { branches: [{ case: { $eq: ["$status", "new"] }, then: 10 }, { case: { $eq: ["$status", "old"] }, then: 20 }], default: "$status" } } } }]);`,
    completed: 1,
    says: { back: /\$switch/ },
  },
  {
    name: 'a field inside of an embedded document came',
    base: people,
    migration: 'db.people.updateMany({}, { $set: { "address.country": "DE" } }); db.people.createIndex({ "address.country": 1 });',
    completed: 1,
    says: { back: /\$unset: \{ "address\.country"/ },
  },
  {
    name: 'documents stand in the way of a unique index',
    mode: 'unique index build meets duplicates',
    base: `${people} db.people.updateMany({ _id: 3 }, { $set: { name: "same" } });`,
    migration: 'db.people.updateMany({}, { $set: { v: 1 } }); db.people.createIndex({ name: 1 }, { unique: true });',
    completed: 1,
    interrupt: 'db.people.insertMany([{ _id: 104, name: "same", v: 1 }, { _id: 105, name: "same", v: 1 }]);',
    loses: { back: /2 documents that were added to people/, forward: /all but one of the documents of people that share name/ },
    says: { forward: /faultlineDuplicate/ },
  },
  {
    name: 'a validator was set that old documents do not meet',
    mode: 'validator changed, old documents invalid',
    base: people,
    migration:
      'db.runCommand({ collMod: "people", validator: { $jsonSchema: { required: ["age"], properties: { age: { bsonType: "int" } } } } }); db.people.updateMany({ age: { $exists: false } }, { $set: { age: 1 } });',
    completed: 1,
    says: { back: /collMod: "people", validator: \{\}/ },
  },
  {
    name: 'a validator stands over documents that are only half mended',
    base: people,
    migration:
      'db.runCommand({ collMod: "people", validator: { age: { $type: "int" } } }); db.people.updateMany({ age: { $exists: false } }, { $set: { age: 1 } });',
    completed: 1,
    interrupt: 'db.people.updateMany({ _id: { $lte: 15 } }, { $set: { age: 1 } });',
    says: { back: /\$unset: \{ age/ },
  },
  {
    name: 'one of two renames of a swap',
    mode: 'rename mid-swap',
    base: people,
    migration:
      'db.people.aggregate([{ $set: { v: 2 } }, { $out: "people_new" }]); db.people.renameCollection("people_old"); db.people_new.renameCollection("people");',
    completed: 2,
    says: { back: /people_old\.renameCollection\("people"\)/, forward: /people_new\.renameCollection\("people"\)/ },
  },
  {
    name: 'documents were moved to an archive',
    base: people,
    migration:
      'db.people.aggregate([{ $match: { status: "old" } }, { $merge: { into: "archive" } }]); db.people.deleteMany({ status: "old" }); db.archive.createIndex({ name: 1 });',
    completed: 2,
    says: { back: /db\.archive\.aggregate\(\[\{ \$merge: \{ into: "people"/ },
  },
  {
    name: 'documents were copied by $merge that fails on what is there',
    base: `${people} db.createCollection("copies");`,
    migration:
      'db.people.aggregate([{ $project: { name: 1, source: { $literal: "people" } } }, { $merge: { into: "copies", whenMatched: "fail" } }]);',
    completed: 0,
    interrupt:
      'db.people.aggregate([{ $match: { _id: { $lte: 10 } } }, { $project: { name: 1, source: { $literal: "people" } } }, { $merge: { into: "copies", whenMatched: "fail" } }]);',
    says: { forward: /whenMatched: "replace"/ },
  },
  {
    name: 'half of the work of a transaction is left to do',
    base: `${people} db.createCollection("log");`,
    migration:
      'db.people.createIndex({ name: 1 }); session.startTransaction(); db.people.updateOne({ _id: 1 }, { $inc: { points: 5 } }, { session }); db.log.insertOne({ _id: 1, what: "moved" }, { session }); session.commitTransaction();',
    completed: 1,
    says: { forward: /session\.startTransaction\(\);[\s\S]*\$inc[\s\S]*session\.commitTransaction\(\);/, back: /dropIndex\("name_1"\)/ },
  },
  {
    name: 'an index was dropped, its successor is not there yet',
    base: `${people} db.people.createIndex({ name: 1 }, { name: "by_name", unique: true });`,
    migration: 'db.people.dropIndex("by_name"); db.people.createIndex({ name: 1, status: 1 }, { name: "by_name" });',
    completed: 1,
    says: { back: /createIndex\(\{ name: 1 \}, \{ name: "by_name", unique: true \}\)/ },
  },
  {
    name: 'a collection is gone with its documents',
    base: orders,
    migration: 'db.orders.drop(); db.people.createIndex({ name: 1 });',
    completed: 1,
    loses: { back: /documents of orders/ },
    says: { back: /createCollection\("orders"\)/ },
  },
  {
    name: 'a collection and a view came',
    base: people,
    migration:
      'db.createCollection("audit", { validator: { at: { $type: "date" } } }); db.createView("recent", "people", [{ $match: { points: { $gt: 20 } } }]); db.audit.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });',
    completed: 2,
    says: { back: /recent\.drop\(\)[\s\S]*audit\.drop\(\)/ },
  },
  {
    name: "a copy with marks was stopped, documents are left 'migrating'",
    mode: "documents left 'migrating'",
    base: `${orders} db.createCollection("copies");`,
    migration: `db.orders.find({ personId: { $ne: null } }); db.copies.insertMany([${Array.from({ length: 20 }, (_, place) => `{ _id: ${place + 1}, migrationId: "m7", status: "migrating" }`).join(', ')}]); db.copies.updateMany({ migrationId: "m7", status: "migrating" }, { $set: { status: "complete", total: 0 } });`,
    completed: 1,
    interrupt: `db.copies.insertMany([${Array.from({ length: 9 }, (_, place) => `{ _id: ${place + 1}, migrationId: "m7", status: "migrating" }`).join(', ')}]);`,
    says: { back: /copies\.deleteMany/ },
  },
  {
    name: 'parents are gone, those that refer to them are not',
    mode: 'orphaned references',
    base: orders,
    migration: 'db.people.deleteMany({ _id: { $gt: 10 } }); db.orders.deleteMany({ personId: { $gt: 10 } });',
    completed: 1,
    loses: { back: /20 documents of people that are gone/ },
    says: { forward: /orders\.deleteMany/ },
  },
  {
    name: 'the lock of the migration tool was left',
    mode: 'migration lock left',
    base: people,
    migration: 'db.people.updateMany({}, { $set: { active: true } }); db.people.createIndex({ active: 1 });',
    completed: 1,
    interrupt: 'db.changelog_lock.insertOne({ createdAt: new Date() });',
    says: { back: /changelog_lock/, forward: /changelog_lock/ },
  },
  {
    name: 'deleteMany has taken some documents',
    base: people,
    migration: 'db.people.deleteMany({ status: "old" });',
    completed: 0,
    interrupt: 'db.people.deleteMany({ status: "old", _id: { $lte: 10 } });',
    loses: { back: /5 documents of people that are gone/ },
    says: { forward: /deleteMany\(\{ status: "old" \}\)/ },
  },
];
