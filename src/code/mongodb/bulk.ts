import { callBack } from '../callbacks';
import { type NativeCall, type NativeValue, native } from '../native';
import { array, falseValue, type ObjectValue, object, type Place, primitive, trueValue, undefinedValue, type Value } from '../value';
import { answer } from './cursor';
import type { ShellText } from './write';
import { type Handle, withConcern } from './write-concern';

export interface BulkTarget extends Handle {
  /** Writes the collection. */
  readonly write: (text: ShellText) => void;
  readonly ordered: boolean;
}

/** What `initializeOrderedBulkOp()` gives: it collects writes, and sends them as one `bulkWrite`. */
export function bulkBuilder({ write, ordered, ...handle }: BulkTarget): NativeValue {
  const operations = array([]);
  const add = (call: NativeCall, operation: ObjectValue): Value => {
    operations.items.push(operation);
    if (call.machine.repetitions > 0) operations.open = true;
    return self;
  };
  const self: NativeValue = native({
    name: 'the bulk operation',
    methods: {
      insert: (call) => add(call, operationOf(call.place, 'insertOne', { document: call.arg(0) })),
      find: (call) => finder(call.arg(0), (each, operation) => add(each, operation)),
      raw: (call) => {
        const given = call.arg(0);
        return given.kind === 'object' ? add(call, given) : add(call, object({}, true));
      },
      addToOperationsList: (call) => add(call, object({}, true)),
      execute(call) {
        const options = new Map<string, Value>(ordered ? [] : [['ordered', falseValue]]);
        const given = call.arg(0);
        if (given.kind === 'object') for (const [name, value] of given.properties) options.set(name, value);
        const isOpen = given.kind === 'object' && given.open;
        const site = call.argPlaces[0] ?? call.place;
        const args = [
          { value: operations, site: call.place },
          { value: options.size > 0 || isOpen ? object(options, isOpen) : undefinedValue, site },
        ];
        handle.run.send(call, (text) => {
          write(text);
          text
            .add('.bulkWrite(')
            .list(withConcern(handle, 'bulkWrite', args, site))
            .add(')');
        });
        const result = answer(call);
        callBack(call, result);
        return result;
      },
      toJSON: (call) => answer(call),
    },
    properties: {
      length: () => primitive(operations.items.length),
      batches: () => operations,
      s: () => object({}, true),
    },
  });
  return self;
}

type Add = (call: NativeCall, operation: ObjectValue) => Value;

function finder(filter: Value, add: Add): NativeValue {
  const options = new Map<string, Value>();
  const update = (method: string) => (call: NativeCall) =>
    add(call, operationOf(call.place, method, { filter, update: call.arg(0), ...Object.fromEntries(options) }));
  const replace = (call: NativeCall): Value =>
    add(call, operationOf(call.place, 'replaceOne', { filter, replacement: call.arg(0), ...Object.fromEntries(options) }));
  const remove = (method: string) => (call: NativeCall) =>
    add(call, operationOf(call.place, method, { filter, ...Object.fromEntries(options) }));
  const option = (name: string, value?: Value) => (call: NativeCall) => {
    options.set(name, value ?? call.arg(0));
    return self;
  };
  const self: NativeValue = native({
    name: 'the bulk operation',
    methods: {
      update: update('updateMany'),
      updateMany: update('updateMany'),
      updateOne: update('updateOne'),
      replaceOne: replace,
      delete: remove('deleteMany'),
      remove: remove('deleteMany'),
      deleteMany: remove('deleteMany'),
      deleteOne: remove('deleteOne'),
      removeOne: remove('deleteOne'),
      upsert: option('upsert', trueValue),
      collation: option('collation'),
      arrayFilters: option('arrayFilters'),
      hint: option('hint'),
    },
  });
  return self;
}

function operationOf(source: Place, method: string, parts: Readonly<Record<string, Value>>): ObjectValue {
  return { ...object({ [method]: object(parts) }), source };
}
