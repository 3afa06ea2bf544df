import type * as t from '@babel/types';
import type { NativeUse, NativeValue } from '../native';
import type { Scope } from '../scope';
import { constantText, written } from '../text';
import {
  type ClassValue,
  choice,
  type FunctionValue,
  type ObjectValue,
  type Place,
  primitive,
  undefinedValue,
  unknown,
  type Value,
} from '../value';
import { languageMember } from './builtins/members';
import type { Evaluator } from './evaluator';
import { foreignParent, lineage } from './instances';
import { holdsNative } from './natives';

type Keyed = {
  readonly computed?: boolean;
} & ({ readonly property: t.Node } | { readonly key: t.Node });

/** The name that a member expression or a property has; undefined when it is computed and not known. */
export function memberName(machine: Evaluator, node: Keyed, scope: Scope): string | undefined {
  const key = 'property' in node ? node.property : node.key;
  if (key.type === 'PrivateName') return `#${key.id.name}`;
  if (node.computed !== true) {
    if (key.type === 'Identifier') return key.name;
    if (key.type === 'StringLiteral') return key.value;
    if (key.type === 'NumericLiteral') return String(key.value);
  }
  const value = machine.expression(key, scope);
  if (value.kind === 'primitive') return String(value.value);
  return constantText(value);
}

/** A property of a value. Getters run; methods that only the language gives (`map`, `trim`) come bound to their object. */
export function getMember(machine: Evaluator, value: Value, name: string, place: Place): Value {
  machine.step();
  switch (value.kind) {
    case 'object':
      return objectMember(machine, value, name, place);
    case 'array':
    case 'text':
    case 'regexp':
      return languageMember(machine, value, name, place);
    case 'class':
      return classMember(machine, value, name, place);
    case 'function':
      return functionMember(value, name, place);
    case 'native':
      return nativeMember(machine, value, name, place);
    case 'choice':
      return choice(value.options.map((option) => (isNothing(option) ? undefinedValue : getMember(machine, option, name, place))));
    case 'unknown':
      return unknown(memberOf(value.name, name), { source: place, ...channelOf(value.channel === true, name, value.why) });
    case 'method':
      return isFunctionMethod(name) ? { kind: 'method', receiver: value, name } : undefinedValue;
    default:
      return isNothing(value) ? unknown(machine.textOf(place), { source: place }) : { kind: 'method', receiver: value, name };
  }
}

function nativeMember(machine: Evaluator, value: NativeValue, name: string, place: Place): Value {
  const use: NativeUse = { machine, place };
  const found = value.member?.(name, use);
  if (found !== undefined) return found;
  if (isFunctionMethod(name) && value.call !== undefined) return { kind: 'method', receiver: value, name };
  const why = `Faultline does not know \`${name}\` of ${value.name}`;
  return unknown(machine.textOf(place), { source: place, ...channelOf(value.reachesDatabase, name, why) });
}

/** How many properties or items a value may have to be tried for one whose name is not known. */
const maximumCandidates = 4;

/** A property whose name is not known: one of those there are, where they are few. `key` is where its name would stand. */
export function anyMember(machine: Evaluator, value: Value, place: Place, key: Place): Value {
  if (value.kind === 'native') {
    const why = 'which property that is, is known only when it runs';
    const found = value.anyMember?.(key, { machine, place });
    return found ?? unknown(machine.textOf(place), { source: place, ...(value.reachesDatabase && { channel: true, why }) });
  }
  const other = unknown(machine.textOf(place), {
    source: place,
    ...(value.kind === 'unknown' && value.channel === true ? { channel: true } : {}),
  });
  if (value.kind === 'choice') return choice(value.options.map((option) => anyMember(machine, option, place, key)));
  if (value.kind !== 'array' && (value.kind !== 'object' || value.type !== undefined)) return other;
  const found = value.kind === 'array' ? value.items : [...value.properties.values()];
  if (found.length === 0 || found.length > maximumCandidates) return other;
  return choice(value.open ? [...found, other] : found);
}

/** A part of what is not known is called by the name that was given first, wherever it is asked for. */
function memberOf(owner: string, name: string): string {
  return owner.length > 60 ? `${owner.slice(0, 57)}....${name}` : `${owner}.${name}`;
}

/** Words for what is told about a connection, rather than a way to it. */
const dataName =
  /^(?:_?config|_?options|name|names?pace|type|types|schema|schemas|database|version|env|path|url|length|dialect|settings|tables?|host|port|user)$|(?:Name|Names|Type|Options|Config|Path|Version)$/;

function channelOf(isChannel: boolean, name: string, why: string | undefined): { readonly channel?: boolean; readonly why?: string } {
  return { ...(isChannel && !dataName.test(name) ? { channel: true } : {}), ...(why === undefined ? {} : { why }) };
}

export function isFunctionMethod(name: string): boolean {
  return name === 'call' || name === 'apply' || name === 'bind';
}

export function isNothing(value: Value): boolean {
  return value.kind === 'primitive' && (value.value === undefined || value.value === null);
}

