import { flat, hasHoles, slice, written } from '../../text';
import { type ArrayValue, type Place, primitive, type RegExpValue, type TextValue, undefinedValue, unknown, type Value } from '../../value';
import type { Evaluator } from '../evaluator';
import { arrayMethods } from './arrays';
import { stringMethods } from './strings';

/** What arrays, strings and regular expressions have: length, items, and their methods, bound to them. */
export function languageMember(machine: Evaluator, value: ArrayValue | TextValue | RegExpValue, name: string, place: Place): Value {
  if (value.kind === 'regexp') {
    if (name === 'source') return written(value.pattern, place);
    return name === 'flags' ? written(value.flags, place) : { kind: 'method', receiver: value, name };
  }
  const methods = value.kind === 'array' ? arrayMethods : stringMethods;
  if (Object.hasOwn(methods, name)) return { kind: 'method', receiver: value, name };
  const isUncertain = value.kind === 'array' ? value.open : hasHoles(value);
  if (name === 'length') {
    if (isUncertain) return unknown(machine.textOf(place));
    return primitive(value.kind === 'array' ? value.items.length : flat(value).length, place);
  }
  if (!/^\d+$/.test(name)) return undefinedValue;
  const index = Number(name);
  const item = value.kind === 'array' ? value.items[index] : isUncertain ? undefined : slice(value, index, index + 1);
  return item ?? (isUncertain ? unknown(machine.textOf(place), { source: place }) : undefinedValue);
}
