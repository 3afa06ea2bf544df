import type { NativeValue } from '../native';
import { constantText, slice } from '../text';
import { type ArrayValue, array, type Value } from '../value';
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
      return longest === undefined
        ? array([])
        : array(
            longest.items,
            all.some(({ open }) => open),
          );
    }
    case 'primitive':
      return array([]);
    default:
      return array([], true);
  }
}

/** Whether there may be items beside those that are there, and no sample of them. */
export function hasOthers(list: ArrayValue): boolean {
  return list.open && !(list.sampled === true && list.items.length > 0);
}

/** A list with other items, of which as much is known. */
export function listLike(list: ArrayValue, items: readonly Value[]): ArrayValue {
  const result: ArrayValue = { ...array(items, list.open), ...(list.tag === undefined ? {} : { tag: list.tag }) };
  if (list.sampled === true && items.length > 0) result.sampled = true;
  return result;
}

/** Says of what is kept from a loop that is walked once, by a key that is not known: other rounds add to the same lists. */
export function noteSample(value: Value): void {
  for (const option of value.kind === 'choice' ? value.options : [value]) {
    if (option.kind !== 'array') continue;
    option.open = true;
    option.sampled = true;
  }
}

/** Says of a list that gets an item in a loop that is walked once, that there will be more of the kind. */
export function noteGrowth(machine: Evaluator, list: ArrayValue): void {
  if ((list.depth ?? 0) >= machine.repetitions) return;
  list.open = true;
  list.sampled = true;
}

export function isIterable(value: NativeValue): boolean {
  return value.data instanceof Iterable;
}
