import { emptyText, hole, joined, written } from '../text';
import { type ChoiceValue, choice, type Place, type TextValue, type Value } from '../value';
import type { Evaluator } from './evaluator';

/** How many combinations of choices are tried. */
const maximumCombinations = 4;

type Known = Exclude<Value, ChoiceValue>;

/** The result for each combination of what the values may be, as one value. */
export function over(values: readonly Value[], make: (known: readonly Known[]) => Value): Value {
  const combinations = combinationsOf(values);
  const [only] = combinations;
  if (combinations.length === 1 && only !== undefined) return make(only);
  return choice(combinations.map(make));
}

/** All combinations of what values may be, up to a handful. */
export function combinationsOf(values: readonly Value[]): readonly (readonly Known[])[] {
  let combinations: Known[][] = [[]];
  for (const value of values) {
    const options = optionsOf(value);
    if (options.length > 1 && combinations.length * options.length <= maximumCombinations) {
      combinations = combinations.flatMap((known) => options.map((option) => [...known, option]));
      continue;
    }
    // One option goes behind all; where there would be too many combinations, each further choice follows the ones before it.
    for (const [index, known] of combinations.entries()) known.push(options[index % options.length] ?? options[0] ?? emptyText);
  }
  return combinations;
}

function optionsOf(value: Value): readonly Known[] {
  return value.kind === 'choice' ? value.options.flatMap(optionsOf) : [value];
}

/** What String(value) gives. What is not known is a hole, named as the source names it; `place` is the expression. */
export function convert(machine: Evaluator, value: Known, place: Place): TextValue {
  switch (value.kind) {
    case 'text':
      machine.grow(value.pieces.length);
      return value;
    case 'primitive':
      return written(String(value.value), place);
    case 'array': {
      const items = value.items.map((item) => (isMissing(item) ? emptyText : convertAny(machine, item, place)));
      const text = joined(items, written(',', place));
      return value.open && items.length === 0 ? hole(machine.textOf(place), place) : text;
    }
    case 'native':
      return value.text?.() ?? hole(machine.textOf(place), place);
    case 'regexp':
      return written(`/${value.pattern}/${value.flags}`, place);
    case 'object': {
      const own = value.type === undefined ? undefined : machine.get(value, 'toString', place);
      if (own?.kind === 'function') {
        const made = machine.invoke(own, [], { place, argPlaces: [] }, value);
        if (made.kind === 'text') return made;
      }
      return hole(machine.textOf(place), place);
    }
    case 'unknown':
      return hole(value.name, place);
    default:
      return hole(machine.textOf(place), place);
  }
}

/** The same for a value that may be one of several: the likeliest. */
export function convertAny(machine: Evaluator, value: Value, place: Place): TextValue {
  const [first] = optionsOf(value);
  return first === undefined ? emptyText : convert(machine, first, place);
}

function isMissing(value: Value): boolean {
  return value.kind === 'primitive' && (value.value === null || value.value === undefined);
}

/** A number, where the value is one. */
export function numberOf(value: Value | undefined): number | undefined {
  return value?.kind === 'primitive' && typeof value.value === 'number' ? value.value : undefined;
}
