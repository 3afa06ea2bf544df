import type { Function as FunctionNode } from '@babel/types';
import type { ParsedCode } from './parse';
import type { ChoiceValue, Condition, Place, TextValue, Value } from './value';

/**
 * A value that a framework gives: `knex`, `queryInterface`, `pgm`, `queryRunner`, a table builder, a base class. It is plain functions:
 * state (what a builder collected so far) lives in their closures. Make natives anew for each run of a program, with `native()`.
 */
export interface NativeValue {
  readonly kind: 'native';
  /** For people, in messages about calls that could not be read: `knex`, `the query runner`. */
  readonly name: string;
  /** True when something can be sent to the database through it: handing it to an unknown function is then reported. */
  readonly reachesDatabase: boolean;
  /** It is called: `knex('users')`, `` sql`...` ``, a method that `member` gave. */
  readonly call?: (call: NativeCall) => Value;
  /** `new` is called on it, or a class that extends it is made: then the result is asked for what the instance does not have itself. */
  readonly construct?: (call: NativeCall) => Value;
  /**
   * A property or method. Undefined: not known to the framework file. Reading such a property gives an unknown; calling it is reported
   * as a call that could not be read when the native reaches the database.
   */
  readonly member?: (name: string, use: NativeUse) => Value | undefined;
  /** A property whose name only a run would tell, `db[name]`; `key` is where that name would stand. Absent: it is reported when it is called. */
  readonly anyMember?: (key: Place, use: NativeUse) => Value | undefined;
  /** Its own properties, which `{ ...value }` takes over. Absent: nothing is known of them. `place` is the object that gets them. */
  readonly ownProperties?: (place: Place) => ReadonlyMap<string, Value>;
  /** A property is set on it. Absent: nothing happens. */
  readonly assign?: (name: string, value: Value) => void;
  /**
   * It is awaited, returned from an async function, given to `Promise.all` or asked for `.then`: a lazy builder sends its statement here.
   * The result is what `await` gives. Absent: it is itself.
   */
  readonly settle?: (use: NativeUse) => Value;
  /** It stands alone as a statement, or forEach throws it away, so that nobody can settle this value any more but who kept it elsewhere. */
  readonly drop?: (use: NativeUse) => void;
  /** What it is in a string: `${literal}`. Absent, or undefined: a hole. */
  readonly text?: () => TextValue | undefined;
  /** Anything the framework wants to know again when it gets the native back as an argument: a transaction, a type of column. */
  readonly data?: unknown;
}

/** What is done with a native, and where. */
export interface NativeUse {
  readonly machine: Machine;
  /** The whole expression: `knex.schema.raw('...')`, from the first character to the closing bracket. */
  readonly place: Place;
}

export interface NativeCall extends NativeUse {
  /** Evaluated. None of them is itself a choice: a call with a choice is made once for each of its values, marked conditional. */
  readonly args: readonly Exclude<Value, ChoiceValue>[];
  /** Where each argument stands. */
  readonly argPlaces: readonly Place[];
  /** The argument of this number; undefined as a value where it was not given. */
  arg(index: number): Exclude<Value, ChoiceValue>;
  /** Set when it is a tagged template: its strings (one more than values). `args` has them too, the strings as an array first; `whole` is the template as an ordinary one. */
  readonly template?: {
    readonly strings: readonly TextValue[];
    readonly raw: readonly TextValue[];
    readonly values: readonly Value[];
    readonly whole: () => Value;
  };
  /** The value before the dot; undefined in a call without one. */
  readonly receiver?: Value;
}

/** Something a program does to the outside, as a native reports it. `kind` says whose it is; SQL's is in sql/emit.ts. */
export interface Effect {
  readonly kind: string;
}

/** An effect with its place in the run. */
export interface Recorded<T extends Effect = Effect> {
  readonly effect: T;
  /** The call that caused it; may be in an imported file. */
  readonly place: Place;
  /** The call in the program's own file that led there: the same as `place` when that is in the own file. */
  readonly entry: Place;
  /** True when it runs only under a condition that is not known, or in a loop over something unknown. */
  readonly conditional: boolean;
  /** The conditions on the way there, outermost first; `tag` of their values says what a framework knows of them. */
  readonly conditions: readonly Condition[];
  /** True in a `catch` that is reached only when something fails. */
  readonly handler: boolean;
  /** True in a loop of which the number of rounds is not known: a batched backfill. */
  readonly repeated: boolean;
  /** The functions that it stands in, outermost first, each with the call that led into it. */
  readonly calls: readonly RecordedCall[];
  /** The innermost loop around it, or list whose method calls back. */
  readonly round?: Round;
}

export interface RecordedCall {
  readonly node: FunctionNode | undefined;
  readonly place: Place;
}

