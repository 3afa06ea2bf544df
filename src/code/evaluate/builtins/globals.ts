import { type NativeCall, type NativeValue, native, nativeFunction } from '../../native';
import { concat, constantText, written } from '../../text';
import { array, object, primitive, undefinedValue, unknown, type Value } from '../../value';
import { truthOf } from '../conditions';
import { convertAny, numberOf } from '../conversions';
import type { Evaluator } from '../evaluator';
import { iterate } from '../iteration';
import { rejected, runExecutors, settleAll } from '../promises';
import { collectionGlobals } from './collections';
import { jsonGlobal } from './json';
import { objectGlobal } from './objects';
import { urlGlobal } from './urls';

/** What every file sees without declaring it. */
export function globalValues(machine: Evaluator): ReadonlyMap<string, Value> {
  const values: NativeValue[] = [
    objectGlobal(machine),
    jsonGlobal(machine),
    arrayGlobal(machine),
    promiseGlobal(machine),
    stringGlobal(machine),
    numberGlobal(machine, 'Number', Number),
    numberGlobal(machine, 'parseInt', (text) => Number.parseInt(String(text), 10)),
    numberGlobal(machine, 'parseFloat', (text) => Number.parseFloat(String(text))),
    nativeFunction('Boolean', (call) => booleanOf(call), false),
    nativeFunction('BigInt', (call) => bigIntegerOf(call), false),
    nativeFunction('Symbol', (call) => unknown(machine.textOf(call.place)), false),
    mathGlobal(machine),
    dateGlobal(machine),
    processGlobal(machine),
    consoleGlobal(machine),
    urlGlobal(machine),
    ...['Error', 'TypeError', 'RangeError', 'AggregateError'].map((name) => errorGlobal(machine, name)),
    ...['setTimeout', 'setImmediate', 'queueMicrotask', 'setInterval'].map((name) => timer(machine, name)),
    ...['clearTimeout', 'clearInterval', 'structuredClone', 'encodeURIComponent', 'String.raw'].map((name) =>
      nativeFunction(name, (call) => call.arg(0), false),
    ),
  ];
  return new Map<string, Value>([
    ...values.map((value) => [value.name, value] as const),
    ...collectionGlobals(machine),
    ['NaN', primitive(Number.NaN)],
    ['Infinity', primitive(Number.POSITIVE_INFINITY)],
    ['globalThis', object({}, true)],
    ['global', object({}, true)],
  ]);
}

function arrayGlobal(machine: Evaluator): NativeValue {
  const make = (call: NativeCall): Value => {
    const length = call.args.length === 1 ? numberOf(call.arg(0)) : undefined;
    if (length === undefined) return array(call.args);
    machine.grow(Math.max(0, Math.ceil(length)));
    return length >= 0 && Number.isInteger(length) ? array(Array.from({ length }, () => undefinedValue)) : array([]);
  };
  return native({
    name: 'Array',
    reachesDatabase: false,
    call: make,
    construct: make,
    methods: {
      isArray: (call) => (call.arg(0).kind === 'unknown' ? unknown(machine.textOf(call.place)) : primitive(call.arg(0).kind === 'array')),
      of: (call) => array(call.args),
      from(call) {
        const given = call.arg(0);
        const length = given.kind === 'object' ? numberOf(given.properties.get('length')) : undefined;
        if (length !== undefined) machine.grow(Math.max(0, Math.ceil(length)));
        const list =
          length === undefined
            ? iterate(machine, given)
            : array(Array.from({ length: Math.max(0, Math.floor(length)) }, () => undefinedValue));
        const copy = array(list.items, list.open);
        return call.args.length < 2 ? copy : machine.invokeMember(copy, 'map', [call.arg(1)], { place: call.place, argPlaces: [] });
      },
    },
    properties: { prototype: () => array([]) },
  });
}

function promiseGlobal(machine: Evaluator): NativeValue {
  const all = (call: NativeCall): Value => settleAll(machine, call.arg(0), call.place);
  const first = (call: NativeCall): Value => {
    const list = all(call);
    return list.kind === 'array' ? (list.items[0] ?? undefinedValue) : list;
  };
  return native({
    name: 'Promise',
    reachesDatabase: false,
    construct: (call) => runExecutors(machine, call.args, call.place),
    methods: {
      all,
      allSettled: (call) => {
        const list = all(call);
        return list.kind !== 'array'
          ? list
          : array(
              list.items.map((value) => object({ status: unknown('status'), value })),
              list.open,
            );
      },
      race: first,
      any: first,
      resolve: (call) => machine.settle(call.arg(0), call.place),
      reject: (call) => rejected(call.arg(0), call.place),
      // Bluebird's.
      map: (call) => eachSettled(machine, call),
      each: (call) => eachSettled(machine, call),
      mapSeries: (call) => eachSettled(machine, call),
    },
  });
}

