import { type NativeCall, type NativeUse, type NativeValue, native } from '../../native';
import { constantText, written } from '../../text';
import { array, object, type Place, primitive, undefinedValue, unknown, type Value } from '../../value';
import { withOptions } from '../call-options';
import { isCallback } from '../callback';
import { type Argument, argumentsOf, collectionOf, findArguments, writesSomewhere } from '../collection';
import { answer, cursorOf, documents } from '../cursor';
import { writeCollection } from '../names';
import type { MongoRun } from '../run';
import type { ShellText } from '../write';
import { type Handle, withConcern } from '../write-concern';
import { collectionNameOf } from './collection-name';

export interface ModelTarget extends Handle {
  readonly database: (text: ShellText) => void;
  /** As it was given to `model()`. */
  readonly name: Value;
  /** The collection, where the schema or the third argument names it. */
  readonly collection: Value | undefined;
  readonly site: Place;
}

type Method = (call: NativeCall) => Value;

/** Queries of mongoose that the shell has as methods of collections: `await` sends them, and nothing else does. */
const writing = [
  'updateOne',
  'updateMany',
  'replaceOne',
  'deleteOne',
  'deleteMany',
  'countDocuments',
  'estimatedDocumentCount',
  'distinct',
];
const findingOne = ['findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete'];
/** The same by id. */
const byId: Readonly<Record<string, string>> = {
  findById: 'findOne',
  findByIdAndUpdate: 'findOneAndUpdate',
  findByIdAndDelete: 'findOneAndDelete',
  findByIdAndRemove: 'findOneAndDelete',
};
/** Options of mongoose alone, of which the server gets nothing. */
const ownOptions = new Set([
  'new',
  'lean',
  'strict',
  'runValidators',
  'timestamps',
  'overwrite',
  'populate',
  'overwriteDiscriminatorKey',
  'setDefaultsOnInsert',
  'strictQuery',
  'multipleCastError',
  'rawResult',
  'includeResultMetadata',
  'validateBeforeSave',
  'aggregateErrors',
  'limit',
]);

