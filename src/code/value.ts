import type { ClassBody, Function as FunctionNode } from '@babel/types';
import type { Span } from '../model/text';
import type { NativeValue } from './native';
import type { Scope } from './scope';

/** A stretch of a source file. `path` is relative to the folder that is read, with forward slashes. */
export interface Place {
  readonly path: string;
  readonly span: Span;
}

/**
 * What an expression is, as far as it can be told without running it. Values are what the evaluator and the frameworks' natives exchange.
 * Everything that isn't known is `unknown`; text of which parts are known is a `text` with holes.
 */
export type Value =
  | TextValue
  | PrimitiveValue
  | RegExpValue
  | ArrayValue
  | ObjectValue
  | FunctionValue
  | BoundMethod
  | ClassValue
  | NativeValue
  | ChoiceValue
  | UnknownValue;

/** A string. Text without holes is constant (`constantText` of text.ts). */
export interface TextValue {
  readonly kind: 'text';
  readonly pieces: readonly TextPiece[];
}

/** One stretch of a string, and where it comes from. */
export type TextPiece =
  | {
      readonly kind: 'verbatim';
      readonly text: string;
      /** The same characters in the source: as long as `text`. */
      readonly source: Place;
    }
  | {
      /** Text that stands nowhere as such: escapes, results of methods, SQL for a builder's call. */
      readonly kind: 'written';
      readonly text: string;
      readonly source: Place;
    }
  | {
      /** A value that only running the code would tell. */
      readonly kind: 'hole';
      /** For people: the expression in the source, shortened to what fits between `${` and `}`. */
      readonly name: string;
      readonly source: Place;
    };

/** Numbers, booleans, big integers, `null` and `undefined`. */
export interface PrimitiveValue {
  readonly kind: 'primitive';
  readonly value: number | boolean | bigint | null | undefined;
  /** Where it stands in the code, where it does. */
  readonly source?: Place;
}

export interface RegExpValue {
  readonly kind: 'regexp';
  readonly pattern: string;
  readonly flags: string;
}

export interface ArrayValue {
  readonly kind: 'array';
  readonly items: Value[];
  /** True when there may be further items that are not known. */
  open: boolean;
  /** True when the items stand for those that are not known: they were put in while a loop was walked once. */
  sampled?: boolean;
  /** In how many loops of which the rounds are not known it was made. */
  readonly depth?: number;
  /** The literal that made it. */
  readonly source?: Place;
  /** What a framework wants to know again of a list that it gave: `what a find found`. */
  readonly tag?: unknown;
}

export interface ObjectValue {
  readonly kind: 'object';
  readonly properties: Map<string, Value>;
  /** Getters by name, of object literals and CommonJS exports. */
  readonly getters?: Map<string, FunctionValue>;
  /** The class it is an instance of. */
  readonly type?: ClassValue;
  /** What `new` on an ordinary function gives it. */
  readonly prototype?: ObjectValue;
  /** What a framework's base class gives to its instances (`class M extends Migration`): asked for what is not its own. */
  base?: NativeValue;
  /** A function given to the constructor of a base class that is not known (a lazy promise): called once, when the instance is awaited. */
  deferred?: Value[];
  /** True when it may have further properties that are not known (`...unknown`). */
  open: boolean;
  readonly source?: Place;
}

/** A function of the code that is read, with the variables it can see. */
export interface FunctionValue {
  readonly kind: 'function';
  readonly node: FunctionNode;
  readonly name: string;
  readonly scope: Scope;
  /** The whole function. */
  readonly source: Place;
  /** `this` of an arrow function, and of a function that `bind` was called on. */
  readonly boundThis?: Value;
  readonly boundArguments?: readonly Value[];
  /** The class of a method: where `super` is looked up. */
  readonly home?: ClassValue;
  /** Properties set on the function: `exports.config`-like uses, static fields by hand. */
  readonly properties: Map<string, Value>;
}

/** A method taken off its object: `const { raw } = knex`, `console.log`, `[].concat`. */
export interface BoundMethod {
  readonly kind: 'method';
  readonly receiver: Value;
  readonly name: string;
}

