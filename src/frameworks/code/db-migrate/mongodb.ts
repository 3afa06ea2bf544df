import { clientOf } from '../../../code/mongodb/client';
import { argumentsOf } from '../../../code/mongodb/collection';
import { answer, documentList } from '../../../code/mongodb/cursor';
import { databaseOf } from '../../../code/mongodb/database';
import { writeCollection } from '../../../code/mongodb/names';
import type { MongoRun } from '../../../code/mongodb/run';
import type { ShellText } from '../../../code/mongodb/write';
import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { constantText } from '../../../code/text';
import { nullValue, object, primitive, type Value } from '../../../code/value';

import { callBack } from './flow';

type Words = (text: ShellText, call: NativeCall) => void;

/** `db` of a migration with db-migrate-mongodb 1.5, from its package (`index.js`): each method sends one command on a connection of its own. */
export function mongoDriver(run: MongoRun): NativeValue {
  const database = (text: ShellText): void => void text.add('db');
  const client = clientOf(run);
  const done = (call: NativeCall, result: Value): Value => {
    callBack(call, result);
    return result;
  };
  const send = (words: Words) => (call: NativeCall) => {
    run.send(call, (text) => words(text, call));
    return done(call, answer(call));
  };
  const named = (text: ShellText, call: NativeCall, position = 0): void =>
    writeCollection(text, database, call.arg(position), call.argPlaces[position] ?? call.place);
  const given = (text: ShellText, call: NativeCall, position: number): ShellText =>
    text.value(call.arg(position), call.argPlaces[position]);

  const createCollection = send((text, call) => {
    given(text.add('db.createCollection('), call, 0).add(')');
  });
  const dropCollection = send((text, call) => {
    named(text, call);
    text.add('.drop()');
  });
  const renameCollection = send((text, call) => {
    named(text, call);
    given(text.add('.renameCollection('), call, 1).add(')');
  });
  const addIndex = send((text, call) => {
    named(text, call);
    text
      .add('.createIndex(')
      .value(keysOf(call.arg(2)), call.argPlaces[2])
      .add(', { name: ');
    given(text, call, 1);
    const unique = call.arg(3);
    if (unique.kind === 'primitive' && unique.value === true) text.add(', unique: true');
    text.add(' })');
  });
  const removeIndex = send((text, call) => {
    named(text, call);
    given(text.add('.dropIndex('), call, 1).add(')');
  });
  const insert = send((text, call) => {
    named(text, call);
    given(text.add(call.arg(1).kind === 'array' ? '.insertMany(' : '.insertOne('), call, 1).add(')');
  });
  const methods: Readonly<Record<string, (call: NativeCall) => Value>> = {
    createCollection,
    createTable: createCollection,
    dropCollection,
    dropTable: dropCollection,
    renameCollection,
    renameTable: renameCollection,
    addIndex,
    removeIndex,
    insert,
    dropDatabase: send((text) => text.add('db.dropDatabase()')),
    _find(call) {
      run.send(call, (text) => {
        named(text, call);
        given(text.add('.find('), call, 1).add(')');
      });
      return done(call, documentList());
    },
    _getCollectionNames: send((text) => text.add('db.runCommand({ listCollections: 1 })')),
    _getIndexes: send((text, call) => {
      named(text, call);
      text.add('.getIndexes()');
    }),
    _run: (call) => runCommand(run, call, named, given),
    getDbInstance(call) {
      const db = databaseOf(run, () => client);
      return done(call, db);
    },
    switchDatabase: (call) => done(call, nullValue),
    createDatabase: (call) => done(call, nullValue),
    close: (call) => done(call, nullValue),
  };
  const asynchronous = Object.fromEntries(Object.entries(methods).map(([name, method]) => [`${name}Async`, method]));
  return native({ name: 'db', methods: { ...methods, ...asynchronous } });
}

/** The driver takes names alone for ascending keys. */
function keysOf(columns: Value): Value {
  if (columns.kind === 'text') return { ...object({ [constantText(columns) ?? '']: primitive(1) }) };
  if (columns.kind !== 'array' || columns.open) return columns;
  const names = columns.items.map(constantText);
  return names.every((name) => name !== undefined) ? object(new Map(names.map((name) => [name, primitive(1)]))) : columns;
}

/** `db._run('update', 'users', { query, update, options })`: the driver's own way to what it has no method for. */
function runCommand(
  run: MongoRun,
  call: NativeCall,
  named: (text: ShellText, call: NativeCall, position?: number) => void,
  given: (text: ShellText, call: NativeCall, position: number) => ShellText,
): Value {
  const command = constantText(call.arg(0));
  const options = call.arg(2);
  const part = (name: string): Value => (options.kind === 'object' ? (options.properties.get(name) ?? object()) : object({}, true));
  const site = call.argPlaces[2] ?? call.place;
  const words: Readonly<Record<string, ((text: ShellText) => void) | undefined>> = {
    insert: (text) => given(text.add(options.kind === 'array' ? '.insertMany(' : '.insertOne('), call, 2).add(')'),
    remove: (text) => given(text.add(options.kind === 'array' ? '.deleteMany(' : '.deleteOne('), call, 2).add(')'),
    find: (text) => given(text.add('.find('), call, 2).add(')'),
    dropCollection: (text) => text.add('.drop()'),
    update: (text) =>
      text
        .add('.updateOne(')
        .list([
          { value: part('query'), site },
          { value: part('update'), site },
        ])
        .add(')'),
    updateMany: (text) =>
      text
        .add('.updateMany(')
        .list([
          { value: part('query'), site },
          { value: part('update'), site },
        ])
        .add(')'),
  };
  const write = command === undefined ? undefined : words[command];
  if (write === undefined)
    call.machine.unread(
      call.place,
      `what \`${command ?? argumentsOf(call)[0]?.value.kind ?? ''}\` does through the driver is not followed`,
    );
  else {
    run.send(call, (text) => {
      named(text, call, 1);
      write(text);
    });
  }
  callBack(call, documentList());
  return command === 'find' ? documentList() : answer(call);
}
