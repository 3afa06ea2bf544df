import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, emptyCatalog } from '../../../../src/model/catalog';
import { loadParser } from '../../../../src/parse/load';
import { readText } from '../../../../src/parse/read';
import { replay } from '../../../../src/schema/virtual-schema';

const engine = { name: 'mongodb', major: 8 } as const;

beforeAll(loadParser);

function schemaAfter(text: string, before: Catalog = emptyCatalog): Catalog {
  const statements = readText(text, engine);
  expect(statements.map(({ unreadable }) => unreadable)).toEqual(statements.map(() => undefined));
  return replay(before, statements, engine);
}

function collection(catalog: Catalog, name: string) {
  return catalog.tables.find((table) => table.name === name);
}

/** `name: definition` of each index. */
function indexesOf(catalog: Catalog, name: string): readonly string[] | undefined {
  return collection(catalog, name)?.indexes.map((index) => `${index.name}: ${index.definition}`);
}

describe('collections', () => {
  it('are there with their options once they were created', () => {
    const catalog = schemaAfter(
      'db.createCollection("users", { validator: { age: { $gte: 0 } }, validationLevel: "moderate", validationAction: "error", capped: false });',
    );
    expect(collection(catalog, 'users')).toMatchObject({
      schema: '',
      columns: [],
      kind: 'table',
      options: ['validationLevel="moderate"', 'validator={ age: { $gte: 0 } }'],
    });
    expect(collection(catalog, 'users')?.complete).toBeUndefined();
  });

  it('are there from the first write on, but not known whole', () => {
    for (const text of [
      'db.users.insertOne({ a: 1 });',
      'db.users.updateMany({}, { $set: { a: 1 } });',
      'db.users.createIndex({ a: 1 });',
      'db.runCommand({ collMod: "users", validator: {} });',
      'db.orders.aggregate([{ $match: {} }, { $out: "users" }]);',
    ])
      expect(collection(schemaAfter(text), 'users'), text).toMatchObject({ complete: false, presumed: true });
    expect(collection(schemaAfter('db.users.find({});'), 'users')).toBeUndefined();
  });

  it('of another database are not of this catalog', () => {
    expect(schemaAfter('db.getSiblingDB("other").users.insertOne({});').tables).toEqual([]);
  });

  it('keep identity and indexes under another name', () => {
    const before = schemaAfter('db.createCollection("a"); db.a.createIndex({ x: 1 }, { name: "x" });');
    const catalog = schemaAfter('db.a.renameCollection("b");', before);
    expect(catalog.tables.map(({ name, identity }) => [name, identity])).toEqual([['b', before.tables[0]?.identity]]);
    expect(indexesOf(catalog, 'b')).toEqual(['x: { x: 1 }']);
  });

  it('take the place of another one only when it may be dropped', () => {
    const before = schemaAfter('db.createCollection("a"); db.createCollection("b");');
    expect(schemaAfter('db.a.renameCollection("b");', before).tables.map(({ name }) => name)).toEqual(['a', 'b']);
    const replaced = schemaAfter('db.a.renameCollection("b", true);', before);
    expect(replaced.tables.map(({ name, identity }) => [name, identity])).toEqual([['b', collection(before, 'a')?.identity]]);
  });

  it('go with drop and with their database', () => {
    const before = schemaAfter('db.createCollection("a"); db.createView("v", "a", []);');
    expect(schemaAfter('db.a.drop(); db.v.drop();', before)).toMatchObject({ tables: [], definitions: [] });
    expect(schemaAfter('db.dropDatabase();', before)).toMatchObject({ tables: [], definitions: [] });
  });
});

