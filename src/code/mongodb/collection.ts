import { callBack } from '../callbacks';
import { type NativeCall, type NativeValue, native } from '../native';
import { constantText } from '../text';
import { likeliest, type ObjectValue, object, type Place, primitive, trueValue, undefinedValue, unknown, type Value } from '../value';
import { bulkBuilder } from './bulk';
import { isCallback } from './callback';
import { answer, cursorOf, foundDocument } from './cursor';
import { writeCollection } from './names';
import { isMissing, type ShellText } from './write';
import { concernOf, type Handle, withConcern } from './write-concern';

/** Which collection: `database` writes `db` or another one of the server. */
export interface CollectionTarget extends Handle {
  readonly database: (text: ShellText) => void;
  readonly name: Value;
  readonly site: Place;
}

/** A value beside where it stands. */
export interface Argument {
  readonly value: Value;
  readonly site: Place;
}

/** Arguments without the callback that drivers before 5 took. */
export function argumentsOf(call: NativeCall): readonly Argument[] {
  const { args } = call;
  const given = isCallback(args.at(-1)) ? args.slice(0, -1) : args;
  return given.map((value, index) => ({ value, site: call.argPlaces[index] ?? call.place }));
}

/** Methods that mongosh has under the same name with the same arguments. */
const alike = [
  ...['insertOne', 'insertMany', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'bulkWrite'],
  ...['createIndex', 'dropIndex', 'dropIndexes', 'drop', 'createSearchIndex', 'dropSearchIndex', 'updateSearchIndex'],
];
/** What drivers and servers had once: it is read, so that it can be told. */
const outdated = ['mapReduce', 'group', 'geoNear', 'geoHaystackSearch', 'parallelCollectionScan', 'reIndex', 'copyTo'];
/** The same for those that give something of the database. */
const finding = ['findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete', 'findAndModify', 'findAndRemove'];
const asking = ['countDocuments', 'estimatedDocumentCount', 'distinct', 'count', 'isCapped', 'stats', 'options'];

type Method = (call: NativeCall) => Value;