export interface ClassValue {
  readonly kind: 'class';
  readonly name: string;
  readonly body: ClassBody;
  readonly scope: Scope;
  readonly parent?: Value;
  readonly source: Place;
  /** Static fields and methods. */
  readonly statics: Map<string, Value>;
  /** What was put on `X.prototype` from outside of the class. */
  readonly prototype: ObjectValue;
}

/** One of several values, by a condition that is not known. At most a handful; known ones come first. */
export interface ChoiceValue {
  readonly kind: 'choice';
  readonly options: readonly Value[];
}

/** A value about which nothing is known but what it is called. */
export interface UnknownValue {
  readonly kind: 'unknown';
  /** As the source has it, shortened: `process.env.SCHEMA`, `row.id`. */
  readonly name: string;
  /** Why it is unknown, as the end of a sentence: `it comes from the package "@app/db", which is not part of the migrations`. */
  readonly why?: string;
  /** True when something can be sent to the database through it: what a native gives that its framework file does not know. */
  readonly channel?: boolean;
  readonly source?: Place;
  /** What a framework wants to know again when it meets the value as a condition or an argument: `{ hasTable: 'users' }`. */
  readonly tag?: unknown;
  /** Set for `!value`, `value === false`: the value it is the opposite of. */
  readonly opposite?: UnknownValue;
}

/** A condition that is not known, on the way to a place that is walked. */
export interface Condition {
  readonly value: UnknownValue;
  /** True in the branch where it holds, false in the other one and after `if (value) return`. */
  readonly holds: boolean;
}

export const undefinedValue: PrimitiveValue = { kind: 'primitive', value: undefined };
export const nullValue: PrimitiveValue = { kind: 'primitive', value: null };
export const trueValue: PrimitiveValue = { kind: 'primitive', value: true };
export const falseValue: PrimitiveValue = { kind: 'primitive', value: false };

/** A number, boolean, big integer, null or undefined as a value. */
export function primitive(value: PrimitiveValue['value'], source?: Place): PrimitiveValue {
  return source === undefined ? { kind: 'primitive', value } : { kind: 'primitive', value, source };
}

/** A value that is not known. `name` is how people would recognise it; `about.why` is the end of a sentence. */
export function unknown(
  name: string,
  about: Partial<Pick<UnknownValue, 'why' | 'channel' | 'source' | 'tag' | 'opposite'>> = {},
): UnknownValue {
  return { kind: 'unknown', name, ...about };
}

export function array(items: readonly Value[], open = false): ArrayValue {
  return { kind: 'array', items: [...items], open };
}

export function object(properties: Readonly<Record<string, Value>> | ReadonlyMap<string, Value> = {}, open = false): ObjectValue {
  const entries = properties instanceof Map ? properties : new Map(Object.entries(properties as Readonly<Record<string, Value>>));
  return { kind: 'object', properties: new Map(entries), open };
}

/** One value that stands for several. Choices in choices are flattened, equal primitives are kept once, known ones come first. */
export function choice(values: readonly Value[]): Value {
  const flat = values.flatMap((value) => (value.kind === 'choice' ? value.options : [value]));
  const distinct = flat.filter((value, index) => flat.findIndex((other) => isSame(other, value)) === index);
  const [first] = distinct;
  if (first === undefined) return undefinedValue;
  if (distinct.length === 1) return first;
  const known = distinct.filter((value) => value.kind !== 'unknown');
  const rest = distinct.filter((value) => value.kind === 'unknown').slice(0, 1);
  const [only, ...others] = [...known, ...rest].slice(0, maximumOptions);
  return only === undefined || others.length === 0 ? (only ?? first) : { kind: 'choice', options: [only, ...others] };
}

/** How many values a choice keeps: each is tried where it is used. */
const maximumOptions = 4;

/** The likeliest of a choice; other values as they are. */
export function likeliest(value: Value): Exclude<Value, ChoiceValue> {
  if (value.kind !== 'choice') return value;
  const real = value.options.find((option) => option.kind !== 'primitive' || (option.value !== undefined && option.value !== null));
  const found = real ?? value.options[0] ?? undefinedValue;
  return found.kind === 'choice' ? likeliest(found) : found;
}

function isSame(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left.kind === 'primitive' && right.kind === 'primitive') return Object.is(left.value, right.value);
  return left.kind === 'unknown' && right.kind === 'unknown' && left.name === right.name;
}
