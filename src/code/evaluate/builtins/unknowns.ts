import { array, type UnknownValue, unknown, type Value } from '../../value';
import type { CallSite } from '../calls';
import type { Evaluator } from '../evaluator';
import { parameterName } from './arrays';

/** Methods of lists that call back for each item: on something unknown, the callback is walked once. */
const walking = new Set([
  'map',
  'flatMap',
  'forEach',
  'filter',
  'find',
  'some',
  'every',
  'reduce',
  'findIndex',
  'sort',
  'each',
  'mapSeries',
]);
/** Methods whose result is of the same kind as what they are called on. */
const listing = new Set(['filter', 'slice', 'sort', 'reverse', 'concat']);

/** A method of a list that is not known; undefined when it is no such method. */
export function unknownEach(
  machine: Evaluator,
  list: UnknownValue,
  name: string,
  args: readonly Value[],
  site: CallSite,
): Value | undefined {
  const [callback] = args;
  if (!walking.has(name) || callback?.kind !== 'function') return listing.has(name) ? { ...list } : undefined;
  const item = unknown(parameterName(callback));
  const given = name === 'reduce' ? [args[1] ?? unknown('sum'), unknown('item'), unknown('index')] : [item, unknown('index'), list];
  machine.repetitions++;
  try {
    const result = machine.under([{ value: list, holds: true }], () =>
      machine.inRound({ place: site.place, over: list }, () => machine.invoke(callback, given, { place: site.place, argPlaces: [] })),
    );
    if (name === 'map') return array([result], true);
    if (name === 'flatMap') return result.kind === 'array' ? array(result.items, true) : array([result], true);
    if (name === 'reduce') return result;
    if (name === 'filter' || name === 'sort') return { ...list };
    return unknown(machine.textOf(site.place), { source: site.place });
  } finally {
    machine.repetitions--;
  }
}
