import { joined, written } from '../../text';
import { type ArrayValue, array, choice, likeliest, primitive, undefinedValue, unknown, type Value } from '../../value';
import type { CallSite } from '../calls';
import { truthOf } from '../conditions';
import { convertAny, numberOf } from '../conversions';
import { areEqual } from '../equality';
import type { Evaluator } from '../evaluator';
import { hasOthers, listLike, noteGrowth } from '../iteration';

type ArrayMethod = (machine: Evaluator, list: ArrayValue, args: readonly Value[], site: CallSite) => Value;

/** The methods of arrays. A callback is called for each item that is known, and once more where there may be others. */
export const arrayMethods: Readonly<Record<string, ArrayMethod>> = {
  map: (machine, list, args, site) => listLike(list, each(machine, list, args, site)),
  flatMap(machine, list, args, site) {
    const made = each(machine, list, args, site).map(likeliest);
    return array(
      made.flatMap((value) => (value.kind === 'array' ? value.items : [value])),
      list.open || made.some((value) => value.kind === 'array' && value.open),
    );
  },
  forEach(machine, list, args, site) {
    const [callback] = args;
    // It is the body of an arrow function without braces that gives anything.
    const place = callback?.kind === 'function' ? machine.place(callback.node.body, callback.source.path) : site.place;
    for (const value of each(machine, list, args, site)) if (value.kind === 'native') value.drop?.({ machine, place });
    return undefinedValue;
  },
  filter(machine, list, args, site) {
    const answers = each(machine, list, args, site).map(truthOf);
    // What may be left out is kept: to read too much is better than to read nothing.
    return listLike(
      list,
      list.items.filter((_, index) => answers[index] !== false),
    );
  },
  find(machine, list, args, site) {
    const answers = each(machine, list, args, site).map(truthOf);
    const found = list.items.filter((_, index) => answers[index] !== false);
    const certain = answers.indexOf(true);
    const first = answers.findIndex((answer) => answer !== false);
    if (certain !== -1 && certain === first) return list.items[certain] ?? undefinedValue;
    return found.length === 0 ? (list.open ? unknown(machine.textOf(site.place)) : undefinedValue) : choice([...found, undefinedValue]);
  },
  findIndex(machine, list, args, site) {
    const answers = each(machine, list, args, site).map(truthOf);
    return answers.includes(undefined) || list.open ? unknown(machine.textOf(site.place)) : primitive(answers.indexOf(true));
  },
  some: (machine, list, args, site) => quantified(machine, list, args, site, true),
  every: (machine, list, args, site) => quantified(machine, list, args, site, false),
  reduce: (machine, list, args, site) => reduced(machine, list.items, list, args, site),
  reduceRight: (machine, list, args, site) => reduced(machine, list.items.toReversed(), list, args, site),
  join(machine, list, args, site) {
    const separator = args[0] === undefined ? written(',', site.place) : convertAny(machine, args[0], site.argPlaces[0] ?? site.place);
    if (list.open && list.items.length === 0) return unknown(machine.textOf(site.place), { source: site.place });
    machine.grow(list.items.length);
    const texts = list.items.map((item) => (isMissing(item) ? written('', site.place) : convertAny(machine, item, site.place)));
    return joined(texts, separator);
  },
  concat(machine, list, args) {
    const result = listLike(list, list.items);
    for (const value of args.map(likeliest)) {
      if (value.kind === 'array') {
        result.items.push(...value.items);
        result.open ||= value.open;
        if (value.sampled === true) result.sampled = true;
      } else if (value.kind === 'unknown') result.open = true;
      else result.items.push(value);
    }
    machine.grow(result.items.length);
    return result;
  },
  push(machine, list, args) {
    list.items.push(...args);
    noteGrowth(machine, list);
    machine.grow(args.length);
    return primitive(list.items.length);
  },
  unshift(machine, list, args) {
    list.items.unshift(...args);
    noteGrowth(machine, list);
    machine.grow(args.length);
    return primitive(list.items.length);
  },
  pop: (machine, list, _, site) => list.items.pop() ?? nothing(machine, list, site),
  shift: (machine, list, _, site) => list.items.shift() ?? nothing(machine, list, site),
  slice: (_, list, args) => listLike(list, list.items.slice(numberOf(args[0]) ?? 0, numberOf(args[1]))),
  splice(_machine, list, args) {
    const start = numberOf(args[0]) ?? 0;
    const count = args.length < 2 ? list.items.length : (numberOf(args[1]) ?? 0);
    return array(list.items.splice(start, count, ...args.slice(2)), list.open);
  },
  reverse(_machine, list) {
    list.items.reverse();
    return list;
  },
  toReversed: (_, list) => listLike(list, list.items.toReversed()),
  sort: (machine, list, args, site) => {
    const sorted = sortedItems(machine, list.items, args[0], site);
    list.items.splice(0, list.items.length, ...sorted);
    return list;
  },
  toSorted: (machine, list, args, site) => listLike(list, sortedItems(machine, list.items, args[0], site)),
  flat: (_, list, args) => array(flattened(list.items, numberOf(args[0]) ?? 1), list.open),
  includes(machine, list, args, site) {
    const position = indexOf(list, args[0] ?? undefinedValue);
    if (position === undefined || (position === -1 && list.open)) return unknown(machine.textOf(site.place));
    return primitive(position !== -1);
  },
  indexOf(machine, list, args, site) {
    const position = indexOf(list, args[0] ?? undefinedValue);
    return position === undefined || list.open ? unknown(machine.textOf(site.place)) : primitive(position);
  },
  at(machine, list, args, site) {
    const index = numberOf(args[0]);
    return (index === undefined ? undefined : list.items.at(index)) ?? nothing(machine, list, site);
  },
  entries: (_, list) =>
    listLike(
      list,
      list.items.map((item, index) => array([primitive(index), item])),
    ),
  keys: (_, list) =>
    array(
      list.items.map((__, index) => primitive(index)),
      list.open,
    ),
  values: (_, list) => list,
  fill(_machine, list, args) {
    list.items.fill(args[0] ?? undefinedValue, numberOf(args[1]) ?? 0, numberOf(args[2]));
    return list;
  },
  toString: (machine: Evaluator, list: ArrayValue, _args: readonly Value[], site: CallSite) => convertAny(machine, list, site.place),
};

