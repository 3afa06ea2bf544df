import type { NativeValue } from '../native';
import type { FunctionValue, Value } from '../value';

/** How deep arguments are looked through. */
const maximumDepth = 4;

/** Whether something can be sent to the database through a value: a native, what a native gave, or an object or list that holds one. */
export function holdsNative(value: Value, depth = 0, seen = new Set<Value>()): boolean {
  if (depth > maximumDepth || seen.has(value)) return false;
  seen.add(value);
  const inside = (values: Iterable<Value>): boolean => [...values].some((one) => holdsNative(one, depth + 1, seen));
  switch (value.kind) {
    case 'native':
      return value.reachesDatabase;
    case 'unknown':
      return value.channel === true;
    case 'array':
      return value.items.length < 1000 && inside(value.items);
    case 'object':
      return value.base?.reachesDatabase === true || inside(value.properties.values());
    case 'choice':
      return inside(value.options);
    case 'method':
      return holdsNative(value.receiver, depth + 1, seen);
    case 'function':
      return inside(
        [...(value.boundArguments ?? []), ...(value.boundThis === undefined ? [] : [value.boundThis]), ...value.properties.values()].filter(
          (one) => one.kind === 'native',
        ),
      );
    default:
      return false;
  }
}

/** The first native in a list of arguments, or in objects among them: what a wrapper most likely hands on to its callback. */
export function firstNative(values: readonly Value[]): NativeValue | undefined {
  for (const value of values) {
    if (value.kind === 'native' && value.reachesDatabase) return value;
    if (value.kind === 'object') {
      const found = firstNative([...value.properties.values()].filter(({ kind }) => kind === 'native'));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The functions among arguments: in lists and objects too. */
export function callbacksIn(values: readonly Value[], depth = 0): readonly FunctionValue[] {
  if (depth > 2) return [];
  return values.flatMap((value): readonly FunctionValue[] => {
    if (value.kind === 'function') return [value];
    if (value.kind === 'array') return callbacksIn(value.items.slice(0, 50), depth + 1);
    if (value.kind === 'object' && value.type === undefined) return callbacksIn([...value.properties.values()], depth + 1);
    return value.kind === 'choice' ? callbacksIn(value.options, depth + 1) : [];
  });
}
