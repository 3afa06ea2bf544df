import { nativeFunction } from '../native';
import { choice, nullValue, type Place, undefinedValue, unknown, type Value } from '../value';
import type { CallSite } from './calls';
import type { Evaluator } from './evaluator';
import { walkBranches } from './journal';
import { Thrown } from './signals';

/** What `await value` gives. Promises are not told from their values; what has work to do when it is awaited does it now. */
export function settle(machine: Evaluator, value: Value, place: Place): Value {
  machine.step();
  switch (value.kind) {
    case 'native':
      return value.settle === undefined ? value : value.settle({ machine, place });
    case 'choice':
      return choice(value.options.map((option) => machine.conditionally(() => settle(machine, option, place))));
    case 'object': {
      const { deferred } = value;
      if (deferred !== undefined) {
        delete value.deferred;
        return runExecutors(machine, deferred, place, value);
      }
      if (value.type === undefined) return value;
      const then = machine.get(value, 'then', place);
      return then.kind === 'function' ? runExecutors(machine, [then], place, value) : value;
    }
    default:
      return value;
  }
}

/** Runs what a promise does: functions that get `resolve` and `reject`. */
export function runExecutors(machine: Evaluator, executors: readonly Value[], place: Place, thisValue?: Value): Value {
  const results: Value[] = [];
  const resolve = nativeFunction(
    'resolve',
    (call) => {
      results.push(machine.settle(call.arg(0), place));
      return undefinedValue;
    },
    false,
  );
  const reject = nativeFunction('reject', () => undefinedValue, false);
  for (const executor of executors) machine.settle(machine.invoke(executor, [resolve, reject], { place, argPlaces: [] }, thisValue), place);
  return results.length === 0 ? unknown(machine.textOf(place)) : choice(results);
}

/** Of promises, and what Bluebird adds to them. */
const promiseMethods = new Set(['then', 'catch', 'finally', 'spread', 'tap', 'nodeify', 'asCallback']);

export function isPromiseMethod(name: string): boolean {
  return promiseMethods.has(name);
}

/** `.then(f)`, `.catch(f)` and `.finally(f)` of anything. */
export function promiseMethod(machine: Evaluator, receiver: Value, name: string, args: readonly Value[], site: CallSite): Value {
  const value = machine.settle(receiver, site.place);
  const [first, second] = args;
  if (name === 'finally') {
    if (first !== undefined) callBack(machine, first, [], site);
    return value;
  }
  if (name === 'catch') {
    const handled = first === undefined ? undefined : asHandler(machine, () => callBack(machine, first, [unknown('error')], site));
    return handled === undefined ? value : either(value, handled);
  }
  if (name === 'spread' && first !== undefined) return callBack(machine, first, value.kind === 'array' ? value.items : [value], site);
  if (name === 'tap' && first !== undefined) callBack(machine, first, [value], site);
  if ((name === 'nodeify' || name === 'asCallback') && first !== undefined) callBack(machine, first, [nullValue, value], site);
  if (name !== 'then') return value;
  const result = first === undefined || isNoFunction(first) ? value : callBack(machine, first, [value], site);
  if (second === undefined) return result;
  const handled = asHandler(machine, () => callBack(machine, second, [unknown('error')], site));
  return handled === undefined || result.kind === 'unknown' ? result : either(result, handled);
}

/** What a promise gives that may have failed: `.then(() => true).catch(() => false)`. */
function either(value: Value, handled: Value): Value {
  const isPlain = value.kind === 'unknown' || value.kind === 'primitive' || value.kind === 'text';
  return isPlain ? choice([value, handled]) : value;
}

function isNoFunction(value: Value): boolean {
  return value.kind === 'primitive' || value.kind === 'text';
}

function callBack(machine: Evaluator, callback: Value, args: readonly Value[], site: CallSite): Value {
  return machine.settle(machine.invoke(callback, args, { place: site.place, argPlaces: [] }), site.place);
}

/** Walks what runs only when something failed. */
export function asHandler(machine: Evaluator, run: () => Value): Value | undefined {
  machine.handlers++;
  try {
    const [outcome] = walkBranches(
      machine,
      [
        { conditions: [{ value: unknown('a failure'), holds: true }], run },
        { conditions: [], run: (): Value => undefinedValue },
      ],
      () => false,
    );
    return outcome !== undefined && 'value' in outcome ? outcome.value : undefined;
  } finally {
    machine.handlers--;
  }
}

/**
 * `Promise.all(list)` and its kin: each is settled, in order. Builders that were not sent yet begin together, and each sends its next
 * statement when its last one is answered: first the first statement of each, then the second of each that has one.
 */
export function settleAll(machine: Evaluator, value: Value, place: Place): Value {
  if (value.kind !== 'array') return machine.settle(value, place);
  const start = machine.effects.length;
  const ends: number[] = [];
  const items = value.items.map((item) => {
    const settled = machine.settle(item, place);
    ends.push(machine.effects.length);
    return settled;
  });
  if (value.items.every((item) => item.kind === 'native' && item.settle !== undefined)) {
    const rounds = ends.flatMap((end, index) =>
      machine.effects.slice(ends[index - 1] ?? start, end).map((effect, round) => ({ effect, round })),
    );
    const sorted = rounds.toSorted((left, right) => left.round - right.round).map(({ effect }) => effect);
    machine.effects.splice(start, sorted.length, ...sorted);
  }
  return { kind: 'array', items, open: value.open };
}

/** `Promise.reject(error)`: as if it were thrown. */
export function rejected(value: Value, place: Place): never {
  throw new Thrown(value, place);
}
