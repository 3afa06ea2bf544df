import type * as t from '@babel/types';
import { Scope } from '../scope';
import { type ClassValue, type ObjectValue, undefinedValue, unknown, type Value } from '../value';
import { type CallSite, nativeCall, unknownCall } from './calls';
import type { Evaluator } from './evaluator';
import { functionValue } from './functions';
import { memberName, methodOf } from './members';
import { holdsNative } from './natives';

/** A class as a value; its static parts are evaluated now, as the language does. */
export function defineClass(machine: Evaluator, node: t.Class, outer: Scope): ClassValue {
  const scope = new Scope(outer, outer.path);
  const parent = node.superClass == null ? undefined : machine.expression(node.superClass, outer);
  const type: ClassValue = {
    kind: 'class',
    name: node.id?.name ?? '',
    body: node.body,
    scope,
    ...(parent === undefined ? {} : { parent: parent.kind === 'choice' ? (parent.options[0] ?? undefinedValue) : parent }),
    source: machine.place(node, outer.path),
    statics: new Map(),
    prototype: { kind: 'object', properties: new Map(), getters: new Map(), open: false },
  };
  if (node.id != null) scope.declare(node.id.name, type);
  const own = memberScope(type, type);
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') machine.statements(member.body, new Scope(own, own.path, 'function'));
    else if ('static' in member && member.static === true) defineStatic(machine, type, member, own);
  }
  return type;
}

function defineStatic(machine: Evaluator, type: ClassValue, member: t.ClassBody['body'][number], own: Scope): void {
  if (member.type === 'ClassMethod' || member.type === 'ClassPrivateMethod') {
    const name = memberName(machine, member, type.scope);
    if (name === undefined || member.body == null) return;
    const method = methodOf(type, member, name);
    if (member.kind === 'get') type.statics.set(name, machine.invokeFunction(method, [], { place: type.source, argPlaces: [] }, type));
    else if (member.kind === 'method') type.statics.set(name, method);
  } else if (isField(member)) {
    const name = memberName(machine, member, type.scope);
    if (name !== undefined) type.statics.set(name, member.value == null ? undefinedValue : machine.expression(member.value, own));
  }
}

type Field = t.ClassProperty | t.ClassPrivateProperty | t.ClassAccessorProperty;

function isField(member: t.ClassBody['body'][number]): member is Field {
  return member.type === 'ClassProperty' || member.type === 'ClassPrivateProperty' || member.type === 'ClassAccessorProperty';
}

function memberScope(type: ClassValue, self: Value): Scope {
  const scope = new Scope(type.scope, type.scope.path, 'function');
  scope.declare('this', self);
  scope.declare('%home', type);
  return scope;
}

/** `new type(...args)`. */
export function construct(machine: Evaluator, type: Value, args: readonly Value[], site: CallSite): Value {
  machine.step(2);
  switch (type.kind) {
    case 'class': {
      const instance: ObjectValue = { kind: 'object', properties: new Map(), type, open: false, source: site.place };
      initialise(machine, type, instance, args, site);
      return instance;
    }
    case 'function': {
      const prototype = machine.get(type, 'prototype', site.place);
      const instance: ObjectValue = {
        kind: 'object',
        properties: new Map(),
        open: false,
        source: site.place,
        ...(prototype.kind === 'object' ? { prototype } : {}),
      };
      const made = machine.invokeFunction(type, args, site, instance);
      return made.kind === 'object' || made.kind === 'native' ? made : instance;
    }
    case 'native':
      if (type.construct !== undefined) return type.construct(nativeCall(machine, args, site));
      return type.call === undefined ? unknown(machine.textOf(site.place)) : type.call(nativeCall(machine, args, site));
    case 'choice':
      return construct(machine, type.options[0] ?? undefinedValue, args, site);
    default:
      return unknownCall(machine, type, undefined, args, site);
  }
}

/** Runs the constructors of a class and of those it extends on an instance. */
function initialise(machine: Evaluator, type: ClassValue, instance: ObjectValue, args: readonly Value[], site: CallSite): void {
  if (!machine.mayCallDeeper()) return;
  const builder = type.body.body.find((member) => member.type === 'ClassMethod' && member.kind === 'constructor' && member.body != null);
  if (builder === undefined || builder.type !== 'ClassMethod') {
    if (type.parent !== undefined) initialiseParent(machine, type, instance, args, site);
    defineFields(machine, type, instance);
    return;
  }
  if (type.parent === undefined) defineFields(machine, type, instance);
  const method = { ...functionValue(machine, builder, type.scope), name: type.name, home: type };
  machine.invokeFunction(method, args, site, instance);
}

/** `super(...args)` in a constructor: the parent's part of the instance, then the fields of the class that calls it. */
export function callSuper(machine: Evaluator, scope: Scope, args: readonly Value[], site: CallSite): Value {
  const type = scope.read('%home');
  const instance = scope.read('this');
  if (type?.kind !== 'class' || instance?.kind !== 'object') return undefinedValue;
  if (type.parent !== undefined) initialiseParent(machine, type, instance, args, site);
  defineFields(machine, type, instance);
  return instance;
}

function initialiseParent(machine: Evaluator, type: ClassValue, instance: ObjectValue, args: readonly Value[], site: CallSite): void {
  const { parent } = type;
  if (parent?.kind === 'class') {
    initialise(machine, parent, instance, args, site);
  } else if (parent?.kind === 'native') {
    const base = parent.construct?.(nativeCall(machine, args, site));
    if (base?.kind === 'native') instance.base = base;
    else if (base?.kind === 'object') for (const [name, value] of base.properties) instance.properties.set(name, value);
  } else if (parent?.kind === 'function') {
    machine.invokeFunction(parent, args, site, instance);
  } else if (parent?.kind === 'unknown') {
    // A lazy promise takes its work here and does it when it is awaited.
    const deferred = args.filter(({ kind }) => kind === 'function');
    if (deferred.length > 0) instance.deferred = deferred;
    const held = args.filter((value) => holdsNative(value));
    held.forEach((value, index) => {
      instance.properties.set(`%given${index}`, value);
    });
  }
}

function defineFields(machine: Evaluator, type: ClassValue, instance: ObjectValue): void {
  const scope = memberScope(type, instance);
  for (const member of type.body.body) {
    if (!isField(member) || member.static === true) continue;
    if ('declare' in member && member.declare === true) continue;
    const name = memberName(machine, member, type.scope);
    if (name === undefined) continue;
    if (member.value == null) {
      if (!instance.properties.has(name)) instance.properties.set(name, undefinedValue);
    } else instance.properties.set(name, machine.expression(member.value, scope));
  }
}