/** The driver's `Collection`. */
export function collectionOf(target: CollectionTarget): NativeValue {
  const { run } = target;
  const begin = (text: ShellText): void => writeCollection(text, target.database, target.name, target.site);
  const write = (method: string, args: readonly Argument[]) => (text: ShellText) => {
    begin(text);
    text.add(`.${method}(`).list(args).add(')');
  };
  const sent = (method: string, args: (call: NativeCall) => readonly Argument[] = argumentsOf): Method => {
    return (call) => {
      if (!isEmptyBatch(method, call)) run.send(call, write(method, withConcern(target, method, args(call), call.place)));
      const given = answer(call);
      callBack(call, given);
      return given;
    };
  };
  const found = (method: string): Method => {
    return (call) => {
      run.send(call, write(method, withConcern(target, method, argumentsOf(call), call.place)));
      const document = foundDocument(call);
      callBack(call, document);
      return document;
    };
  };
  const cursor = (call: NativeCall, method: string, args: readonly Argument[], writes: boolean): Value => {
    const self = cursorOf(call, { run, write: write(method, args), writes });
    callBack(call, self);
    return self;
  };
  const methods: Record<string, Method> = {
    ...Object.fromEntries([...alike, ...outdated].map((name) => [name, sent(name)])),
    ...Object.fromEntries(finding.map((name) => [name, found(name)])),
    ...Object.fromEntries(asking.map((name) => [name, sent(name === 'count' ? 'countDocuments' : name)])),
    ensureIndex: sent('createIndex'),
    dropAllIndexes: sent('dropIndexes'),
    find: (call) => cursor(call, 'find', findArguments(call), false),
    findOne(call) {
      run.send(call, write('findOne', findArguments(call)));
      const document = foundDocument(call);
      callBack(call, document);
      return document;
    },
    aggregate(call) {
      const args = argumentsOf(call);
      const writes = writesSomewhere(call.arg(0));
      return cursor(call, 'aggregate', writes ? withConcern(target, 'aggregate', args, call.place) : args, writes);
    },
    createIndexes(call) {
      run.send(call, (text) => writeCreateIndexes(text, target, call));
      const given = answer(call);
      callBack(call, given);
      return given;
    },
    rename(call) {
      run.send(call, (text) => writeRename(text, begin, argumentsOf(call)));
      const renamed = collectionOf({ ...target, name: call.arg(0), site: call.argPlaces[0] ?? call.place });
      callBack(call, renamed);
      return renamed;
    },
    indexes: sent('getIndexes', () => []),
    listIndexes: (call) => cursor(call, 'getIndexes', [], false),
    listSearchIndexes: (call) => cursor(call, 'getSearchIndexes', [], false),
    indexInformation: sent('getIndexes', () => []),
    indexExists: sent('getIndexes', () => []),
    insert: (call) => legacyInsert(call),
    update: (call) => legacyUpdate(call),
    remove: (call) => legacyRemove(call),
    save: (call) => legacySave(call),
    initializeOrderedBulkOp: (call) => bulkBuilder({ ...handleOfBulk(call), write: (text) => begin(text), ordered: true }),
    initializeUnorderedBulkOp: (call) => bulkBuilder({ ...handleOfBulk(call), write: (text) => begin(text), ordered: false }),
    watch: (call) =>
      unknown(call.machine.textOf(call.place), { source: call.place, channel: true, why: 'change streams are not followed' }),
  };
  const handleOfBulk = (call: NativeCall): Handle => ({ run, concern: concernOf(call.arg(0), target.concern) });
  const legacyInsert = (call: NativeCall): Value => {
    return sent(call.arg(0).kind === 'array' ? 'insertMany' : 'insertOne')(call);
  };
  const legacyUpdate = (call: NativeCall): Value =>
    sent(updateMethod(call.arg(1), call.arg(2)), (each) => withoutOption(argumentsOf(each), 2, 'multi'))(call);
  const legacyRemove = (call: NativeCall): Value => {
    const options = call.arg(1);
    const single = options.kind === 'object' ? (options.properties.get('single') ?? options.properties.get('justOne')) : options;
    const isOne = single?.kind === 'primitive' && single.value === true;
    return sent(isOne ? 'deleteOne' : 'deleteMany', (each) => {
      const [filter = { value: object(), site: each.place }, ...rest] = argumentsOf(each);
      return [filter, ...(options.kind === 'object' ? rest : [])];
    })(call);
  };
  const legacySave = (call: NativeCall): Value => {
    const document = call.arg(0);
    const id =
      document.kind === 'object'
        ? document.properties.get('_id')
        : document.kind === 'unknown'
          ? call.machine.get(document, '_id', call.place)
          : undefined;
    if (id === undefined) return sent('insertOne')(call);
    const site = call.argPlaces[0] ?? call.place;
    const args = [
      { value: object({ _id: id }), site },
      { value: document, site },
      { value: object({ upsert: trueValue }), site },
    ];
    return sent('replaceOne', () => args)(call);
  };
  return native({
    name: 'the collection',
    methods,
    properties: { collectionName: target.name, name: target.name },
    member: (name) => (/^(?:namespace|dbName|readConcern|readPreference|writeConcern|hint)$/.test(name) ? unknown(name) : undefined),
  });
}

/** What `update` was: without `multi` it changes one, or puts the document in its place where no operator is in it. */
export function updateMethod(change: Value, options: Value): 'updateMany' | 'replaceOne' | 'updateOne' {
  const many = options.kind === 'object' ? options.properties.get('multi') : undefined;
  if (many?.kind === 'primitive' && many.value === true) return 'updateMany';
  const isReplacement =
    change.kind === 'object' && change.properties.size > 0 && ![...change.properties.keys()].some((key) => key.startsWith('$'));
  return isReplacement ? 'replaceOne' : 'updateOne';
}

/** The driver refuses a batch of nothing; where the list may also have items, the call is made for that, too. */
function isEmptyBatch(method: string, call: NativeCall): boolean {
  const batch = call.arg(0);
  return (method === 'bulkWrite' || method === 'insertMany') && batch.kind === 'array' && batch.items.length === 0 && !batch.open;
}

/** mongosh takes the projection as an argument of its own. */
export function findArguments(call: NativeCall): readonly Argument[] {
  const [filter, second, ...rest] = argumentsOf(call);
  if (filter === undefined || second === undefined) return filter === undefined ? [] : [filter];
  const { value } = second;
  if (value.kind !== 'object') return [filter, second, ...rest];
  const names = [...value.properties.keys()];
  // Drivers before 3 took the projection there.
  if (names.length > 0 && names.every((name) => !findOptions.has(name))) return [filter, second, ...rest];
  const projection = value.properties.get('projection') ?? value.properties.get('fields');
  const others = names.filter((name) => name !== 'projection' && name !== 'fields');
  const given = { value: projection ?? object(), site: second.site };
  if (others.length === 0 && !value.open) return projection === undefined ? [filter] : [filter, given];
  const options: ObjectValue =
    projection === undefined
      ? value
      : object(new Map(others.map((name) => [name, value.properties.get(name) ?? undefinedValue])), value.open);
  return [filter, given, { value: options, site: second.site }];
}