function nothing(machine: Evaluator, list: ArrayValue, site: CallSite): Value {
  return list.open ? unknown(machine.textOf(site.place), { source: site.place }) : undefinedValue;
}

function isMissing(value: Value): boolean {
  return value.kind === 'primitive' && (value.value === null || value.value === undefined);
}

/** The results of a callback for each item. */
function each(machine: Evaluator, list: ArrayValue, args: readonly Value[], site: CallSite): Value[] {
  const [callback = undefinedValue, thisValue] = args;
  const call = (item: Value, index: Value): Value =>
    machine.inRound({ place: site.place, over: list }, () =>
      machine.invoke(callback, [item, index, list], { place: site.place, argPlaces: [] }, thisValue),
    );
  const results = [...list.items].map((item, index) => call(item, primitive(index)));
  if (hasOthers(list)) {
    machine.repetitions++;
    try {
      results.push(machine.conditionally(() => call(unknown(parameterName(callback)), unknown('index'))));
    } finally {
      machine.repetitions--;
    }
  }
  return results;
}

/** What the callback itself calls a parameter, its first if no other is asked for. */
export function parameterName(callback: Value, position = 0): string {
  const parameter = callback.kind === 'function' ? callback.node.params[position] : undefined;
  return parameter?.type === 'Identifier' ? parameter.name : 'item';
}

function quantified(machine: Evaluator, list: ArrayValue, args: readonly Value[], site: CallSite, decisive: boolean): Value {
  const answers = each(machine, list, args, site).map(truthOf);
  if (answers.includes(decisive)) return primitive(decisive);
  return answers.includes(undefined) || list.open ? unknown(machine.textOf(site.place)) : primitive(!decisive);
}

function reduced(machine: Evaluator, items: readonly Value[], list: ArrayValue, args: readonly Value[], site: CallSite): Value {
  const [callback = undefinedValue, initial] = args;
  const rest = [...items];
  let value = initial ?? rest.shift() ?? undefinedValue;
  const call = (item: Value, index: Value): void => {
    value = machine.inRound({ place: site.place, over: list }, () =>
      machine.invoke(callback, [value, item, index, list], { place: site.place, argPlaces: [] }),
    );
  };
  rest.forEach((item, index) => {
    call(item, primitive(index));
  });
  if (list.open) machine.conditionally(() => call(unknown(parameterName(callback, 1)), unknown('index')));
  return value;
}

function indexOf(list: ArrayValue, wanted: Value): number | undefined {
  let certain = true;
  for (const [index, item] of list.items.entries()) {
    const same = item.kind === 'choice' || wanted.kind === 'choice' ? undefined : areEqual(false, item, wanted);
    if (same === true) return certain ? index : undefined;
    if (same === undefined) certain = false;
  }
  return certain ? -1 : undefined;
}

function flattened(items: readonly Value[], depth: number): Value[] {
  return items.flatMap((item) => (item.kind === 'array' && depth >= 1 ? flattened(item.items, Math.min(depth, 20) - 1) : [item]));
}

/** Sorted where all comparisons are known; else as it was. */
function sortedItems(machine: Evaluator, items: readonly Value[], compare: Value | undefined, site: CallSite): Value[] {
  let isKnown = true;
  const text = (value: Value): string => {
    const converted = convertAny(machine, value, site.place);
    return converted.pieces.map((piece) => (piece.kind === 'hole' ? '' : piece.text)).join('');
  };
  const sorted = items.toSorted((left, right) => {
    if (compare === undefined || compare.kind === 'primitive') {
      const [one, two] = [text(left), text(right)];
      return one < two ? -1 : one > two ? 1 : 0;
    }
    const result = numberOf(machine.invoke(compare, [left, right], { place: site.place, argPlaces: [] }));
    if (result === undefined) isKnown = false;
    return result ?? 0;
  });
  return isKnown ? sorted : [...items];
}
