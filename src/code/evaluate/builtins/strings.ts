import { concat, constantText, emptyText, flat, hasHoles, holeCharacter, mapped, slice, written } from '../../text';
import { array, likeliest, type Place, primitive, type TextValue, unknown, type Value } from '../../value';
import type { CallSite } from '../calls';
import { convertAny, numberOf } from '../conversions';
import type { Evaluator } from '../evaluator';
import { compiled } from './patterns';

type StringMethod = (machine: Evaluator, text: TextValue, args: readonly Value[], site: CallSite) => Value;

/** The methods of strings. Places stay true where characters only move or go. */
export const stringMethods: Readonly<Record<string, StringMethod>> = {
  toString: (_machine: Evaluator, text: TextValue) => text,
  valueOf: (_machine: Evaluator, text: TextValue) => text,
  normalize: (_, text) => text,
  toUpperCase: (_, text) => mapped(text, (part) => part.toUpperCase()),
  toLowerCase: (_, text) => mapped(text, (part) => part.toLowerCase()),
  toLocaleUpperCase: (_, text) => mapped(text, (part) => part.toUpperCase()),
  toLocaleLowerCase: (_, text) => mapped(text, (part) => part.toLowerCase()),
  trim: (_, text) => trimmed(text, true, true),
  trimStart: (_, text) => trimmed(text, true, false),
  trimEnd: (_, text) => trimmed(text, false, true),
  trimLeft: (_, text) => trimmed(text, true, false),
  trimRight: (_, text) => trimmed(text, false, true),
  concat: (machine, text, args, site) =>
    concat(text, ...args.map((value, index) => convertAny(machine, value, site.argPlaces[index] ?? site.place))),
  repeat(machine, text, args, site) {
    const count = numberOf(args[0]);
    if (count === undefined) return unknown(machine.textOf(site.place));
    if (!(count > 0)) return emptyText;
    machine.grow(Math.ceil(count) * Math.max(flat(text).length, 1));
    return concat(...Array.from({ length: Math.floor(count) }, () => text));
  },
  padStart: (machine, text, args, site) => padded(machine, text, args, site, true),
  padEnd: (machine, text, args, site) => padded(machine, text, args, site, false),
  slice: (machine, text, args, site) =>
    sliceAround(text, args) ?? part(machine, text, args, site, (whole, start, end) => whole.slice(start, end)),
  substring: (machine, text, args, site) => part(machine, text, args, site, (whole, start, end) => whole.substring(start ?? 0, end)),
  substr: (machine, text, args, site) =>
    part(machine, text, args, site, (whole, start, length) => whole.slice(start, length === undefined ? undefined : (start ?? 0) + length)),
  charAt: (machine, text, args, site) =>
    part(machine, text, [args[0] ?? primitive(0), primitive((numberOf(args[0]) ?? 0) + 1)], site, (whole, start, end) =>
      whole.slice(start, end),
    ),
  at: (machine, text, args, site) => {
    const index = numberOf(args[0]) ?? 0;
    return part(machine, text, index === -1 ? [primitive(-1)] : [primitive(index), primitive(index + 1)], site, (whole, start, end) =>
      whole.slice(start, end),
    );
  },
  charCodeAt: (machine, text, args, site) =>
    onConstant(machine, text, site, (whole) => primitive(whole.charCodeAt(numberOf(args[0]) ?? 0))),
  localeCompare: (machine, text, args, site) =>
    withConstant(machine, text, args, site, (whole, other) => primitive(whole < other ? -1 : whole > other ? 1 : 0)),
  includes: (machine, text, args, site) => contains(machine, text, args, site, (whole, other) => whole.includes(other)),
  startsWith: (machine, text, args, site) => atEnd(machine, text, args, site, true),
  endsWith: (machine, text, args, site) => atEnd(machine, text, args, site, false),
  indexOf: (machine, text, args, site) => withConstant(machine, text, args, site, (whole, other) => primitive(whole.indexOf(other))),
  lastIndexOf: (machine, text, args, site) =>
    withConstant(machine, text, args, site, (whole, other) => primitive(whole.lastIndexOf(other))),
  search: (machine, _text, _args, site) => unknown(machine.textOf(site.place)),
  split,
  replace: (machine, text, args, site) => replaced(machine, text, args, site, false),
  replaceAll: (machine, text, args, site) => replaced(machine, text, args, site, true),
  match,
  matchAll: (machine, _text, _args, site) => unknown(machine.textOf(site.place)),
};

function trimmed(text: TextValue, start: boolean, end: boolean): TextValue {
  const whole = flat(text);
  const from = start ? whole.length - whole.trimStart().length : 0;
  const to = end ? whole.trimEnd().length : whole.length;
  return slice(text, from, Math.max(from, to));
}