/** A model: its collection, with mongoose's own methods. */
export function modelOf(target: ModelTarget): NativeValue {
  const { run } = target;
  const name = target.collection ?? pluralOf(target.name, target.site);
  const raw = collectionOf({ run, database: target.database, name, site: target.site });
  const write = (method: string, args: readonly Argument[]) => (text: ShellText, options?: ReadonlyMap<string, Value>) => {
    writeCollection(text, target.database, name, target.site);
    text
      .add(`.${method}(`)
      .list(withConcern(target, method, withOptions(method, args, options, target.site), target.site))
      .add(')');
  };
  const query = (call: NativeCall, method: string, args: readonly Argument[], gives: 'documents' | 'document' | 'answer'): Value => {
    const made = cursorOf(call, {
      run,
      write: write(
        method,
        args.map(withoutOwnOptions).map((argument, index) => (index === 1 && updating.has(method) ? asUpdate(argument) : argument)),
      ),
      thenable: gives,
      writes: gives !== 'documents' && method !== 'findOne',
      document: () => documentOf(target, name),
    });
    // Before mongoose 7 a callback sent it at once.
    const exec = isCallback(call.args.at(-1)) ? made.member?.('exec', call) : undefined;
    if (exec?.kind === 'native') exec.call?.(call);
    return made;
  };
  const now =
    (method: string): Method =>
    (call) => {
      run.send(call, write(method, argumentsOf(call).map(withoutOwnOptions)));
      return answer(call);
    };
  const self: NativeValue = native({
    name: modelName(target),
    call: () => documentOf(target, name),
    construct: (call) => newDocument(target, name, call.arg(0)),
    methods: {
      ...Object.fromEntries(writing.map((method) => [method, (call: NativeCall) => query(call, method, argumentsOf(call), 'answer')])),
      ...Object.fromEntries(findingOne.map((method) => [method, (call: NativeCall) => query(call, method, argumentsOf(call), 'document')])),
      ...Object.fromEntries(
        Object.entries(byId).map(([method, own]) => [
          method,
          (call: NativeCall) => {
            const [id, ...rest] = argumentsOf(call);
            const site = id?.site ?? call.place;
            const filter = { value: { ...object({ _id: id?.value ?? undefinedValue }), source: site }, site };
            const found = own === 'findOne' ? rest.slice(0, 1) : rest;
            return query(call, own, [filter, ...found], 'document');
          },
        ]),
      ),
      find: (call) => query(call, 'find', findArguments(call), 'documents'),
      findOne: (call) => query(call, 'findOne', findArguments(call), 'document'),
      exists: (call) => query(call, 'findOne', argumentsOf(call).slice(0, 1), 'document'),
      count: (call) => query(call, 'countDocuments', argumentsOf(call), 'answer'),
      remove: (call) => query(call, 'deleteMany', argumentsOf(call), 'answer'),
      update: (call) => query(call, isMulti(call) ? 'updateMany' : 'updateOne', argumentsOf(call), 'answer'),
      aggregate: (call) =>
        cursorOf(call, { run, write: write('aggregate', argumentsOf(call)), thenable: 'documents', writes: writesSomewhere(call.arg(0)) }),
      where: (call) => query(call, 'find', argumentsOf(call), 'documents'),
      insertMany: now('insertMany'),
      insertOne: now('insertOne'),
      bulkWrite: now('bulkWrite'),
      bulkSave: (call) => {
        // Each document tells by itself what was changed in it.
        run.send(
          call,
          write('bulkWrite', [{ value: array([], true), site: call.argPlaces[0] ?? call.place }, ...argumentsOf(call).slice(1)]),
        );
        return answer(call);
      },
      create: (call) => created(call, write, run, target, name),
      createCollection: (call) => {
        run.send(call, (text) => {
          target.database(text);
          text.add('.createCollection(').value(name, target.site);
          const [options] = argumentsOf(call);
          if (options !== undefined) text.add(', ').value(options.value, options.site);
          text.add(')');
        });
        return raw;
      },
      hydrate: () => documentOf(target, name),
      init: () => self,
      startSession: (call) => call.machine.get(raw, 'startSession', call.place),
      $where: (call) => query(call, 'find', [], 'documents'),
    },
    properties: {
      collection: () => raw,
      modelName: () => target.name,
      schema: () => unknown('schema'),
      baseModelName: () => unknown('baseModelName'),
      base: () => unknown('mongoose'),
      db: () => unknown(`${modelName(target)}.db`, { channel: true }),
    },
    // createIndexes, ensureIndexes and syncIndexes send what the schema says, which is not followed: they are named.
    member: () => undefined,
  });
  return self;
}

function modelName(target: ModelTarget): string {
  return `the model ${constantText(target.name) ?? ''}`.trimEnd();
}

/** mongoose makes the name of the collection of the model's. */
function pluralOf(name: Value, site: Place): Value {
  const text = constantText(name);
  return text === undefined ? name : written(collectionNameOf(text), name.kind === 'text' ? (name.pieces[0]?.source ?? site) : site);
}

function isMulti(call: NativeCall): boolean {
  const options = call.arg(2);
  const multi = options.kind === 'object' ? options.properties.get('multi') : undefined;
  return multi?.kind === 'primitive' && multi.value === true;
}

function withoutOwnOptions(argument: Argument, index: number): Argument {
  const { value, site } = argument;
  if (index === 0 || value.kind !== 'object' || ![...value.properties.keys()].some((name) => ownOptions.has(name))) return argument;
  const properties = new Map([...value.properties].filter(([name]) => !ownOptions.has(name)));
  return { value: properties.size === 0 && !value.open ? primitive(undefined) : { ...value, properties }, site };
}

const updating = new Set(['updateOne', 'updateMany', 'findOneAndUpdate']);

/** mongoose sets the fields of an update without operators. */
function asUpdate(argument: Argument): Argument {
  const { value, site } = argument;
  if (value.kind !== 'object' || value.properties.size === 0 || value.type !== undefined) return argument;
  if ([...value.properties.keys()].some((name) => name.startsWith('$'))) return argument;
  return { value: object({ $set: { ...value, source: value.source ?? site } }), site };
}

