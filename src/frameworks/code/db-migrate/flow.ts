import { type NativeCall, type NativeValue, native, nativeFunction } from '../../../code/native';
import { array, likeliest, nullValue, undefinedValue, unknown, type Value } from '../../../code/value';

/**
 * The packages that migrations with callbacks are written with: `async` runs functions one after the other, `bluebird` is a promise with
 * loops. Nothing fails in the run that is read, so that errors are null.
 */

/** A function, in any of the forms in which code has one. */
export function isCallable(value: Value | undefined): value is Value {
  return value?.kind === 'function' || value?.kind === 'method' || (value?.kind === 'native' && value.call !== undefined);
}

/** What is given to a function as its callback. */
export function callback(): NativeValue {
  return nativeFunction('callback', () => undefinedValue, false);
}

/** Calls the last argument, if it is a function, with no error. */
export function callBack(call: NativeCall, ...results: readonly Value[]): void {
  const last = call.args.at(-1);
  if (isCallable(last)) call.machine.call(last, [nullValue, ...results], call.place);
}

function itemsOf(value: Value): readonly Value[] {
  const list = likeliest(value);
  if (list.kind === 'array') return list.items;
  return list.kind === 'object' ? [...list.properties.values()] : [];
}

/** `async.series([f, g], done)`: each function gets a callback of its own. */
function series(call: NativeCall): Value {
  const tasks = call.arg(0);
  if (tasks.kind === 'unknown') call.machine.unread(call.place, `its functions \`${tasks.name}\` are known only when it runs`);
  for (const task of itemsOf(tasks)) call.machine.call(task, [callback()], call.place);
  callBack(call, unknown('results'));
  return unknown('results');
}

/** `async.waterfall`: a function gets what the one before it gave to its callback. */
function waterfall(call: NativeCall): Value {
  let given: readonly Value[] = [];
  for (const task of itemsOf(call.arg(0))) {
    let next: readonly Value[] = [];
    const done = nativeFunction(
      'callback',
      (inner) => {
        next = inner.args.slice(1);
        return undefinedValue;
      },
      false,
    );
    call.machine.call(task, [...given, done], call.place);
    given = next;
  }
  callBack(call, ...given);
  return unknown('results');
}

/** `async.eachSeries(list, f, done)`. */
function each(call: NativeCall): Value {
  eachItem(call, call.arg(0), (item) => [item, callback()]);
  callBack(call, unknown('results'));
  return unknown('results');
}

function eachItem(call: NativeCall, list: Value, argumentsOf: (item: Value, position: number) => readonly Value[]): Value[] {
  const known = likeliest(list);
  const worker = call.args.find(isCallable);
  if (worker === undefined) return [];
  const run = (item: Value, position: number): Value => call.machine.call(worker, argumentsOf(item, position), call.place);
  if (known.kind === 'array') return known.items.map(run);
  return [call.machine.conditionally(() => run(unknown('item'), 0))];
}

export const asyncPackage: NativeValue = native({
  name: 'async',
  reachesDatabase: false,
  methods: Object.fromEntries([
    ...['series', 'parallel', 'parallelLimit', 'auto'].map((name) => [name, series] as const),
    ...['each', 'eachSeries', 'eachLimit', 'forEach', 'forEachSeries', 'eachOf', 'eachOfSeries', 'map', 'mapSeries', 'mapLimit'].map(
      (name) => [name, each] as const,
    ),
    ['waterfall', waterfall],
  ]),
});

/** `Promise` of bluebird, which db-migrate hands to `setup`. Promises are not told from their values. */
export const bluebird: NativeValue = native({
  name: 'Promise',
  reachesDatabase: false,
  construct: (call) => {
    let result: Value = unknown('result');
    const resolve = nativeFunction(
      'resolve',
      (inner) => {
        result = inner.arg(0);
        return undefinedValue;
      },
      false,
    );
    call.machine.call(call.arg(0), [resolve, callback()], call.place);
    return result;
  },
  methods: {
    resolve: (call) => call.arg(0),
    all: (call) => call.machine.settle(call.arg(0), call.place),
    join: (call) => array(call.args),
    try: (call) => call.machine.call(call.arg(0), [], call.place),
    method: (call) => call.arg(0),
    promisify: (call) => call.arg(0),
    promisifyAll: (call) => call.arg(0),
    delay: () => undefinedValue,
    each: (call) => array(eachItem(call, call.arg(0), (item) => [item])),
    map: (call) => array(eachItem(call, call.arg(0), (item) => [item])),
    mapSeries: (call) => array(eachItem(call, call.arg(0), (item) => [item])),
    reject: () => unknown('rejected'),
  },
  member: (name) => (name === 'default' || name === 'Promise' ? bluebird : undefined),
});
