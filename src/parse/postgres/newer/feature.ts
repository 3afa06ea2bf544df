import type { NodeKind } from '../operations/nodes';

/** What a node must hold: the parts that are named, others don't matter. Of a list, one element has to hold it. `false`: not there. */
export type Pattern = string | boolean | RegExp | ((value: unknown) => boolean) | { readonly [part: string]: Pattern };

/**
 * One thing that a version of PostgreSQL brought, with a statement that older servers refuse. A test runs that statement on every major
 * version: refused below `since`, taken from there on.
 */
export interface Feature {
  /** As it stands in a sentence: `NULLS NOT DISTINCT`, `the function uuidv7()`. */
  readonly what: string;
  /** The first major version that has it. */
  readonly since: number;
  /** Stands in every statement that uses it; where it first does is where the finding points. Upper and lower case count alike. */
  readonly words: RegExp;
  /** Where it shows in the syntax tree; one of several nodes. Names as in PostgreSQL's `parsenodes.h`. */
  readonly nodes: { readonly [K in NodeKind]?: Pattern };
  readonly example: string;
  /** What has to be there for the example, beside the tables of the test. */
  readonly setup?: string;
  /** How older versions do it, as an imperative sentence. */
  readonly instead?: string;
  /** Set for what the server looks up by name: a function or a type that somebody made may have that name too. */
  readonly name?: { readonly kind: 'function' | 'type'; readonly name: string; readonly extension?: string };
}

export function holds(value: unknown, pattern: Pattern): boolean {
  if (typeof pattern === 'function') return pattern(value);
  if (pattern instanceof RegExp) return typeof value === 'string' && pattern.test(value);
  if (typeof pattern === 'boolean') return (value === true) === pattern;
  if (typeof pattern === 'string') return value === pattern;
  if (Array.isArray(value)) return value.some((element) => holds(element, pattern));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern).every(([part, inner]) => holds((value as Readonly<Record<string, unknown>>)[part], inner));
}

/** For patterns: the part is there, whatever it is. */
export function present(value: unknown): boolean {
  return value !== undefined;
}

/** For patterns: the part is not there. */
export function absent(value: unknown): boolean {
  return value === undefined;
}

/** An option in a list of them: `WITH (name = ...)`. */
export function option(name: string | RegExp): Pattern {
  return { DefElem: { defname: name } };
}