describe('indexes', () => {
  it('bear the name that driver and server give them', () => {
    expect(indexesOf(schemaAfter('db.a.createIndex({ x: 1, "y.z": -1, t: "text" });'), 'a')).toEqual([
      'x_1_y.z_-1_t_text: { x: 1, "y.z": -1, t: "text" }',
    ]);
  });

  it('have their options sorted by name, without what says nothing', () => {
    expect(
      indexesOf(
        schemaAfter('db.a.createIndex({ x: 1 }, { unique: true, name: "n", background: true, sparse: false, expireAfterSeconds: 5 });'),
        'a',
      ),
    ).toEqual(['n: { x: 1 }, { expireAfterSeconds: 5, unique: true }']);
    expect(collection(schemaAfter('db.a.createIndex({ x: 1, y: 1 }, { unique: true });'), 'a')?.indexes[0]).toMatchObject({
      unique: true,
      keys: ['x', 'y'],
    });
  });

  it('have numbers written plainly, whatever their type', () => {
    const text = 'db.a.createIndex({ x: NumberInt(1), y: Double(-1) }, { expireAfterSeconds: NumberLong("60") });';
    expect(indexesOf(schemaAfter(text), 'a')).toEqual(['x_1_y_-1: { x: 1, y: -1 }, { expireAfterSeconds: 60 }']);
  });

  it('go by name, by keys, or all at once', () => {
    const before = schemaAfter(
      'db.a.createIndex({ x: 1 }); db.a.createIndex({ y: 1 }, { unique: true, name: "u" }); db.a.createIndex({ z: 1 });',
    );
    expect(indexesOf(schemaAfter('db.a.dropIndex("x_1");', before), 'a')).toEqual(['u: { y: 1 }, { unique: true }', 'z_1: { z: 1 }']);
    expect(indexesOf(schemaAfter('db.a.dropIndex({ y: 1 });', before), 'a')).toEqual(['x_1: { x: 1 }', 'z_1: { z: 1 }']);
    expect(indexesOf(schemaAfter('db.a.dropIndexes(["x_1", "z_1"]);', before), 'a')).toEqual(['u: { y: 1 }, { unique: true }']);
    expect(indexesOf(schemaAfter('db.a.dropIndexes();', before), 'a')).toEqual([]);
  });

  it('stay as they are when one of their name is made again', () => {
    const text = 'db.a.createIndex({ x: 1 }, { name: "n" }); db.a.createIndex({ y: 1 }, { name: "n" });';
    expect(indexesOf(schemaAfter(text), 'a')).toEqual(['n: { x: 1 }']);
  });

  it('get hidden, unique and a time to live by collMod', () => {
    const before = schemaAfter('db.a.createIndex({ x: 1 }, { expireAfterSeconds: 60 });');
    const change = (index: string) => indexesOf(schemaAfter(`db.runCommand({ collMod: "a", index: ${index} });`, before), 'a');
    expect(change('{ name: "x_1", hidden: true }')).toEqual(['x_1: { x: 1 }, { expireAfterSeconds: 60, hidden: true }']);
    expect(change('{ keyPattern: { x: 1 }, expireAfterSeconds: 3600 }')).toEqual(['x_1: { x: 1 }, { expireAfterSeconds: 3600 }']);
    expect(change('{ name: "x_1", unique: true }')).toEqual(['x_1: { x: 1 }, { expireAfterSeconds: 60, unique: true }']);
    expect(change('{ name: "other", hidden: true }')).toEqual(['x_1: { x: 1 }, { expireAfterSeconds: 60 }']);
    const hidden = schemaAfter('db.a.hideIndex("x_1");', before);
    expect(indexesOf(hidden, 'a')).toEqual(['x_1: { x: 1 }, { expireAfterSeconds: 60, hidden: true }']);
    expect(indexesOf(schemaAfter('db.a.unhideIndex("x_1");', hidden), 'a')).toEqual(['x_1: { x: 1 }, { expireAfterSeconds: 60 }']);
  });
});

describe('collMod', () => {
  it('sets what it names, and takes away what becomes empty', () => {
    const before = schemaAfter('db.createCollection("a", { validator: { x: 1 }, validationAction: "warn" });');
    const options = (text: string) => collection(schemaAfter(text, before), 'a')?.options;
    expect(options('db.runCommand({ collMod: "a", validator: { y: 1 } });')).toEqual(['validationAction="warn"', 'validator={ y: 1 }']);
    expect(options('db.runCommand({ collMod: "a", validator: {}, validationAction: "error" });')).toBeUndefined();
    expect(options('db.runCommand({ collMod: "a", validationLevel: "off" });')).toEqual([
      'validationAction="warn"',
      'validationLevel="off"',
      'validator={ x: 1 }',
    ]);
  });

  it('gives a view another query', () => {
    const before = schemaAfter('db.createView("v", "a", [{ $match: { x: 1 } }]);');
    expect(before.definitions).toMatchObject([
      { kind: 'view', name: 'v', schema: '', definition: 'db.createView("v", "a", [{ $match: { x: 1 } }]);', dependsOn: ['a'] },
    ]);
    const catalog = schemaAfter('db.runCommand({ collMod: "v", viewOn: "b", pipeline: [] });', before);
    expect(catalog.definitions).toMatchObject([{ definition: 'db.createView("v", "b", []);', dependsOn: ['b'] }]);
    expect(catalog.definitions[0]?.identity).toBe(before.definitions[0]?.identity);
  });
});
