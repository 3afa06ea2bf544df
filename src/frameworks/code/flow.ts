import { callBack, isCallable } from '../../code/callbacks';
import { type NativeCall, type NativeValue, native, nativeFunction } from '../../code/native';
import { written } from '../../code/text';
import { array, likeliest, undefinedValue, unknown, type Value } from '../../code/value';

/**
 * The packages that migrations with callbacks are written with: `async` runs functions one after the other, `bluebird` is a promise with
 * loops. Nothing fails in the run that is read, so that errors are null.
 */

/** What is given to a function as its callback. */
export function callback(): NativeValue {
  return nativeFunction('callback', () => undefinedValue, false);
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

/** `async.eachSeries(list, f, done)`, `async.eachLimit(list, 5, f, done)`. */
function each(call: NativeCall): Value {
  eachItem(call, (item) => [item, callback()]);
  callBack(call, unknown('results'));
  return unknown('results');
}

/** `async.eachOf(list, f, done)`: the function also gets the key. */
function eachOf(call: NativeCall): Value {
  eachItem(call, (item, key) => [item, key, callback()]);
  callBack(call, unknown('results'));
  return unknown('results');
}

/** Walks a list as its own `forEach` does, so that it is known what is sent once for each item. */
function eachItem(call: NativeCall, argumentsOf: (item: Value, key: Value) => readonly Value[]): Value {
  const list = likeliest(call.arg(0));
  const worker = call.args.find(isCallable);
  if (worker === undefined) return array([]);
  const { machine, place } = call;
  const run = (item: Value, key: Value): Value => machine.call(worker, argumentsOf(item, key), place);
  if (list.kind === 'object') return array([...list.properties].map(([name, item]) => run(item, written(name, place))));
  if (list.kind !== 'array') return array([machine.conditionally(() => run(unknown('item'), unknown('key')))], true);
  const iterator = nativeFunction('iterator', (inner) => run(inner.arg(0), inner.arg(1)), false);
  return machine.call(machine.get(list, 'map', place), [iterator], place);
}

export const asyncPackage: NativeValue = native({
  name: 'async',
  reachesDatabase: false,
  methods: Object.fromEntries([
    ...['series', 'parallel', 'parallelLimit', 'auto'].map((name) => [name, series] as const),
    ...['each', 'eachSeries', 'eachLimit', 'forEach', 'forEachSeries', 'forEachLimit', 'map', 'mapSeries', 'mapLimit'].map(
      (name) => [name, each] as const,
    ),
    ...['eachOf', 'eachOfSeries', 'eachOfLimit', 'forEachOf', 'forEachOfSeries', 'forEachOfLimit'].map((name) => [name, eachOf] as const),
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
    each: (call) => eachItem(call, (item) => [item]),
    map: (call) => eachItem(call, (item) => [item]),
    mapSeries: (call) => eachItem(call, (item) => [item]),
    reject: () => unknown('rejected'),
  },
  member: (name) => (name === 'default' || name === 'Promise' ? bluebird : undefined),
});
