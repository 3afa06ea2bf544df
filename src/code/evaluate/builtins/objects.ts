import { type NativeCall, type NativeValue, native } from '../../native';
import { hole } from '../../text';
import { array, likeliest, nullValue, type ObjectValue, primitive, undefinedValue, unknown, type Value } from '../../value';
import { convertAny } from '../conversions';
import type { Evaluator } from '../evaluator';
import { iterate } from '../iteration';
import { keysOf } from '../keys';
import { copyProperties } from '../literals';

/** `Object`. */
export function objectGlobal(machine: Evaluator): NativeValue {
  return native({
    name: 'Object',
    reachesDatabase: false,
    call: (call) => call.arg(0),
    construct: () => ({ kind: 'object', properties: new Map(), open: false }),
    methods: {
      keys: (call) => keysOf(machine, call.arg(0), call.place),
      values: (call) => listed(machine, call, (_, value) => value),
      entries: (call) => listed(machine, call, (name, value) => array([name, value])),
      assign(call) {
        const target = call.arg(0);
        for (const source of call.args.slice(1)) {
          if (target.kind === 'object') copyProperties(machine, source, target);
          else if ((target.kind === 'class' || target.kind === 'function') && source.kind === 'object') {
            for (const [name, value] of source.properties) (target.kind === 'class' ? target.statics : target.properties).set(name, value);
          }
        }
        return target;
      },
      fromEntries(call) {
        const entries = iterate(machine, call.arg(0));
        const result: ObjectValue = { kind: 'object', properties: new Map(), open: entries.open };
        for (const entry of entries.items.map(likeliest)) {
          if (entry.kind !== 'array') result.open = true;
          else result.properties.set(nameOf(machine, entry.items[0] ?? undefinedValue, call), entry.items[1] ?? undefinedValue);
        }
        return result;
      },
      freeze: (call) => call.arg(0),
      seal: (call) => call.arg(0),
      create: (call) => {
        const prototype = call.arg(0);
        return { kind: 'object', properties: new Map(), open: false, ...(prototype.kind === 'object' ? { prototype } : {}) };
      },
      setPrototypeOf: (call) => call.arg(0),
      getPrototypeOf: (call) => {
        const value = call.arg(0);
        return value.kind === 'object' ? (value.type?.prototype ?? value.prototype ?? nullValue) : unknown('prototype');
      },
      getOwnPropertyNames: (call) => keysOf(machine, call.arg(0), call.place),
      getOwnPropertyDescriptor: () => undefinedValue,
      hasOwn: (call) => hasOwn(machine, call.arg(0), call.arg(1), call),
      is: () => unknown('Object.is'),
      defineProperty: (call) => {
        define(machine, call.arg(0), nameOf(machine, call.arg(1), call), call.arg(2), call);
        return call.arg(0);
      },
      defineProperties(call) {
        const given = call.arg(1);
        if (given.kind === 'object') for (const [name, value] of given.properties) define(machine, call.arg(0), name, value, call);
        return call.arg(0);
      },
    },
    // Object.prototype.hasOwnProperty.call(a, b) and the like.
    properties: {
      prototype: native({
        name: 'Object.prototype',
        reachesDatabase: false,
        methods: {
          hasOwnProperty: (call: NativeCall) => hasOwn(machine, call.receiver ?? undefinedValue, call.arg(0), call),
          toString: (call: NativeCall) => unknown(machine.textOf(call.place)),
        },
      }),
    },
  });
}

function nameOf(machine: Evaluator, value: Value, call: NativeCall): string {
  return convertAny(machine, value, call.place)
    .pieces.map((piece) => (piece.kind === 'hole' ? `\${${piece.name}}` : piece.text))
    .join('');
}

/** The properties of a value, those with a name that is not known too. */
function listed(machine: Evaluator, call: NativeCall, make: (name: Value, value: Value) => Value): Value {
  const value = call.arg(0);
  const names = keysOf(machine, value, call.place);
  const items = names.items.map((name) => make(name, machine.get(value, nameOf(machine, name, call), call.place)));
  if (value.kind !== 'object') return array(items, names.open);
  const others = [...value.properties].filter(([name]) => name.startsWith('%'));
  const list = array([...items, ...others.map(([name, other]) => make(hole(name.slice(1), call.place), other))], names.open);
  if (others.length > 0) list.sampled = true;
  return list;
}

function hasOwn(machine: Evaluator, given: Value, key: Value, call: NativeCall): Value {
  const value = likeliest(given);
  const name = nameOf(machine, key, call);
  if (value.kind !== 'object') return unknown(machine.textOf(call.place));
  const found = value.properties.has(name);
  return found || !value.open ? primitive(found) : unknown(machine.textOf(call.place));
}

/** Object.defineProperty, as compiled modules export with it. */
function define(machine: Evaluator, target: Value, name: string, descriptor: Value, call: NativeCall): void {
  if (descriptor.kind !== 'object') return;
  const getter = descriptor.properties.get('get');
  const value = descriptor.properties.get('value');
  if (target.kind === 'object') {
    if (getter?.kind === 'function' && target.getters !== undefined) target.getters.set(name, getter);
    else if (getter !== undefined) target.properties.set(name, machine.invoke(getter, [], { place: call.place, argPlaces: [] }, target));
    else if (value !== undefined) target.properties.set(name, value);
  } else if (value !== undefined && target.kind === 'class') target.statics.set(name, value);
  else if (value !== undefined && target.kind === 'function') target.properties.set(name, value);
}