function eachSettled(machine: Evaluator, call: NativeCall): Value {
  const list = settleAll(machine, call.arg(0), call.place);
  return settleAll(machine, machine.invokeMember(list, 'map', [call.arg(1)], { place: call.place, argPlaces: [] }), call.place);
}

function stringGlobal(machine: Evaluator): NativeValue {
  return native({
    name: 'String',
    reachesDatabase: false,
    call: (call) => (call.args.length === 0 ? written('', call.place) : convertAny(machine, call.arg(0), call.argPlaces[0] ?? call.place)),
    methods: {
      raw(call) {
        const { template } = call;
        if (template === undefined) return unknown(machine.textOf(call.place));
        return concat(
          ...template.raw.flatMap((text, index) => {
            const value = template.values[index];
            return value === undefined ? [text] : [text, convertAny(machine, value, call.argPlaces[index + 1] ?? call.place)];
          }),
        );
      },
      fromCharCode: (call) => {
        const codes = call.args.map(numberOf);
        return codes.every((code) => code !== undefined)
          ? written(String.fromCharCode(...codes), call.place)
          : unknown(machine.textOf(call.place));
      },
    },
  });
}

function numberGlobal(machine: Evaluator, name: string, convert: (value: unknown) => number): NativeValue {
  const constants = { MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER, MIN_SAFE_INTEGER: Number.MIN_SAFE_INTEGER, EPSILON: Number.EPSILON };
  return native({
    name,
    reachesDatabase: false,
    call(call) {
      const value = call.arg(0);
      const plain = value.kind === 'primitive' ? value.value : constantText(value);
      if (plain === undefined || typeof plain === 'bigint') return unknown(machine.textOf(call.place), { source: call.place });
      return primitive(convert(plain), call.place);
    },
    properties: Object.fromEntries(Object.entries(constants).map(([key, value]) => [key, primitive(value)])),
    member: (key, use) => nativeFunction(`Number.${key}`, () => unknown(machine.textOf(use.place)), false),
  });
}

function booleanOf(call: NativeCall): Value {
  const value = call.arg(0);
  const truth = truthOf(value);
  return truth === undefined ? value : primitive(truth);
}

function bigIntegerOf(call: NativeCall): Value {
  const value = call.arg(0);
  const text = value.kind === 'primitive' ? String(value.value) : constantText(value);
  return text !== undefined && /^-?\d{1,40}$/.test(text) ? primitive(BigInt(text), call.place) : unknown('BigInt');
}

function mathGlobal(machine: Evaluator): NativeValue {
  const functions: Readonly<Record<string, (...numbers: number[]) => number>> = {
    max: Math.max,
    min: Math.min,
    floor: Math.floor,
    ceil: Math.ceil,
    round: Math.round,
    abs: Math.abs,
    trunc: Math.trunc,
    pow: (base = 0, exponent = 0) => base ** exponent,
    sqrt: Math.sqrt,
  };
  return native({
    name: 'Math',
    reachesDatabase: false,
    member: (name) =>
      nativeFunction(
        `Math.${name}`,
        (call) => {
          const numbers = call.args.map(numberOf);
          const calculate = functions[name];
          if (calculate === undefined || !numbers.every((number) => number !== undefined))
            return unknown(machine.textOf(call.place), { source: call.place });
          return primitive(calculate(...numbers), call.place);
        },
        false,
      ),
  });
}

/** Dates depend on when it runs: holes. */
function dateGlobal(machine: Evaluator): NativeValue {
  const some = (call: NativeCall): Value => unknown(machine.textOf(call.place), { source: call.place });
  return native({ name: 'Date', reachesDatabase: false, call: some, construct: some, methods: { now: some, UTC: some, parse: some } });
}

function processGlobal(machine: Evaluator): NativeValue {
  return native({ name: 'process', reachesDatabase: false, member: (_, use) => unknown(machine.textOf(use.place), { source: use.place }) });
}

function consoleGlobal(machine: Evaluator): NativeValue {
  return native({
    name: 'console',
    reachesDatabase: false,
    member: (name) =>
      nativeFunction(
        `console.${name}`,
        (call) => {
          for (const value of call.args) if (value.kind === 'native' && value.settle !== undefined) machine.settle(value, call.place);
          return undefinedValue;
        },
        false,
      ),
  });
}

function errorGlobal(machine: Evaluator, name: string): NativeValue {
  const make = (call: NativeCall): Value =>
    object({ message: call.args.length === 0 ? written('', call.place) : call.arg(0), name: written(name, call.place) });
  void machine;
  return native({ name, reachesDatabase: false, call: make, construct: make, methods: { captureStackTrace: () => undefinedValue } });
}

/** What a timer runs is run. */
function timer(machine: Evaluator, name: string): NativeValue {
  return nativeFunction(
    name,
    (call) => {
      if (call.arg(0).kind === 'function') machine.call(call.arg(0), [], call.place);
      return unknown(name);
    },
    false,
  );
}
