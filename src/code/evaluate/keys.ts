import { written } from '../text';
import { type ArrayValue, array, likeliest, type Place, type Value } from '../value';
import type { Evaluator } from './evaluator';

/** The names of the properties of a value, in order: Object.keys, for ... in. */
export function keysOf(machine: Evaluator, given: Value, place: Place): ArrayValue {
  const value = likeliest(given);
  switch (value.kind) {
    case 'object': {
      const names = [...value.properties.keys(), ...(value.getters?.keys() ?? [])].filter(
        (name) => !name.startsWith('#') && !name.startsWith('%'),
      );
      machine.step(names.length);
      return array(
        names.map((name) => written(name, value.source ?? place)),
        value.open,
      );
    }
    case 'array':
      return array(
        value.items.map((_, index) => written(String(index), place)),
        value.open,
      );
    case 'class':
      return array([...value.statics.keys()].map((name) => written(name, place)));
    case 'function':
      return array([...value.properties.keys()].map((name) => written(name, place)));
    case 'primitive':
      return array([]);
    default:
      return array([], true);
  }
}
