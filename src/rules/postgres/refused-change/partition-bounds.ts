import { tokenize } from '../../../parse/postgres/lexer';
import { splitTopLevel } from '../row-filter';

/** A bound whose values can be compared without a server. */
export type Bound =
  | { readonly kind: 'default' }
  | { readonly kind: 'range'; readonly from: readonly End[]; readonly to: readonly End[] }
  | { readonly kind: 'list'; readonly values: readonly string[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number };

/** A value of one column of a range. Infinite for MINVALUE and MAXVALUE. */
type End = number | bigint | string;

/**
 * Reads `FOR VALUES FROM (1) TO (10)`, `FOR VALUES IN ('a')`, `FOR VALUES WITH (MODULUS 4, REMAINDER 0)` and `DEFAULT`. Undefined where the order
 * of the values is the server's: texts under a collation, expressions, times of another zone than those beside them.
 * @param types the types of the key's columns, in order.
 */
export function readBound(text: string, types: readonly (string | undefined)[]): Bound | undefined {
  const bound = text.trim();
  if (/^default$/i.test(bound)) return { kind: 'default' };
  const [, from, to] = /^for\s+values\s+from\s*\((.*)\)\s*to\s*\((.*)\)$/is.exec(bound) ?? [];
  if (from !== undefined && to !== undefined) {
    const [low, high] = [from, to].map((side) => items(side).map((item, place) => readEnd(item, types[place])));
    return isWhole(low) && isWhole(high) ? { kind: 'range', from: low, to: high } : undefined;
  }
  const [, list] = /^for\s+values\s+in\s*\((.*)\)$/is.exec(bound) ?? [];
  if (list !== undefined) {
    const values = items(list).map(readValue);
    return isWhole(values) ? { kind: 'list', values } : undefined;
  }
  const [, modulus, remainder] = /^for\s+values\s+with\s*\(\s*modulus\s+(\d+)\s*,\s*remainder\s+(\d+)\s*\)$/i.exec(bound) ?? [];
  return modulus === undefined ? undefined : { kind: 'hash', modulus: Number(modulus), remainder: Number(remainder) };
}

/** A range without a value in it. */
export function isEmptyRange(bound: Bound): boolean {
  return bound.kind === 'range' && compare(bound.from, bound.to) >= 0;
}

/** The bounds of one table's partitions; each is named by what it was added with. */
export class BoundSet<T> {
  readonly #ranges: { from: readonly End[]; to: readonly End[]; owner: T }[] = [];
  /** By value of a list, `modulus:remainder` of a hash, and `default`. */
  readonly #values = new Map<string, T>();
  readonly #moduli = new Set<number>();

  add(bound: Bound, owner: T): void {
    if (bound.kind === 'range') this.#ranges.splice(this.#place(bound.from), 0, { ...bound, owner });
    if (bound.kind === 'hash') this.#moduli.add(bound.modulus);
    for (const key of keysOf(bound)) this.#values.set(key, owner);
  }

  /** Those that take a value of this bound, as far as neighbours tell. */
  overlapping(bound: Bound): readonly T[] {
    if (bound.kind === 'range') {
      const place = this.#place(bound.from);
      const near = [this.#ranges[place - 1], this.#ranges[place]];
      return near.flatMap((other) =>
        other !== undefined && compare(other.from, bound.to) < 0 && compare(bound.from, other.to) < 0 ? [other.owner] : [],
      );
    }
    return [...keysOf(bound), ...this.#congruent(bound)].flatMap((key) => this.#values.get(key) ?? []);
  }

  /** Of two moduli one divides the other (manual, CREATE TABLE, PARTITION OF): the larger one's rows are among those of the smaller. */
  #congruent(bound: Bound): readonly string[] {
    if (bound.kind !== 'hash') return [];
    return [...this.#moduli].flatMap((modulus) => {
      if (modulus < bound.modulus) return [`${modulus}:${bound.remainder % modulus}`];
      const steps = modulus / bound.modulus;
      return modulus === bound.modulus || steps > 1000
        ? []
        : Array.from({ length: steps }, (_, step) => `${modulus}:${bound.remainder + step * bound.modulus}`);
    });
  }

  /** Before the first that begins at this value or behind it. */
  #place(from: readonly End[]): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.#ranges[middle]?.from ?? [], from) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function keysOf(bound: Bound): readonly string[] {
  switch (bound.kind) {
    case 'default':
      return ['default'];
    case 'list':
      return bound.values;
    case 'hash':
      return [`${bound.modulus}:${bound.remainder}`];
    case 'range':
      return [];
  }
}

/** As rows are: behind MINVALUE or MAXVALUE the columns that follow count for nothing (manual, CREATE TABLE, PARTITION OF). */
function compare(one: readonly End[], other: readonly End[]): number {
  for (const [place, left] of one.entries()) {
    const right = other[place] ?? left;
    if (left === right) {
      if (typeof left === 'number') return 0;
      continue;
    }
    if (left === Number.NEGATIVE_INFINITY || right === Number.POSITIVE_INFINITY) return -1;
    if (right === Number.NEGATIVE_INFINITY || left === Number.POSITIVE_INFINITY) return 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

function items(text: string): readonly string[] {
  return splitTopLevel(tokenize(text), ',').map((tokens) => text.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0));
}

function readEnd(text: string, type: string | undefined): End | undefined {
  if (/^minvalue$/i.test(text)) return Number.NEGATIVE_INFINITY;
  if (/^maxvalue$/i.test(text)) return Number.POSITIVE_INFINITY;
  const value = /^(?:(?:date|timestamp)\s+)?'([^']*)'(?:::[\w ]+)?$/i.exec(text)?.[1] ?? text;
  if (/^(?:smallint|integer|bigint)$/.test(type ?? '')) return /^-?\d{1,19}$/.test(value) ? BigInt(value) : undefined;
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;
  if (!/^timestamp\b/.test(type ?? '')) return undefined;
  const [, day, time, seconds] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?$/.exec(value) ?? [];
  return day === undefined ? undefined : `${day} ${time ?? '00:00'}${seconds ?? ':00'}`;
}

/** A literal, or NULL: two that are written alike are one value of any type. */
function readValue(text: string): string | undefined {
  if (/^null$/i.test(text)) return 'null';
  const quoted = /^'((?:[^'\\]|'')*)'(?:::[\w ]+)?$/.exec(text)?.[1];
  if (quoted !== undefined) return `value ${quoted}`;
  return /^-?\d+$/.test(text) || /^(?:true|false)$/i.test(text) ? `value ${text.toLowerCase()}` : undefined;
}

function isWhole<T>(values: readonly (T | undefined)[] | undefined): values is readonly T[] {
  return values !== undefined && values.length > 0 && !values.includes(undefined);
}