/** A loop that is walked: `for ... of`, `while`, `list.forEach(...)`. */
export interface Round {
  /** The whole loop. */
  readonly place: Place;
  /** What it goes through; absent for a loop with a condition. */
  readonly over?: Value;
}

/** A call that may reach the database and could not be read. */
export interface RecordedUnread {
  readonly place: Place;
  readonly entry: Place;
  readonly text: string;
  readonly why: string;
}

/** What natives may ask of the evaluator. */
export interface Machine {
  /** Something is sent to the database here, of that many characters. Recorded in the order of the run. */
  record(effect: Effect, place: Place, length?: number): void;
  /** Names a call that could not be read. `why` is the end of a sentence: `its SQL is made when the migration runs`. */
  unread(place: Place, why: string): void;
  /** Calls a function that the native got as an argument. An unknown function gives an unknown. The result is settled. */
  call(callee: Value, args: readonly Value[], place: Place, thisValue?: Value): Value;
  /** What `await value` gives. */
  settle(value: Value, place: Place): Value;
  /** A property, with getters, classes, natives and builtin types: `length`, `type`, `0`. */
  get(value: Value, property: string, place: Place): Value;
  /** Everything recorded while `run` runs is conditional. */
  conditionally<T>(run: () => T): T;
  /** The conditions that are not known, on the way to where the run is now. */
  readonly conditions: readonly Condition[];
  /** True inside of a `catch` that is reached only when something fails. */
  readonly inHandler: boolean;
  /** In how many loops of which the number of rounds is not known the run is now. */
  readonly repetitions: number;
  /** A part of the place of a call: what led to the call led to its part. */
  partOf(place: Place, span: Place['span']): Place;
  /** Source text of a place, on one line and shortened, as messages quote it. */
  textOf(place: Place): string;
  /** A file of the folder as the parser read it; an empty one where there is none at that path. */
  code(path: string): ParsedCode;
}

type Method = (call: NativeCall) => Value;

/** How `native()` describes a native value. All of it is optional but the name. */
export interface NativeDescription {
  readonly name: string;
  /** Default true. False for what only makes values: `DataTypes`, `Sequelize.literal`, `pgm.func`. */
  readonly reachesDatabase?: boolean;
  readonly call?: Method;
  readonly construct?: Method;
  readonly methods?: Readonly<Record<string, Method>>;
  readonly properties?: Readonly<Record<string, Value | ((use: NativeUse) => Value)>>;
  /** Asked after `methods` and `properties`. */
  readonly member?: (name: string, use: NativeUse) => Value | undefined;
  readonly anyMember?: (key: Place, use: NativeUse) => Value | undefined;
  readonly ownProperties?: (place: Place) => ReadonlyMap<string, Value>;
  readonly assign?: (name: string, value: Value) => void;
  readonly settle?: (use: NativeUse) => Value;
  readonly drop?: (use: NativeUse) => void;
  readonly text?: () => TextValue | undefined;
  readonly data?: unknown;
}

/**
 * Makes a native value: `native({ name: 'knex', methods: { raw: (call) => ... }, properties: { schema: (use) => ... } })`.
 * A property given as a function is a getter.
 */
export function native(description: NativeDescription): NativeValue {
  const {
    name,
    methods = {},
    properties = {},
    member,
    anyMember,
    call,
    construct,
    ownProperties,
    assign,
    settle,
    drop,
    text,
    data,
  } = description;
  const reachesDatabase = description.reachesDatabase ?? true;
  const made = new Map<string, NativeValue>();
  const find = (property: string, use: NativeUse): Value | undefined => {
    if (Object.hasOwn(methods, property)) {
      const method = methods[property];
      if (method !== undefined) {
        const known = made.get(property) ?? nativeFunction(`${name}.${property}`, method, reachesDatabase);
        made.set(property, known);
        return known;
      }
    }
    if (Object.hasOwn(properties, property)) {
      const found = properties[property];
      return typeof found === 'function' ? found(use) : found;
    }
    return member?.(property, use);
  };
  return {
    kind: 'native',
    name,
    reachesDatabase,
    member: find,
    ...(anyMember === undefined ? {} : { anyMember }),
    ...(call === undefined ? {} : { call }),
    ...(construct === undefined ? {} : { construct }),
    ...(ownProperties === undefined ? {} : { ownProperties }),
    ...(assign === undefined ? {} : { assign }),
    ...(settle === undefined ? {} : { settle }),
    ...(drop === undefined ? {} : { drop }),
    ...(text === undefined ? {} : { text }),
    ...(data === undefined ? {} : { data }),
  };
}

/** A native that can only be called. */
export function nativeFunction(name: string, call: Method, reachesDatabase = true): NativeValue {
  return { kind: 'native', name, reachesDatabase, call };
}