function onConstant(machine: Evaluator, text: TextValue, site: CallSite, make: (whole: string) => Value): Value {
  const whole = constantText(text);
  return whole === undefined ? unknown(machine.textOf(site.place), { source: site.place }) : make(whole);
}

function withConstant(
  machine: Evaluator,
  text: TextValue,
  args: readonly Value[],
  site: CallSite,
  make: (whole: string, other: string) => Value,
): Value {
  const other = args[0] === undefined ? undefined : constantText(likeliest(args[0]));
  return onConstant(machine, text, site, (whole) => (other === undefined ? unknown(machine.textOf(site.place)) : make(whole, other)));
}

/** What known stretches say is certain even beside holes, when it says yes. */
function contains(
  machine: Evaluator,
  text: TextValue,
  args: readonly Value[],
  site: CallSite,
  ask: (whole: string, other: string) => boolean,
): Value {
  const other = args[0] === undefined ? undefined : constantText(likeliest(args[0]));
  if (other === undefined) return unknown(machine.textOf(site.place));
  const found = ask(flat(text), other);
  return found || !hasHoles(text) ? primitive(found) : unknown(machine.textOf(site.place));
}

/** `startsWith` and `endsWith`: beside holes, what stands before the first or after the last of them may decide. */
function atEnd(machine: Evaluator, text: TextValue, args: readonly Value[], site: CallSite, start: boolean): Value {
  const other = args[0] === undefined ? undefined : constantText(likeliest(args[0]));
  if (other === undefined || args.length > 1) return unknown(machine.textOf(site.place));
  const whole = flat(text);
  const known = start ? (whole.split(holeCharacter, 1)[0] ?? '') : whole.slice(whole.lastIndexOf(holeCharacter) + 1);
  if (!hasHoles(text) || known.length >= other.length) return primitive(start ? whole.startsWith(other) : whole.endsWith(other));
  const agrees = start ? other.startsWith(known) : other.endsWith(known);
  return agrees ? unknown(machine.textOf(site.place)) : primitive(false);
}

/** `slice` beside holes: offsets from the start within what stands before the first hole, from the end within what stands after the last. */
function sliceAround(text: TextValue, args: readonly Value[]): TextValue | undefined {
  if (!hasHoles(text) || args.length === 0) return undefined;
  const whole = flat(text);
  const head = whole.indexOf(holeCharacter);
  const tail = whole.length - 1 - whole.lastIndexOf(holeCharacter);
  const isSure = (offset: number | undefined): offset is number => offset !== undefined && (offset >= 0 ? offset <= head : -offset <= tail);
  const at = (offset: number): number => (offset >= 0 ? offset : whole.length + offset);
  const start = numberOf(args[0]);
  if (!isSure(start)) return undefined;
  if (args[1] === undefined) return slice(text, at(start));
  const end = numberOf(args[1]);
  return isSure(end) ? slice(text, at(start), at(end)) : undefined;
}

function part(
  machine: Evaluator,
  text: TextValue,
  args: readonly Value[],
  site: CallSite,
  cut: (whole: string, start: number | undefined, end: number | undefined) => string,
): Value {
  const start = numberOf(args[0]);
  const end = numberOf(args[1]);
  const isUnknown = (value: Value | undefined): boolean => value !== undefined && value.kind !== 'primitive';
  if (hasHoles(text) || isUnknown(args[0]) || isUnknown(args[1])) return unknown(machine.textOf(site.place), { source: site.place });
  // The cut is made on offsets written as characters, so that whatever the method's rules are, the places follow.
  const whole = flat(text);
  const result = cut(whole, start, end);
  const forward = cut(marker(whole.length), start, end);
  const offset = forward === '' ? 0 : forward.charCodeAt(0);
  return whole.length < 0xd000 ? slice(text, offset, offset + result.length) : written(result, site.place);
}

/** A string in which each character is its own offset. */
function marker(length: number): string {
  let result = '';
  for (let offset = 0; offset < Math.min(length, 0xd000); offset++) result += String.fromCharCode(offset);
  return result;
}

function padded(machine: Evaluator, text: TextValue, args: readonly Value[], site: CallSite, before: boolean): Value {
  const length = numberOf(args[0]);
  const whole = constantText(text);
  if (length === undefined || whole === undefined) return text;
  const filler = (args[1] === undefined ? undefined : constantText(likeliest(args[1]))) ?? ' ';
  if (length <= whole.length || filler === '') return text;
  machine.grow(length);
  const padding = written(filler.repeat(Math.ceil((length - whole.length) / filler.length)).slice(0, length - whole.length), site.place);
  return before ? concat(padding, text) : concat(text, padding);
}