function objectMember(machine: Evaluator, object: ObjectValue, name: string, place: Place): Value {
  const own = object.properties.get(name);
  if (own !== undefined) return own;
  const getter = object.getters?.get(name);
  if (getter !== undefined) return machine.invokeFunction(getter, [], { place, argPlaces: [] }, object);
  if (object.type !== undefined) {
    const found = instanceMember(machine, object, object.type, name, place);
    if (found !== undefined) return found;
  }
  if (object.prototype !== undefined) {
    const inherited = getMember(machine, object.prototype, name, place);
    if (!isNothing(inherited)) return inherited;
  }
  if (object.base !== undefined) {
    const given = object.base.member?.(name, { machine, place });
    if (given !== undefined) return given;
    const why = `Faultline does not know \`${name}\` of ${object.base.name}`;
    return unknown(machine.textOf(place), { source: place, ...channelOf(object.base.reachesDatabase, name, why) });
  }
  if (object.open) return unknown(machine.textOf(place), { source: place });
  const parent = foreignParent(object.type);
  if (parent?.kind === 'unknown') {
    const why = parent.why ?? `the class \`${parent.name}\` is not known`;
    return unknown(machine.textOf(place), { source: place, ...channelOf(holdsNative(object), name, why) });
  }
  return isObjectMethod(name) ? { kind: 'method', receiver: object, name } : undefinedValue;
}

function isObjectMethod(name: string): boolean {
  return name === 'hasOwnProperty' || name === 'toString';
}

/** A method or getter that the classes of an instance give. */
function instanceMember(machine: Evaluator, object: ObjectValue, type: ClassValue, name: string, place: Place): Value | undefined {
  for (const own of lineage(type)) {
    const found = prototypeMember(own, name);
    if (found?.getter === true) return machine.invokeFunction(found.value, [], { place, argPlaces: [] }, object);
    if (found !== undefined) return found.value;
    const put = own.prototype.properties.get(name);
    if (put !== undefined) return put;
    const getter = own.prototype.getters?.get(name);
    if (getter !== undefined) return machine.invokeFunction(getter, [], { place, argPlaces: [] }, object);
  }
  return name === 'constructor' ? type : undefined;
}

/** A method or getter that a class itself declares. */
export function prototypeMember(type: ClassValue, name: string): { readonly value: FunctionValue; readonly getter: boolean } | undefined {
  for (const member of type.body.body) {
    if ((member.type !== 'ClassMethod' && member.type !== 'ClassPrivateMethod') || member.static === true) continue;
    if (member.kind !== 'method' && member.kind !== 'get') continue;
    if (keyName(member) !== name || member.body == null) continue;
    return { value: methodOf(type, member, name), getter: member.kind === 'get' };
  }
  return undefined;
}

/** The name of a class member that is written out. */
export function keyName(member: { readonly key: t.Node; readonly computed?: boolean }): string | undefined {
  if (member.key.type === 'PrivateName') return `#${member.key.id.name}`;
  if (member.key.type === 'Identifier' && member.computed !== true) return member.key.name;
  if (member.key.type === 'StringLiteral') return member.key.value;
  return member.key.type === 'NumericLiteral' ? String(member.key.value) : undefined;
}

export function methodOf(type: ClassValue, node: t.ClassMethod | t.ClassPrivateMethod, name: string): FunctionValue {
  const { path } = type.scope;
  return {
    kind: 'function',
    node,
    name,
    scope: type.scope,
    source: { path, span: { start: node.start ?? 0, end: node.end ?? 0 } },
    home: type,
    properties: new Map(),
  };
}

function classMember(machine: Evaluator, type: ClassValue, name: string, place: Place): Value {
  for (const own of lineage(type)) {
    const found = own.statics.get(name);
    if (found !== undefined) return found;
  }
  if (name === 'name') return written(type.name, place);
  if (name === 'prototype') return type.prototype;
  const parent = foreignParent(type);
  if (parent !== undefined && parent.kind !== 'primitive') return getMember(machine, parent, name, place);
  return isFunctionMethod(name) ? { kind: 'method', receiver: type, name } : undefinedValue;
}

function functionMember(value: FunctionValue, name: string, place: Place): Value {
  const own = value.properties.get(name);
  if (own !== undefined) return own;
  if (name === 'name') return written(value.name, place);
  if (name === 'prototype') {
    const prototype: ObjectValue = { kind: 'object', properties: new Map(), open: false };
    value.properties.set('prototype', prototype);
    return prototype;
  }
  if (name === 'length') return primitive(value.node.params.length);
  return isFunctionMethod(name) ? { kind: 'method', receiver: value, name } : undefinedValue;
}

/** `super.name`: what the class above the one that holds the method gives. */
export function superMember(machine: Evaluator, node: t.MemberExpression | t.OptionalMemberExpression, scope: Scope): Value {
  const name = memberName(machine, node, scope);
  const home = scope.read('%home');
  const self = scope.read('this') ?? undefinedValue;
  const place = machine.place(node, scope.path);
  if (name === undefined || home?.kind !== 'class') return machine.unknownAt(node, scope.path);
  const parent = home.parent;
  if (parent?.kind === 'class') {
    if (self.kind === 'class') return getMember(machine, parent, name, place);
    if (self.kind === 'object') {
      const found = instanceMember(machine, self, parent, name, place);
      if (found !== undefined) return found;
    }
  }
  if (self.kind === 'object' && self.base !== undefined) return self.base.member?.(name, { machine, place }) ?? undefinedValue;
  const above = foreignParent(home);
  if (self.kind === 'class' && above !== undefined) return getMember(machine, above, name, place);
  const why = above?.kind === 'unknown' ? above.why : undefined;
  return unknown(machine.nameOf(node, scope.path), {
    ...(why === undefined ? {} : { why }),
    ...(holdsNative(self) ? { channel: true } : {}),
  });
}
