import { type NativeCall, type NativeUse, type NativeValue, native } from '../../native';
import { type ArrayValue, array, primitive, undefinedValue, unknown, type Value } from '../../value';
import { areEqual } from '../equality';
import type { Evaluator } from '../evaluator';
import { Iterable, iterate, noteSample } from '../iteration';

/** `Map`, `Set` and their weak kin. */
export function collectionGlobals(machine: Evaluator): ReadonlyMap<string, NativeValue> {
  const set = native({ name: 'Set', reachesDatabase: false, construct: (call) => newSet(machine, call.arg(0)) });
  const map = native({ name: 'Map', reachesDatabase: false, construct: (call) => newMap(machine, call.arg(0)) });
  return new Map([
    ['Set', set],
    ['WeakSet', set],
    ['Map', map],
    ['WeakMap', map],
  ]);
}

function same(left: Value, right: Value): boolean {
  if (left === right) return true;
  return left.kind !== 'choice' && right.kind !== 'choice' && areEqual(false, left, right) === true;
}

function newSet(machine: Evaluator, given: Value): NativeValue {
  const first = iterate(machine, given);
  const items: Value[] = [];
  let { open } = first;
  const depth = machine.repetitions;
  let sampled = first.sampled === true;
  const add = (value: Value): void => {
    if (!items.some((item) => same(item, value))) items.push(value);
    if (machine.repetitions > depth) {
      open = true;
      sampled = true;
    }
    machine.step(items.length);
  };
  first.items.forEach(add);
  const list = (): ArrayValue => ({ ...array(items, open), sampled });
  const self: NativeValue = native({
    name: 'Set',
    reachesDatabase: false,
    data: new Iterable(list),
    properties: { size: (use) => sizeOf(machine, use, items.length, open) },
    methods: {
      add(call) {
        add(call.arg(0));
        return self;
      },
      has: (call) =>
        found(
          machine,
          call,
          items.some((item) => same(item, call.arg(0))),
          open,
        ),
      delete(call) {
        const index = items.findIndex((item) => same(item, call.arg(0)));
        if (index !== -1) items.splice(index, 1);
        return primitive(index !== -1);
      },
      clear() {
        items.length = 0;
        open = false;
        return undefinedValue;
      },
      values: list,
      keys: list,
      entries: () =>
        array(
          items.map((item) => array([item, item])),
          open,
        ),
      forEach: (call) => machine.invokeMember(list(), 'forEach', call.args, { place: call.place, argPlaces: [] }),
    },
  });
  return self;
}

function newMap(machine: Evaluator, given: Value): NativeValue {
  const entries: { readonly key: Value; value: Value }[] = [];
  const first = iterate(machine, given);
  let { open } = first;
  const depth = machine.repetitions;
  let sampled = first.sampled === true;
  const set = (key: Value, value: Value): void => {
    if (machine.repetitions > depth) {
      open = true;
      sampled = true;
      noteSample(value);
    }
    const known = entries.find((entry) => same(entry.key, key));
    machine.step(entries.length);
    if (known === undefined) entries.push({ key, value });
    else known.value = value;
  };
  for (const entry of first.items) if (entry.kind === 'array') set(entry.items[0] ?? undefinedValue, entry.items[1] ?? undefinedValue);
  const list = (): ArrayValue => listOf(entries.map(({ key, value }) => array([key, value])));
  const listOf = (items: readonly Value[]): ArrayValue => ({ ...array(items, open), sampled });
  const self: NativeValue = native({
    name: 'Map',
    reachesDatabase: false,
    data: new Iterable(list),
    properties: { size: (use) => sizeOf(machine, use, entries.length, open) },
    methods: {
      set(call) {
        set(call.arg(0), call.arg(1));
        return self;
      },
      get(call) {
        const known = entries.find((entry) => same(entry.key, call.arg(0)));
        const certain = !open && isCertain(call.arg(0)) && entries.every(({ key }) => isCertain(key));
        return known?.value ?? (certain ? undefinedValue : unknown(machine.textOf(call.place), { source: call.place }));
      },
      has: (call) =>
        found(
          machine,
          call,
          entries.some(({ key }) => same(key, call.arg(0))),
          open,
        ),
      delete(call) {
        const index = entries.findIndex(({ key }) => same(key, call.arg(0)));
        if (index !== -1) entries.splice(index, 1);
        return primitive(index !== -1);
      },
      clear() {
        entries.length = 0;
        return undefinedValue;
      },
      keys: () => listOf(entries.map(({ key }) => key)),
      values: () => listOf(entries.map(({ value }) => value)),
      entries: list,
      forEach(call) {
        for (const { key, value } of entries) machine.invoke(call.arg(0), [value, key, self], { place: call.place, argPlaces: [] });
        return undefinedValue;
      },
    },
  });
  return self;
}

function isCertain(value: Value): boolean {
  return (
    value.kind !== 'unknown' && value.kind !== 'choice' && !(value.kind === 'text' && value.pieces.some(({ kind }) => kind === 'hole'))
  );
}

function found(machine: Evaluator, call: NativeCall, isThere: boolean, open: boolean): Value {
  if (isThere || (!open && isCertain(call.arg(0)))) return primitive(isThere);
  return unknown(machine.textOf(call.place));
}

function sizeOf(machine: Evaluator, use: NativeUse, size: number, open: boolean): Value {
  return open ? unknown(machine.textOf(use.place)) : primitive(size);
}