const findOptions = new Set([
  ...['projection', 'fields', 'sort', 'limit', 'skip', 'batchSize', 'session', 'hint', 'collation', 'comment', 'maxTimeMS', 'readConcern'],
  ...['noCursorTimeout', 'readPreference', 'allowDiskUse', 'timeout', 'tailable', 'awaitData', 'min', 'max', 'returnKey', 'timeoutMS'],
  ...['showRecordId', 'promoteValues', 'promoteLongs', 'raw', 'singleBatch', 'snapshot', 'let', 'explain', 'signal', 'serializeFunctions'],
]);

/** Whether a pipeline ends in a stage that writes; one of which that is not known does not. */
export function writesSomewhere(pipeline: Value): boolean {
  if (pipeline.kind !== 'array') return false;
  const last = pipeline.items.at(-1);
  const stage = last === undefined ? undefined : likeliest(last);
  return stage?.kind === 'object' && (stage.properties.has('$out') || stage.properties.has('$merge'));
}

/** As the server's command, since mongosh's own createIndexes takes other arguments. */
function writeCreateIndexes(text: ShellText, target: CollectionTarget, call: NativeCall): void {
  const [specs, options] = argumentsOf(call);
  target.database(text);
  text.add('.runCommand({ createIndexes: ').value(target.name, target.site).add(', indexes: ');
  if (specs === undefined) text.add('[]');
  else if (specs.value.kind !== 'array') text.value(specs.value, specs.site);
  else text.value({ ...specs.value, items: specs.value.items.map(named) }, specs.site);
  if (options !== undefined && options.value.kind === 'object') {
    for (const [name, value] of options.value.properties) text.add(', ').key(name, options.site).add(': ').value(value, options.site);
  }
  const concern = concernOf(options?.value) === undefined ? target.concern?.get('writeConcern') : undefined;
  if (concern !== undefined) text.add(', writeConcern: ').value(concern);
  text.add(' })');
}

/** The server wants a name, and the driver makes it of the keys: `a_1_b_-1`. */
function named(given: Value): Value {
  const spec = likeliest(given);
  if (spec.kind !== 'object' || spec.open || spec.properties.has('name')) return given;
  const keys = spec.properties.get('key');
  if (keys?.kind !== 'object' || keys.open) return given;
  const parts = [...keys.properties].map(([name, value]) => {
    const direction = value.kind === 'primitive' ? String(value.value) : constantText(value);
    return direction === undefined ? undefined : `${name}_${direction}`;
  });
  if (parts.length === 0 || !parts.every((part) => part !== undefined)) return given;
  const source = spec.source ?? keys.source;
  if (source === undefined) return given;
  const name: Value = { kind: 'text', pieces: [{ kind: 'written', text: parts.join('_'), source }] };
  return { ...spec, properties: new Map([...spec.properties, ['name', name]]) };
}

/** `db.a.renameCollection("b", true)`. */
export function writeRename(text: ShellText, from: (text: ShellText) => void, [name, options]: readonly Argument[]): void {
  from(text);
  text.add('.renameCollection(').value(name?.value ?? undefinedValue, name?.site);
  const drops = options?.value.kind === 'object' ? options.value.properties.get('dropTarget') : undefined;
  if (drops !== undefined && !isMissing(drops) && !(drops.kind === 'primitive' && drops.value === false)) {
    text.add(', ').value(drops, options?.site);
  }
  text.add(')');
}

/** The arguments without one option of those at this position. */
export function withoutOption(args: readonly Argument[], position: number, name: string): readonly Argument[] {
  return args.map((argument, index) => {
    const { value, site } = argument;
    if (index !== position || value.kind !== 'object' || !value.properties.has(name)) return argument;
    const properties = new Map([...value.properties].filter(([each]) => each !== name));
    return { value: properties.size === 0 && !value.open ? primitive(undefined) : { ...value, properties }, site };
  });
}