/** `create(document)`, `create([documents], options)`, `create(one, another)`. */
function created(
  call: NativeCall,
  write: (method: string, args: readonly Argument[]) => (text: ShellText) => void,
  run: MongoRun,
  target: ModelTarget,
  name: Value,
): Value {
  const args = argumentsOf(call);
  const [first] = args;
  if (first === undefined) return undefinedValue;
  if (first.value.kind === 'array') run.send(call, write('insertMany', args.map(withoutOwnOptions)));
  else if (args.length === 1) run.send(call, write('insertOne', args));
  else run.send(call, write('insertMany', [{ value: array(args.map(({ value }) => value)), site: call.place }]));
  return first.value.kind === 'array' ? { ...array([documentOf(target, name)], true), tag: documents } : documentOf(target, name);
}

/** `new User({ ... })`: `save()` inserts it. */
function newDocument(target: ModelTarget, name: Value, given: Value): NativeValue {
  const document = given.kind === 'object' ? given : object({}, true);
  return documentLike(target, name, {
    save: (call, write) =>
      write(call, (text) => {
        const args = [{ value: document, site: call.place }, ...optionsOfSave(call)];
        text
          .add('.insertOne(')
          .list(withConcern(target, 'insertOne', args, call.place))
          .add(')');
      }),
    assign: (property, value) => document.properties.set(property, value),
  });
}

/** A document that was found: `save()` sends what was changed in it. */
export function documentOf(target: ModelTarget, name: Value): NativeValue {
  const changed = new Map<string, Value>();
  let isOpen = false;
  const called = (constantText(target.name) ?? 'document').replace(/^./, (letter) => letter.toLowerCase());
  return documentLike(target, name, {
    called,
    save: (call, write) =>
      write(call, (text) => {
        const changes = object({ $set: object(changed, isOpen || changed.size === 0) });
        const filter = object({ _id: unknown(`${called}._id`) });
        const args = [filter, changes].map((value) => ({ value, site: call.place }));
        text
          .add('.updateOne(')
          .list(withConcern(target, 'updateOne', [...args, ...optionsOfSave(call)], call.place))
          .add(')');
      }),
    remove: (call, write) => write(call, (text) => text.add('.deleteOne({ _id: ').hole(`${called}._id`).add(' })')),
    assign: (property, value) => changed.set(property, value),
    touch: () => {
      isOpen = true;
    },
  });
}

function optionsOfSave(call: NativeCall): readonly Argument[] {
  return argumentsOf(call)
    .slice(0, 1)
    .filter(({ value }) => value.kind === 'object');
}

interface DocumentUse {
  readonly called?: string;
  readonly save: (call: NativeCall, write: DocumentWriter) => Value;
  readonly remove?: (call: NativeCall, write: DocumentWriter) => Value;
  readonly assign: (property: string, value: Value) => void;
  /** Something in it is changed that can't be told. */
  readonly touch?: () => void;
}

type DocumentWriter = (call: NativeCall, words: (text: ShellText) => void) => Value;

const harmless =
  /^(?:toObject|toJSON|get|isNew|isModified|validate|validateSync|populate|populated|equals|inspect|toString|\$session|id|depopulate|\$isNew)$/;

function documentLike(target: ModelTarget, name: Value, use: DocumentUse): NativeValue {
  const write: DocumentWriter = (call, words) => {
    target.run.send(call, (text) => {
      writeCollection(text, target.database, name, target.site);
      words(text);
    });
    return self;
  };
  const called = use.called ?? 'document';
  const remove = (call: NativeCall): Value => use.remove?.(call, write) ?? undefinedValue;
  const self: NativeValue = native({
    name: called,
    methods: {
      save: (call) => use.save(call, write),
      remove,
      deleteOne: remove,
      updateOne: (call) =>
        write(call, (text) => {
          text.add('.updateOne({ _id: ').hole(`${called}._id`).add(' }, ').list(argumentsOf(call)).add(')');
        }),
      set(call) {
        const property = constantText(call.arg(0));
        if (property !== undefined) use.assign(property, call.arg(1));
        else if (call.arg(0).kind === 'object') use.touch?.();
        return self;
      },
      markModified() {
        use.touch?.();
        return undefinedValue;
      },
    },
    assign: use.assign,
    member: (property, { place }: NativeUse) => {
      if (harmless.test(property))
        return native({
          name: property,
          reachesDatabase: false,
          call: (call) => unknown(call.machine.textOf(call.place), { source: call.place }),
        });
      return unknown(`${called}.${property}`, { source: place });
    },
  });
  return self;
}
