import type { Machine, Recorded, RecordedUnread } from './native';
import type { ParsedCode } from './parse';
import type { Place, Value } from './value';

/** What the code of a folder can see beside itself. */
export interface SessionOptions {
  /** Natives by the specifier that code imports them with: `typeorm` to an object of classes. All other packages are unknown. */
  readonly packages?: ReadonlyMap<string, Value>;
  /** Further global names. */
  readonly globals?: ReadonlyMap<string, Value>;
  /**
   * Asked about calls of functions that are not known and that no native is given to: why they matter nevertheless (an argument looks
   * like SQL), as the end of a sentence, or undefined when they are harmless. `why` is what is known of why the function is not.
   */
  readonly suspicious?: (name: string, args: readonly Value[], why: string | undefined) => string | undefined;
}

/** What one run of a function of a migration did. */
export interface Recording {
  /** In the order of the run. */
  readonly effects: readonly Recorded[];
  readonly unread: readonly RecordedUnread[];
  /** What the function gave back, settled. */
  readonly result: Value;
  /** Set when it always ends in `throw`, with what is thrown: `throw new Error('irreversible')`. */
  readonly thrown?: { readonly value: Value; readonly place: Place; readonly message?: string };
}

/**
 * One file, evaluated: its top level was walked, its exports can be read and its functions run. Never throws, never hangs: what takes
 * too many steps is cut off and named in `Recording.unread`.
 */
export interface Session {
  readonly path: string;
  readonly machine: Machine;
  /** The file's syntax tree, comments and syntax errors. */
  readonly code: ParsedCode;
  /** What the file exports, by name; `default` too. For CommonJS the properties of `module.exports`. */
  readonly exports: ReadonlyMap<string, Value>;
  /** `module.exports` of CommonJS; the object of all exports of an ES module. */
  readonly module: Value;
  /** What its top level did by itself: all that a script does. */
  readonly loading: Recording;
  /** Runs a function and records what it does, and nothing from before. `thisValue` is its `this`. */
  run(callee: Value, args: readonly Value[], thisValue?: Value): Recording;
  /** `new Class(...)`, without arguments that matter. */
  construct(type: Value, args?: readonly Value[]): Value;
  /** A property of a value: a method of an instance (`up`), a field (`transaction`). Undefined when there is none. */
  property(value: Value, name: string): Value | undefined;
}
