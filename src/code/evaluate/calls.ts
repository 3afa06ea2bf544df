import type { NativeCall, NativeValue } from '../native';
import {
  type ChoiceValue,
  choice,
  type FunctionValue,
  likeliest,
  type Place,
  type TextValue,
  type UnknownValue,
  undefinedValue,
  unknown,
  type Value,
} from '../value';
import { arrayMethods } from './builtins/arrays';
import { callFunctionMethod, callPrimitiveMethod, callRegExpMethod } from './builtins/others';
import { stringMethods } from './builtins/strings';
import { unknownEach } from './builtins/unknowns';
import { combinationsOf } from './conversions';
import type { Evaluator } from './evaluator';
import { getMember, isFunctionMethod, isNothing } from './members';
import { callbacksIn, firstNative, holdsNative } from './natives';
import { isPromiseMethod, promiseMethod } from './promises';

/** Where a call stands. */
export interface CallSite {
  /** The whole call. */
  readonly place: Place;
  readonly argPlaces: readonly Place[];
  /** What is called, as messages name it. */
  readonly callee?: Place;
  readonly template?: {
    readonly strings: readonly TextValue[];
    /** With escapes as they stand. */
    readonly raw: readonly TextValue[];
    readonly values: readonly Value[];
    /** The template as an ordinary one. */
    readonly whole: () => Value;
  };
}

/** Calls a value. */
export function callValue(machine: Evaluator, callee: Value, args: readonly Value[], site: CallSite, thisValue?: Value): Value {
  machine.step();
  switch (callee.kind) {
    case 'function':
      return machine.invokeFunction(callee, args, site, thisValue);
    case 'native':
      return callNative(machine, callee, args, site, thisValue);
    case 'method':
      return callMember(machine, callee.receiver, callee.name, args, site);
    case 'choice':
      return eachOption(machine, callee, (option) => callValue(machine, option, args, site, thisValue));
    case 'class':
      return undefinedValue;
    default:
      return unknownCall(machine, callee, thisValue, args, site);
  }
}

/** Calls a method: `receiver.name(...args)`. */
export function callMember(machine: Evaluator, receiver: Value, name: string, args: readonly Value[], site: CallSite): Value {
  machine.step();
  if (isPromiseMethod(name) && (receiver.kind === 'text' || receiver.kind === 'regexp' || receiver.kind === 'array')) {
    return promiseMethod(machine, receiver, name, args, site);
  }
  switch (receiver.kind) {
    case 'choice':
      // A promise of one of several values.
      if (isPromiseMethod(name) && receiver.options.every(isPlain)) return promiseMethod(machine, receiver, name, args, site);
      return eachOption(machine, receiver, (option) => callMember(machine, option, name, args, site));
    case 'text': {
      const method = Object.hasOwn(stringMethods, name) ? stringMethods[name] : undefined;
      return method === undefined ? unknown(machine.textOf(site.place)) : method(machine, receiver, args, site);
    }
    case 'array': {
      const own = promisedListMethods[name] ?? name;
      const method = Object.hasOwn(arrayMethods, own) ? arrayMethods[own] : undefined;
      if (method !== undefined) return method(machine, receiver, args, site);
      return hasCallback(args) ? unknownCall(machine, unknown(name), undefined, args, site) : unknown(machine.textOf(site.place));
    }
    case 'regexp':
      return callRegExpMethod(machine, receiver, name, args, site);
    case 'unknown':
      return callUnknownMember(machine, receiver, name, args, site);
    case 'primitive':
      if (isPromiseMethod(name)) return promiseMethod(machine, receiver, name, args, site);
      // What a promise of it would give is not known any better: `.then(() => {}).map(f)`.
      if (hasCallback(args)) return callUnknownMember(machine, unknown(machine.textOf(site.place)), name, args, site);
      return callPrimitiveMethod(machine, receiver, name, args, site);
    case 'method':
      if (isFunctionMethod(name)) return callFunctionMethod(machine, receiver, name, args, site);
      return unknown(machine.textOf(site.place));
    default:
      return callOwnMember(machine, receiver, name, args, site);
  }
}

/** What Bluebird calls the methods of lists that are promised. */
const promisedListMethods: Readonly<Record<string, string | undefined>> = { each: 'map', mapSeries: 'map' };

function hasCallback(args: readonly Value[]): boolean {
  return args.some(({ kind }) => kind === 'function');
}

function isPlain(value: Value): boolean {
  return value.kind === 'primitive' || value.kind === 'text' || (value.kind === 'unknown' && value.channel !== true);
}

/** Methods that objects, classes, functions and natives have themselves. */
function callOwnMember(
  machine: Evaluator,
  receiver: Exclude<Value, ChoiceValue>,
  name: string,
  args: readonly Value[],
  site: CallSite,
): Value {
  const member = getMember(machine, receiver, name, site.place);
  if (member.kind === 'method') {
    if (isFunctionMethod(name)) return callFunctionMethod(machine, receiver, name, args, site);
    return callPrimitiveMethod(machine, receiver, name, args, site);
  }
  if (isPromiseMethod(name) && (isNothing(member) || member.kind === 'unknown')) return promiseMethod(machine, receiver, name, args, site);
  if (isNothing(member))
    return unknownCall(machine, unknown(site.callee === undefined ? name : machine.textOf(site.callee)), receiver, args, site);
  return callValue(machine, member, args, site, receiver);
}

