import { collectionMethods } from '../../parse/mongodb/collection-methods';
import { type NativeCall, type NativeUse, type NativeValue, native, nativeFunction } from '../native';
import { constantText, written } from '../text';
import { type Place, undefinedValue, unknown, type Value } from '../value';
import { bsonType, dateType, shellTypes } from './bson';
import { bulkBuilder } from './bulk';
import { opened } from './client';
import { argumentsOf, writesSomewhere } from './collection';
import { answer, cursorOf, documentList, foundDocument } from './cursor';
import { isShellName, variableOf, writeCollection } from './names';
import type { MongoRun } from './run';
import { sessionOf } from './session';
import type { ShellText } from './write';

/** mongosh: a global `db` whose properties are collections, and calls that wait by themselves. What it sends is written as it stands. */

type Writer = (text: ShellText) => void;
type Method = (call: NativeCall) => Value;

/** What a script of mongosh finds by name. */
export function shellGlobals(run: MongoRun): ReadonlyMap<string, Value> {
  const connect = (call: NativeCall): NativeValue => {
    // The shell closes what a script opens.
    opened(run, call).closed = true;
    return databaseOfShell(run, (text) => text.add('db'));
  };
  return new Map<string, Value>([
    ...shellTypes(),
    ...['ObjectID', 'BSONRegExp'].map((name) => [name, bsonType(name)] as const),
    ['Date', dateType()],
    ['db', databaseOfShell(run, (text) => text.add('db'))],
    ['connect', nativeFunction('connect', connect)],
    [
      'Mongo',
      native({ name: 'Mongo', construct: (call) => connectionOf(run, connect(call)), call: (call) => connectionOf(run, connect(call)) }),
    ],
    ['use', nativeFunction('use', (call) => sent(run, call, (text) => text.add('use(').list(argumentsOf(call)).add(')')))],
    ...['rs', 'sh', 'sp'].map((name) => [name, helperOf(run, name)] as const),
    ...['print', 'printjson', 'printjsononeline', 'sleep', 'quit', 'exit', 'cls', 'help', 'version', 'tojson', 'config'].map(
      (name) => [name, harmless(name)] as const,
    ),
  ]);
}

function harmless(name: string): NativeValue {
  return nativeFunction(name, ({ machine, place }) => unknown(machine.textOf(place), { source: place }), false);
}

function sent(run: MongoRun, call: NativeCall, write: Writer): Value {
  run.send(call, write);
  return answer(call);
}

/** Replication and sharding: sent as they stand. */
function helperOf(run: MongoRun, root: string): NativeValue {
  const call =
    (name: string): Method =>
    (use) =>
      sent(run, use, (text) => text.add(`${root}.${name}(`).list(argumentsOf(use)).add(')'));
  return native({ name: root, member: (name) => nativeFunction(`${root}.${name}`, call(name)) });
}

/** `db`, or another database: `write` is how it is written. */
function databaseOfShell(run: MongoRun, write: Writer): NativeValue {
  const collection = (name: Value, site: Place): NativeValue => collectionOfShell({ run, database: write, name, site });
  const method =
    (name: string): Method =>
    (call) =>
      sent(run, call, (text) => {
        write(text);
        text.add(`.${name}(`).list(argumentsOf(call)).add(')');
      });
  const other = (call: NativeCall): NativeValue => otherDatabase(run, call);
  const listed =
    (name: string): Method =>
    (call) => {
      method(name)(call);
      return documentList();
    };
  const made = native({
    name: 'db',
    methods: {
      getCollection: (call) => collection(call.arg(0), call.argPlaces[0] ?? call.place),
      getSiblingDB: other,
      getSisterDB: other,
      getMongo: () => connectionOf(run, made),
      aggregate: (call) => aggregation(run, call, (text) => write(text)),
      getCollectionNames: listed('getCollectionNames'),
      getCollectionInfos: listed('getCollectionInfos'),
      getName: ({ machine, place }) => unknown(machine.textOf(place), { source: place }),
    },
    member: (name, use) =>
      isShellName(name) ? collection(written(name, use.place), use.place) : nativeFunction(`db.${name}`, method(name)),
    anyMember: (key, { machine }) => collection(unknown(machine.textOf(key), { source: key }), key),
  });
  return made;
}

