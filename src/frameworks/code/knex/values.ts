import { hasHole } from '../../../code/plain';
import type { Place } from '../../../code/value';

export type { Place };
export { hasHole };

/**
 * What the calls of knex get and give. Arguments are ordinary values, as `plainValue` gives them; one that is not known is a string that is
 * nothing but a mark, and passes through all of this as any other string does.
 */

/** An object of knex that a migration holds. */
export interface KnexObject {
  /** What the method gives; `missing` when there is none of that name. */
  call(method: string, args: readonly unknown[], place: Place): unknown;
  /** What the property is; `missing` when it is none, so that it may be a method. */
  read?(property: string): unknown;
}

export const missing: unique symbol = Symbol('missing');

/** Something that is text inside of a statement: a raw expression, a query. */
export abstract class Embedded {
  /** Set once it became a part of something else: then it is not sent by itself. */
  isPart = false;
  /** Its text; `asValue`: a query gets brackets. */
  abstract embed(asValue: boolean): string;
}

/** A function of the migration that knex calls. */
export abstract class Callback {
  abstract invoke(args: readonly unknown[], self: unknown): unknown;
  /** Called with a new query, as knex does where a value or a table is expected. */
  abstract asQuery(): Embedded;
}

/** A date that is known. */
export class DateValue {
  constructor(readonly iso: string) {}
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** knex's `normalizeArr`: the arguments, or the list that is the first of them. */
export function listOf(args: readonly unknown[]): readonly unknown[] {
  return Array.isArray(args[0]) ? args[0] : args;
}

/** One or many, as a list; nothing is an empty one. */
export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === '' ? [] : [value];
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** knex's `toNumber`; a value that is not known stays as it is. */
export function asNumber(value: unknown, otherwise: number): string {
  if (typeof value === 'string' && hasHole(value)) return value;
  const number = Number.parseInt(String(value), 10);
  return String(Number.isNaN(number) ? otherwise : number);
}

/** Is it nothing but a value that is not known? */
export function isHole(value: unknown): value is string {
  return typeof value === 'string' && /^\ue000[^\ue001]*\ue001$/.test(value);
}

/** The text with `change` made to what is known of it. */
export function outsideHoles(text: string, change: (part: string) => string): string {
  return hasHole(text)
    ? text.replace(/(\ue000[^\ue001]*\ue001)|([^\ue000]+)/g, (whole, hole?: string) => hole ?? change(whole))
    : change(text);
}
