import type { NativeValue } from '../native';
import { constantText, slice } from '../text';
import { type ArrayValue, array, unknown, type Value } from '../value';
import type { Evaluator } from './evaluator';

/** What a native holds in `data` when it can be walked: a Set, a Map. */
export class Iterable {
  constructor(readonly items: () => ArrayValue) {}
}

/** What `for ... of` and spread see; `open` when there may be more than these items. */
export function iterate(machine: Evaluator, value: Value): ArrayValue {
  switch (value.kind) {
    case 'array':
      machine.step(value.items.length);
      return value;
    case 'text': {
      const text = constantText(value);
      if (text === undefined) return array([], true);
      machine.step(text.length);
      let offset = 0;
      return array(
        [...text].map((character) => {
          offset += character.length;
          return slice(value, offset - character.length, offset);
        }),
      );
    }
    case 'native':
      return value.data instanceof Iterable ? value.data.items() : array([], true);
    case 'choice': {
      const options = value.options.filter((option) => option.kind !== 'primitive');
      const all = options.map((option) => iterate(machine, option));
      const [longest] = all.toSorted((left, right) => right.items.length - left.items.length);
      return longest ?? array([]);
    }
    case 'primitive':
      return array([]);
    default:
      return array([], true);
  }
}

/** An item that stands for each one of something that is not known. */
export function anyItem(name: string): Value {
  return unknown(name);
}

export function isIterable(value: NativeValue): boolean {
  return value.data instanceof Iterable;
}