/** A database by its name. What `db` is set to, or begins as, is the one that the script works in, whatever it is called there. */
function otherDatabase(run: MongoRun, call: NativeCall): NativeValue {
  if (variableOf(call.machine, call.place) === 'db') return databaseOfShell(run, (text) => text.add('db'));
  const site = call.argPlaces[0] ?? call.place;
  return databaseOfShell(run, (text) => text.add('db.getSiblingDB(').value(call.arg(0), site).add(')'));
}

/** `db.getMongo()`. */
function connectionOf(run: MongoRun, own: NativeValue): NativeValue {
  const other = (call: NativeCall): NativeValue => otherDatabase(run, call);
  return native({
    name: 'db.getMongo()',
    methods: {
      getDB: other,
      getDBs: ({ machine, place }) => unknown(machine.textOf(place), { source: place }),
      startSession: (call) => sessionOfShell(run, variableOf(call.machine, call.place) ?? 'session'),
      setReadPref: () => undefinedValue,
      setWriteConcern: () => undefinedValue,
    },
    properties: { db: own },
    member: (name, { machine, place }: NativeUse) => (/^get|^read|^write|^_/.test(name) ? unknown(machine.textOf(place)) : undefined),
  });
}

/** A session whose databases send in it. */
function sessionOfShell(run: MongoRun, name: string): NativeValue {
  const inner = sessionOf(run, name);
  return {
    ...inner,
    member: (member, use) => {
      if (member !== 'getDatabase') return inner.member?.(member, use);
      return nativeFunction('session.getDatabase', (call) => {
        const site = call.argPlaces[0] ?? call.place;
        return databaseOfShell(run, (text) => text.add('session.getDatabase(').value(call.arg(0), site).add(')'));
      });
    },
  };
}

interface ShellCollection {
  readonly run: MongoRun;
  readonly database: Writer;
  readonly name: Value;
  readonly site: Place;
}

/** Methods that give one document. */
const finding: ReadonlySet<string> = new Set(['findOne', 'findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete', 'findAndModify']);
/** Methods that give a list. */
const listing: ReadonlySet<string> = new Set(['distinct', 'getIndexes', 'getIndices', 'getIndexKeys']);

/** `db.users`; a property that is no method is the collection `users.<name>`. */
function collectionOfShell(target: ShellCollection): NativeValue {
  const { run, database, name, site } = target;
  const begin: Writer = (text) => writeCollection(text, database, name, site);
  const write = (method: string, call: NativeCall): Writer => {
    return (text) => {
      begin(text);
      text.add(`.${method}(`).list(argumentsOf(call)).add(')');
    };
  };
  const method = (called: string): NativeValue =>
    nativeFunction(`the collection's ${called}`, (call) => {
      const given = sent(run, call, write(called, call));
      if (finding.has(called)) return foundDocument(call);
      return listing.has(called) ? documentList() : given;
    });
  return native({
    name: 'the collection',
    methods: {
      find: (call) => cursorOf(call, { run, write: write('find', call) }),
      aggregate: (call) => aggregation(run, call, begin),
      initializeOrderedBulkOp: () => bulkBuilder({ run, write: begin, ordered: true }),
      initializeUnorderedBulkOp: () => bulkBuilder({ run, write: begin, ordered: false }),
      getCollection: (call) => subCollection(target, call.arg(0), call.argPlaces[0] ?? call.place),
      getName: () => name,
    },
    member: (called, use) =>
      Object.hasOwn(collectionMethods, called) ? method(called) : subCollection(target, written(called, use.place), use.place),
  });
}

function subCollection(target: ShellCollection, name: Value, site: Place): NativeValue {
  const [own, inner] = [constantText(target.name), constantText(name)];
  const whole = own === undefined || inner === undefined ? unknown('collection', { source: site }) : written(`${own}.${inner}`, site);
  return collectionOfShell({ ...target, name: whole, site });
}

/** The shell sends at once what ends in $out or $merge, and all else when its cursor is asked for documents. */
function aggregation(run: MongoRun, call: NativeCall, begin: Writer): Value {
  const write: Writer = (text) => {
    begin(text);
    text.add('.aggregate(').list(argumentsOf(call)).add(')');
  };
  const last = call.args.at(-1);
  const writes =
    writesSomewhere(call.arg(0)) || (last?.kind === 'object' && (last.properties.has('$out') || last.properties.has('$merge')));
  return writes ? sent(run, call, write) : cursorOf(call, { run, write });
}
