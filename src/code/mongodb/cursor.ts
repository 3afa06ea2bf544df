import { callBack, nameInCallback } from '../callbacks';
import { Iterable } from '../evaluate/iteration';
import { type NativeCall, type NativeUse, type NativeValue, native, nativeFunction } from '../native';
import { type ArrayValue, array, nullValue, type UnknownValue, undefinedValue, unknown, type Value } from '../value';
import { isCallback } from './callback';
import { variableOf } from './names';
import type { MongoRun, Sending, Unsent } from './run';
import type { ShellText } from './write';

/** What lists and documents have as their tag that came out of the database: a loop over them runs once for each document. */
export const documents = { documents: true } as const;

/** What a cursor has as its data: it can be walked. */
export class CursorData extends Iterable {}

/** A list of documents of which nothing is known but what each of them is, where that is given. */
export function documentList(document?: Value): ArrayValue {
  return { ...array(document === undefined ? [] : [document], true), tag: documents, ...(document !== undefined && { sampled: true }) };
}

/** A document that was found: its fields are holes, called by the variable that it is put in, or by the parameter of the callback. */
export function foundDocument(use: NativeUse | NativeCall): UnknownValue {
  const { machine, place } = use;
  const name = ('args' in use ? nameInCallback(use) : undefined) ?? variableOf(machine, place) ?? 'document';
  return unknown(name, { source: place, tag: documents });
}

/** What a command answered. */
export function answer({ machine, place }: NativeUse): UnknownValue {
  return unknown(variableOf(machine, place) ?? machine.textOf(place), { source: place });
}

/** Calls of a cursor that change what it gives; mongosh has them under these names. */
const shaping: ReadonlyMap<string, string> = new Map([
  ...['sort', 'limit', 'skip', 'batchSize', 'hint', 'collation', 'comment', 'min', 'max', 'maxTimeMS', 'allowDiskUse'].map(
    (name) => [name, name] as const,
  ),
  ['project', 'projection'],
  ['projection', 'projection'],
]);
/** Those that matter to nothing here. */
const passing = new Set([
  ...['map', 'filter', 'addCursorFlag', 'addQueryModifier', 'setReadPreference', 'withReadPreference', 'withReadConcern', 'rewind'],
  ...['clone', 'noCursorTimeout', 'readConcern', 'readPref', 'returnKey', 'showRecordId', 'tailable', 'maxAwaitTimeMS', 'pretty', 'lean'],
  ...['maxScan', 'snapshot', 'cursor', 'allowPartialResults', 'batch', 'select', 'populate', 'orFail', 'read', 'transform', 'option'],
]);

export interface CursorRequest {
  readonly run: MongoRun;
  /** What is sent, without the calls on the cursor. */
  readonly write: (text: ShellText, options: ReadonlyMap<string, Value>) => void;
  /** True when it writes: then it is named where it is never sent. */
  readonly writes?: boolean;
  /** Sent by `await`, as mongoose's queries are; it gives this. */
  readonly thenable?: 'documents' | 'document' | 'answer';
  /** What one document is, where more than its name is known. */
  readonly document?: () => Value;
}

/** The cursor of `find` or `aggregate`: the driver sends it when it is asked for documents. */
export function cursorOf(use: NativeUse, request: CursorRequest): NativeValue {
  const { machine, place } = use;
  const calls: { readonly name: string; readonly args: readonly Value[]; readonly call: NativeCall }[] = [];
  const options = new Map<string, Value>();
  const until: Unsent['until'] = request.thenable === undefined ? 'documents' : 'await';
  const waiting = { use: { machine, place }, sent: false, until };
  if (request.writes === true) request.run.await(waiting);
  const send = ({ place: at, args }: Omit<Sending, 'machine'>): void => {
    if (waiting.sent) return;
    waiting.sent = true;
    request.run.send({ machine, place: at, ...(args === undefined ? {} : { args }) }, (text) => {
      request.write(text, options);
      for (const { name, args, call } of calls) {
        text.add(`.${name}(`);
        text.list(args.map((value, index) => ({ value, site: call.argPlaces[index] ?? call.place }))).add(')');
      }
    });
  };
  const all = (): ArrayValue => documentList(request.document?.());
  const one = (at: NativeUse): Value => request.document?.() ?? foundDocument(at);
  const list = (at: NativeUse): Value => {
    send(at);
    return all();
  };
  const next = (call: NativeCall): Value => {
    send(call);
    const found = one(call);
    callBack(call, found);
    return found;
  };
  const walk = (call: NativeCall, iterator: Value): Value => {
    machine.call(machine.get(all(), 'forEach', call.place), [iterator], call.place);
    return undefinedValue;
  };
  /** `forEach(iterator)` gives a promise; drivers before 4 took a callback for the end behind it. */
  const forEach = (call: NativeCall): Value => {
    const hasCallback = call.args.length > 1 && isCallback(call.args.at(-1));
    send(hasCallback ? call : { place: call.place });
    walk(call, call.arg(0));
    if (hasCallback) callBack(call);
    return undefinedValue;
  };
  /** `each((error, document) => ...)` of drivers before 4: called once for each, and with null in the end. */
  const each = (call: NativeCall): Value => {
    send(call);
    const iterator = nativeFunction('each', (inner) => machine.call(call.arg(0), [nullValue, one(call)], inner.place), false);
    walk(call, iterator);
    callBack(call, nullValue);
    return undefinedValue;
  };
  const asked = (call: NativeCall): Value => {
    send(call);
    const value = unknown(machine.textOf(call.place), { source: call.place, tag: documents });
    callBack(call, value);
    return value;
  };
  const self: NativeValue = native({
    name: 'the cursor',
    data: new CursorData(() => {
      send({ place });
      return all();
    }),
    methods: {
      toArray(call) {
        const found = list(call);
        callBack(call, found);
        return found;
      },
      next,
      tryNext: next,
      hasNext: asked,
      forEach,
      each,
      count: asked,
      itcount: asked,
      size: asked,
      explain: asked,
      close: () => undefinedValue,
      stream: (call) => {
        send(call);
        return unknown(machine.textOf(call.place), { source: call.place, channel: true, why: 'what its stream does is not followed' });
      },
      exec(call) {
        const found = settled(call);
        callBack(call, found);
        return found;
      },
      session(call) {
        if (call.arg(0).kind !== 'primitive') options.set('session', call.arg(0));
        return self;
      },
      eachAsync: forEach,
    },
    ...(request.thenable === undefined ? {} : { settle: () => settled() }),
    member(name) {
      const written = shaping.get(name);
      if (written === undefined && !passing.has(name)) return undefined;
      return native({
        name: `cursor.${name}`,
        reachesDatabase: false,
        call(call) {
          if (written !== undefined) calls.push({ name: written, args: call.args, call });
          return self;
        },
      });
    },
  });
  const settled = (call?: NativeCall): Value => {
    send({ place, ...(call === undefined ? {} : { args: call.args }) });
    if (request.thenable === 'document') return one({ machine, place });
    return request.thenable === 'answer' ? answer({ machine, place }) : all();
  };
  return self;
}
