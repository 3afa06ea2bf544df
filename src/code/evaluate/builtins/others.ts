import { nativeFunction } from '../../native';
import { constantText, written } from '../../text';
import { array, likeliest, primitive, type RegExpValue, undefinedValue, unknown, type Value } from '../../value';
import type { CallSite } from '../calls';
import { convertAny, numberOf } from '../conversions';
import type { Evaluator } from '../evaluator';
import { iterate } from '../iteration';
import { compiled } from './patterns';

/** `f.call(this, a)`, `f.apply(this, [a])`, `f.bind(this, a)` of a function, method, class or native. */
export function callFunctionMethod(machine: Evaluator, callee: Value, name: string, args: readonly Value[], site: CallSite): Value {
  const [thisValue = undefinedValue, ...rest] = args;
  if (name === 'bind') {
    if (callee.kind !== 'function') return boundNative(machine, callee, thisValue, rest, site);
    return { ...callee, boundThis: callee.boundThis ?? thisValue, boundArguments: [...(callee.boundArguments ?? []), ...rest] };
  }
  // Array.prototype.slice.call(list): the method of whatever it is called on.
  if (callee.kind === 'method') {
    const items = name === 'apply' ? (rest[0] === undefined ? [] : iterate(machine, rest[0]).items) : rest;
    const isGiven = !(thisValue.kind === 'primitive' && (thisValue.value === null || thisValue.value === undefined));
    return machine.invokeMember(isGiven ? thisValue : callee.receiver, callee.name, items, site);
  }
  const given = name === 'apply' ? (rest[0] === undefined ? [] : iterate(machine, rest[0]).items) : rest;
  return machine.invoke(callee, given, { place: site.place, argPlaces: site.argPlaces.slice(1) }, thisValue);
}

/**
 * `db.runSql.bind(db, 'UPDATE ...')`: the arguments are put before those of the call. Where that has none but a callback, as from `async.series`,
 * what is sent stands where it was bound.
 */
function boundNative(machine: Evaluator, callee: Value, thisValue: Value, bound: readonly Value[], site: CallSite): Value {
  if (callee.kind !== 'native' || bound.length === 0) return callee;
  return nativeFunction(
    callee.name,
    (call) =>
      machine.invoke(
        callee,
        [...bound, ...call.args],
        {
          place: call.args.every(({ kind }) => kind === 'native' || kind === 'function') ? site.place : call.place,
          argPlaces: [...bound.map((_, index) => site.argPlaces[index + 1] ?? site.place), ...call.argPlaces],
        },
        thisValue,
      ),
    callee.reachesDatabase,
  );
}

/** Methods of numbers, and those that every object has. */
export function callPrimitiveMethod(machine: Evaluator, receiver: Value, name: string, args: readonly Value[], site: CallSite): Value {
  if (name === 'toString' && numberOf(args[0]) === undefined) return convertAny(machine, receiver, site.place);
  const number = numberOf(receiver);
  const digits = numberOf(args[0]) ?? 0;
  if (number !== undefined && name === 'toFixed' && digits >= 0 && digits <= 100) return written(number.toFixed(digits), site.place);
  if (number !== undefined && name === 'toString' && digits >= 2 && digits <= 36) return written(number.toString(digits), site.place);
  if (name === 'hasOwnProperty' && receiver.kind === 'object') {
    const wanted = args[0] === undefined ? undefined : constantText(likeliest(args[0]));
    if (wanted !== undefined && !receiver.open) return primitive(receiver.properties.has(wanted));
  }
  return unknown(machine.textOf(site.place), { source: site.place });
}

/** `pattern.test(text)`, `pattern.exec(text)`. */
export function callRegExpMethod(machine: Evaluator, receiver: RegExpValue, name: string, args: readonly Value[], site: CallSite): Value {
  const text = args[0] === undefined ? undefined : constantText(likeliest(args[0]));
  const pattern = text === undefined ? undefined : compiled(receiver, text, '');
  if (text === undefined || pattern === undefined) return unknown(machine.textOf(site.place));
  if (name === 'test') return primitive(pattern.test(text));
  if (name !== 'exec') return unknown(machine.textOf(site.place));
  const found = pattern.exec(text);
  return found === null
    ? primitive(null)
    : array([...found].map((group): Value => (group === undefined ? undefinedValue : written(group, site.place))));
}
