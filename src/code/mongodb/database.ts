import { callBack } from '../callbacks';
import { type NativeCall, type NativeUse, type NativeValue, native } from '../native';
import { type Place, undefinedValue, unknown, type Value } from '../value';
import { argumentsOf, collectionOf, writeRename, writesSomewhere } from './collection';
import { answer, cursorOf } from './cursor';
import { writeCollection } from './names';
import type { MongoRun } from './run';
import type { ShellText } from './write';
import { concernOf, type Handle, type HandleConcern, withConcern } from './write-concern';

/** A database that is not the migration's own. */
export interface OtherDatabase {
  readonly name: Value;
  readonly site: Place;
}

/** How a database object was made. */
export interface DatabaseHandle {
  readonly other?: OtherDatabase;
  readonly concern?: HandleConcern | undefined;
}

/** What is told of a database rather than done to it. */
const told = /^(?:databaseName|namespace|options|readConcern|readPreference|writeConcern|secondaryOk|slaveOk|bsonOptions|timeoutMS|s)$/;

/** The driver's `Db`; `client` is what its `client` gives. */
export function databaseOf(run: MongoRun, client: () => NativeValue, { other, concern }: DatabaseHandle = {}): NativeValue {
  const write = (text: ShellText): void => {
    if (other === undefined) text.add('db');
    else text.add('db.getSiblingDB(').value(other.name, other.site).add(')');
  };
  const handle: Handle = { run, concern };
  /** The collection that an argument names, with options behind it. */
  const collection = (call: NativeCall, position = 0): NativeValue =>
    collectionOf({
      run,
      database: write,
      name: call.arg(position),
      site: call.argPlaces[position] ?? call.place,
      concern: concernOf(call.arg(position + 1), concern),
    });
  /** What the command answers, or the collection that it made. */
  const command = (call: NativeCall, send: (text: ShellText) => void, given: Value = answer(call)): Value => {
    run.send(call, send);
    callBack(call, given);
    return given;
  };
  /** A method of the shell's database object with these arguments. */
  const plain = (method: string, given?: (call: NativeCall) => Value) => (call: NativeCall) => {
    const send = (text: ShellText): void => {
      write(text);
      text
        .add(`.${method}(`)
        .list(withConcern(handle, method, argumentsOf(call), call.place))
        .add(')');
    };
    return command(call, send, given?.(call));
  };
  /** A method of a collection, whose name is the first argument. */
  const ofCollection =
    (method: string, skip = 1) =>
    (call: NativeCall) =>
      command(call, (text) => {
        writeCollection(text, write, call.arg(0), call.argPlaces[0] ?? call.place);
        text
          .add(`.${method}(`)
          .list(withConcern(handle, method, argumentsOf(call).slice(skip), call.place))
          .add(')');
      });
  const read = (call: NativeCall, words: string): Value =>
    command(call, (text) => {
      write(text);
      text.add(words);
    });
  return native({
    name: 'db',
    methods: {
      collection(call) {
        const made = collection(call);
        callBack(call, made);
        return made;
      },
      createCollection: plain('createCollection', collection),
      dropCollection: ofCollection('drop'),
      renameCollection(call) {
        const [from, ...rest] = argumentsOf(call);
        if (from === undefined) return undefinedValue;
        const send = (text: ShellText): void => writeRename(text, (inner) => writeCollection(inner, write, from.value, from.site), rest);
        return command(call, send, collection(call, 1));
      },
      createIndex: ofCollection('createIndex'),
      ensureIndex: ofCollection('createIndex'),
      indexInformation: ofCollection('getIndexes', Number.POSITIVE_INFINITY),
      dropDatabase: plain('dropDatabase'),
      command: plain('runCommand'),
      executeDbAdminCommand: plain('adminCommand'),
      eval: plain('eval'),
      admin: () => adminOf(run, write),
      aggregate: (call) =>
        cursorOf(call, {
          run,
          writes: writesSomewhere(call.arg(0)),
          write: (text) => {
            write(text);
            text.add('.aggregate(').list(argumentsOf(call)).add(')');
          },
        }),
      listCollections(call) {
        const [filter, options] = argumentsOf(call);
        return cursorOf(call, {
          run,
          write: (text) => {
            write(text);
            text.add('.runCommand({ listCollections: 1');
            if (filter !== undefined) text.add(', filter: ').value(filter.value, filter.site);
            text.add(' }');
            // A session stands there.
            if (options !== undefined) text.add(', ').value(options.value, options.site);
            text.add(')');
          },
        });
      },
      collections: (call) => {
        read(call, '.runCommand({ listCollections: 1 })');
        return unknown(call.machine.textOf(call.place), {
          source: call.place,
          channel: true,
          why: 'which collections there are is known only when it runs',
        });
      },
      collectionNames: (call) => read(call, '.runCommand({ listCollections: 1 })'),
      stats: (call) => read(call, '.runCommand({ dbStats: 1 })'),
      profilingLevel: (call) => read(call, '.runCommand({ profile: -1 })'),
      db: (call) =>
        databaseOf(run, client, { other: { name: call.arg(0), site: call.argPlaces[0] ?? call.place }, concern: concernOf(call.arg(1)) }),
      close: () => undefinedValue,
    },
    properties: { client: () => client() },
    member: (name, use) => (told.test(name) ? toldValue(use) : undefined),
  });
}

function toldValue({ machine, place }: NativeUse): Value {
  return unknown(machine.textOf(place), { source: place });
}

function adminOf(run: MongoRun, write: (text: ShellText) => void): NativeValue {
  const command = (call: NativeCall, words: (text: ShellText) => void): Value => {
    run.send(call, (text) => {
      write(text);
      words(text);
    });
    const given = answer(call);
    callBack(call, given);
    return given;
  };
  const fixed = (words: string) => (call: NativeCall) => command(call, (text) => text.add(`.adminCommand(${words})`));
  return native({
    name: 'db.admin()',
    methods: {
      command: (call) => command(call, (text) => text.add('.adminCommand(').list(argumentsOf(call)).add(')')),
      ping: fixed('{ ping: 1 }'),
      listDatabases: fixed('{ listDatabases: 1 }'),
      serverStatus: fixed('{ serverStatus: 1 }'),
      serverInfo: fixed('{ buildInfo: 1 }'),
      buildInfo: fixed('{ buildInfo: 1 }'),
      replSetGetStatus: fixed('{ replSetGetStatus: 1 }'),
    },
  });
}
