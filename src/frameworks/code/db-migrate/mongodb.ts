import { callBack } from '../../../code/callbacks';
import { clientOf } from '../../../code/mongodb/client';
import { argumentsOf, updateMethod, withoutOption } from '../../../code/mongodb/collection';
import { answer, documentList } from '../../../code/mongodb/cursor';
import { databaseOf } from '../../../code/mongodb/database';
import { writeCollection } from '../../../code/mongodb/names';
import type { MongoRun } from '../../../code/mongodb/run';
import type { ShellText } from '../../../code/mongodb/write';
import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { constantText } from '../../../code/text';
import { nullValue, object, primitive, undefinedValue, unknown, type Value } from '../../../code/value';

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
    run.send(call, (text) => words(text, call), 'ownMethod');
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
    const [, name, keys, unique] = call.args;
    named(text, call);
    writeIndex(text, call, { name, keys, unique });
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
      run.send(
        call,
        (text) => {
          named(text, call);
          given(text.add('.find('), call, 1).add(')');
        },
        'ownMethod',
      );
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

interface IndexParts {
  readonly name: Value | undefined;
  readonly keys: Value | undefined;
  readonly unique: Value | undefined;
}

function writeIndex(text: ShellText, call: NativeCall, { name, keys, unique }: IndexParts): void {
  const place = call.argPlaces[2];
  text
    .add('.createIndex(')
    .value(keysOf(keys ?? undefinedValue), place)
    .add(', { name: ')
    .value(name ?? undefinedValue, call.argPlaces[1]);
  if (unique?.kind === 'primitive' && unique.value === true) text.add(', unique: true');
  text.add(' })');
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
  const part = (name: string): Value | undefined => (options.kind === 'object' ? options.properties.get(name) : unknown(name));
  const site = call.argPlaces[2] ?? call.place;
  const isList = options.kind === 'array';
  const whole = (method: string) => (text: ShellText) => given(text.add(`.${method}(`), call, 2).add(')');
  const update = (method: string) => (text: ShellText) => {
    const args = ['query', 'update', 'options'].map((name) => ({ value: part(name) ?? undefinedValue, site }));
    text
      .add(`.${method}(`)
      .list(withoutOption(args, 2, 'multi'))
      .add(')');
  };
  const words: Readonly<Record<string, ((text: ShellText) => void) | undefined>> = {
    insert: whole(isList ? 'insertMany' : 'insertOne'),
    remove: whole(isList ? 'deleteMany' : 'deleteOne'),
    find: whole('find'),
    dropCollection: (text) => text.add('.drop()'),
    renameCollection: (text) =>
      text
        .add('.renameCollection(')
        .value(part('newCollection') ?? undefinedValue, site)
        .add(')'),
    createIndex: (text) => writeIndex(text, call, { name: part('indexName'), keys: part('columns'), unique: part('unique') }),
    dropIndex: (text) =>
      text
        .add('.dropIndex(')
        .value(part('indexName') ?? undefinedValue, site)
        .add(')'),
    update: update(updateMethod(part('update') ?? undefinedValue, part('options') ?? undefinedValue)),
    updateMany: update('updateMany'),
  };
  const write = command === undefined ? undefined : words[command];
  if (command === 'createCollection') run.send(call, (text) => given(text.add('db.createCollection('), call, 1).add(')'), 'ownMethod');
  else if (write !== undefined) {
    const send = (text: ShellText): void => {
      named(text, call, 1);
      write(text);
    };
    run.send(call, send, 'ownMethod');
  } else {
    const shown = command ?? argumentsOf(call)[0]?.value.kind ?? '';
    call.machine.unread(call.place, `what \`${shown}\` does through the driver is not followed`);
  }
  callBack(call, documentList());
  return command === 'find' ? documentList() : answer(call);
}