function callUnknownMember(machine: Evaluator, receiver: UnknownValue, name: string, args: readonly Value[], site: CallSite): Value {
  if (isPromiseMethod(name)) return promiseMethod(machine, receiver, name, args, site);
  if (receiver.channel !== true) {
    const walked = unknownEach(machine, receiver, name, args, site);
    if (walked !== undefined) return walked;
  }
  const callee = unknown(`${receiver.name}.${name}`, receiver.why === undefined ? {} : { why: receiver.why });
  return unknownCall(machine, callee, receiver, args, site);
}

/** A call of one of several: each that can be called is, under a condition. */
function eachOption(machine: Evaluator, value: ChoiceValue, call: (option: Value) => Value): Value {
  const options = value.options.filter(
    (option) => !isNothing(option) && !(option.kind === 'primitive' && typeof option.value === 'boolean'),
  );
  const [only] = options;
  if (only === undefined) return undefinedValue;
  // Where all but one are nothing, the call only makes sense for that one.
  if (options.length === 1) return call(only);
  return choice(options.map((option) => machine.conditionally(() => call(option))));
}

function callNative(machine: Evaluator, callee: NativeValue, args: readonly Value[], site: CallSite, thisValue: Value | undefined): Value {
  const { call } = callee;
  if (call === undefined) return unknownCall(machine, unknown(callee.name, { channel: callee.reachesDatabase }), thisValue, args, site);
  if (!callee.reachesDatabase) return call(nativeCall(machine, args, site, thisValue));
  machine.databaseCalls++;
  const combinations = combinationsOf(args);
  const [only] = combinations;
  if (combinations.length === 1 && only !== undefined) return call(nativeCall(machine, only, site, thisValue));
  return choice(combinations.map((known) => machine.conditionally(() => call(nativeCall(machine, known, site, thisValue)))));
}

/** A call as a native sees it. */
export function nativeCall(machine: Evaluator, given: readonly Value[], site: CallSite, receiver?: Value): NativeCall {
  const args = given.map(likeliest);
  machine.rememberEntry(site.place);
  return {
    machine,
    place: site.place,
    args,
    argPlaces: site.argPlaces,
    arg: (index) => args[index] ?? undefinedValue,
    ...(site.template === undefined ? {} : { template: site.template }),
    ...(receiver === undefined ? {} : { receiver }),
  };
}

/**
 * A call of something that is not known. Functions among its arguments are walked once, as they are most likely run. A native among them,
 * or as what it is called on, makes it a call that could not be read.
 */
export function unknownCall(machine: Evaluator, callee: Value, receiver: Value | undefined, args: readonly Value[], site: CallSite): Value {
  const found = likeliest(callee);
  const name = found.kind === 'unknown' ? found.name : machine.textOf(site.callee ?? site.place);
  const why = found.kind === 'unknown' ? found.why : undefined;
  // A tag that is not known mostly gives the text of its template: dedent, sql, outdent.
  if (site.template !== undefined && receiver?.kind !== 'native') return site.template.whole();
  const settled = args.map((value) => (isPending(value) ? machine.settle(value, site.place) : value));
  const isChannel = (found.kind === 'unknown' && found.channel === true) || (receiver !== undefined && holdsNative(receiver));
  const carries = isChannel || settled.some((value) => holdsNative(value));
  if (carries) {
    machine.databaseCalls++;
    machine.unread(site.place, why ?? `\`${name}\` is not known`);
  } else {
    const suspicion = machine.options.suspicious?.(name, args, why);
    if (suspicion !== undefined) machine.unread(site.place, suspicion);
  }
  walkCallbacks(machine, settled, site);
  return unknown(machine.textOf(site.place), { source: site.place, ...(why === undefined ? {} : { why }) });
}

/** A builder that was not sent yet: whoever gets it will await it. */
function isPending(value: Value): boolean {
  return value.kind === 'native' && value.settle !== undefined;
}

function walkCallbacks(machine: Evaluator, args: readonly Value[], site: CallSite): void {
  const natives = firstNative(args);
  // `pMap(users, async (user) => ...)`: most likely called for each.
  const over = args.find(({ kind }) => kind === 'array');
  const walk = (callback: FunctionValue, given: readonly Value[]): void => {
    if (over === undefined) callAndSettle(machine, callback, given, site);
    else machine.inRound({ place: site.place, over }, () => callAndSettle(machine, callback, given, site));
  };
  for (const callback of callbacksIn(args)) {
    const given = callback.node.params.map((parameter, index) => {
      if (index === 0 && natives !== undefined) return natives;
      return unknown(parameter.type === 'Identifier' ? parameter.name : machine.nameOf(parameter, callback.scope.path));
    });
    walk(callback, given);
  }
}

function callAndSettle(machine: Evaluator, callback: FunctionValue, args: readonly Value[], site: CallSite): void {
  machine.settle(machine.invokeFunction(callback, args, site), site.place);
}