function split(machine: Evaluator, text: TextValue, args: readonly Value[], site: CallSite): Value {
  const separator = args[0] === undefined ? undefined : likeliest(args[0]);
  if (separator === undefined || (separator.kind === 'primitive' && separator.value === undefined)) return array([text]);
  const whole = flat(text);
  machine.step(Math.ceil(whole.length / 16));
  if (separator.kind === 'regexp') {
    const pattern = compiled(separator, whole, 'g');
    if (pattern === undefined) return unknown(machine.textOf(site.place));
    const matches = [...whole.matchAll(pattern)].filter((found) => found[0] !== '');
    return array(
      between(
        text,
        whole,
        matches.map((found) => ({ start: found.index, end: found.index + found[0].length })),
      ),
    );
  }
  const constant = constantText(separator);
  if (constant === undefined) return array([text], true);
  if (constant === '') return array([...whole].map((_, index) => slice(text, index, index + 1)));
  const cuts: { start: number; end: number }[] = [];
  for (let found = whole.indexOf(constant); found !== -1; found = whole.indexOf(constant, found + constant.length)) {
    cuts.push({ start: found, end: found + constant.length });
  }
  return array(between(text, whole, cuts));
}

function between(text: TextValue, whole: string, cuts: readonly { readonly start: number; readonly end: number }[]): TextValue[] {
  const parts: TextValue[] = [];
  let last = 0;
  for (const cut of cuts) {
    parts.push(slice(text, last, cut.start));
    last = cut.end;
  }
  return [...parts, slice(text, last, whole.length)];
}

/** `replace` and `replaceAll` with constants, regular expressions, and functions as replacement. */
function replaced(machine: Evaluator, text: TextValue, args: readonly Value[], site: CallSite, all: boolean): Value {
  const [searched, replacement] = args.map(likeliest);
  if (searched === undefined || replacement === undefined) return text;
  const whole = flat(text);
  machine.step(Math.ceil(whole.length / 16));
  const matches = findAll(searched, whole, all);
  if (matches === undefined) return unknown(machine.textOf(site.place), { source: site.place });
  const parts: TextValue[] = [];
  let last = 0;
  for (const found of matches) {
    parts.push(slice(text, last, found.index));
    last = found.index + found[0].length;
    parts.push(replacementOf(machine, text, found, replacement, site));
  }
  parts.push(slice(text, last, whole.length));
  const result = concat(...parts);
  machine.grow(flat(result).length);
  return result;
}

function findAll(searched: Value, whole: string, all: boolean): readonly RegExpExecArray[] | undefined {
  if (searched.kind === 'regexp') {
    const pattern = compiled(searched, whole, 'g');
    if (pattern === undefined) return undefined;
    const found = [...whole.matchAll(pattern)];
    return searched.flags.includes('g') ? found : found.slice(0, 1);
  }
  const constant = constantText(searched);
  if (constant === undefined) return undefined;
  const escaped = new RegExp(constant.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g');
  const found = [...whole.matchAll(escaped)];
  return all ? found : found.slice(0, 1);
}

function replacementOf(machine: Evaluator, text: TextValue, found: RegExpExecArray, replacement: Value, site: CallSite): TextValue {
  const start = found.index;
  const matched = slice(text, start, start + found[0].length);
  if (replacement.kind === 'function') {
    const groups = found.slice(1).map((group): Value => (group === undefined ? primitive(undefined) : written(group, site.place)));
    const made = machine.invokeFunction(replacement, [matched, ...groups, primitive(start)], { place: site.place, argPlaces: [] });
    return convertAny(machine, made, site.place);
  }
  const constant = constantText(replacement);
  if (constant === undefined || !constant.includes('$')) return convertAny(machine, replacement, site.argPlaces[1] ?? site.place);
  const made = constant.replace(/\$(\$|&|\d{1,2})/g, (_, what: string) =>
    what === '$' ? '$' : what === '&' ? found[0] : (found[Number(what)] ?? ''),
  );
  return withHoles(made, matched, site.place);
}

/** A replacement that repeats what was matched repeats its holes too. */
function withHoles(made: string, matched: TextValue, place: Place): TextValue {
  const holes = matched.pieces.filter(({ kind }) => kind === 'hole');
  const parts = made.split(holeCharacter).map((known) => written(known, place));
  const pieces = parts.flatMap((known, index) => {
    const hole = index === 0 ? undefined : (holes[index - 1] ?? holes[0]);
    return hole === undefined ? known.pieces : [hole, ...known.pieces];
  });
  return { kind: 'text', pieces };
}

function match(machine: Evaluator, text: TextValue, args: readonly Value[], site: CallSite): Value {
  const whole = constantText(text);
  const searched = args[0] === undefined ? undefined : likeliest(args[0]);
  const pattern = whole === undefined || searched?.kind !== 'regexp' ? undefined : compiled(searched, whole, '');
  if (whole === undefined || pattern === undefined) return unknown(machine.textOf(site.place));
  const found = whole.match(pattern);
  if (found === null) return primitive(null);
  return array([...found].map((group): Value => (group === undefined ? primitive(undefined) : written(group, site.place))));
}
