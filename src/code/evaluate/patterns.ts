import type * as t from '@babel/types';
import type { Scope } from '../scope';
import { array, choice, type ObjectValue, undefinedValue, unknown, type Value } from '../value';
import { assignTo } from './assignments';
import { isNullish } from './conditions';
import type { Evaluator } from './evaluator';
import { iterate } from './iteration';
import { getMember, memberName } from './members';

/** How the names of a pattern are bound: declared here, declared in the function around, or set where they are. */
export type Binding = 'let' | 'var' | 'assign';

/** Binds a name, or the names of a destructuring pattern, to a value and its parts. */
export function bindPattern(machine: Evaluator, pattern: t.Node, value: Value, scope: Scope, binding: Binding): void {
  machine.step();
  switch (pattern.type) {
    case 'Identifier':
      bindName(machine, pattern, value, scope, binding);
      return;
    case 'AssignmentPattern':
      bindPattern(machine, pattern.left, withDefault(machine, value, pattern.right, scope), scope, binding);
      return;
    case 'ObjectPattern':
      bindProperties(machine, pattern, value, scope, binding);
      return;
    case 'ArrayPattern':
      bindItems(machine, pattern, value, scope, binding);
      return;
    case 'RestElement':
      bindPattern(machine, pattern.argument, value, scope, binding);
      return;
    case 'TSParameterProperty':
      bindPattern(machine, pattern.parameter, value, scope, binding);
      return;
    default:
      if (binding === 'assign') assignTo(machine, pattern, value, scope);
  }
}

function bindName(machine: Evaluator, node: t.Identifier, value: Value, scope: Scope, binding: Binding): void {
  if (binding === 'assign') assignTo(machine, node, value, scope);
  else {
    const named = withName(value, node.name);
    if (binding === 'var') scope.declareVar(node.name, named);
    else scope.declare(node.name, named);
  }
}

/**
 * A function without a name gets that of its variable, as the language has it. So does what is not known, unless it has a name already
 * that is one: what a call gave is better known by its variable.
 */
function withName(value: Value, name: string): Value {
  if (value.kind === 'function' && value.name === '') return { ...value, name };
  return value.kind === 'unknown' && !/^[\w$.]+$/.test(value.name) ? { ...value, name } : value;
}

/** A default is taken for undefined; where a value is not known, a default that says something is the best guess. */
function withDefault(machine: Evaluator, value: Value, node: t.Expression, scope: Scope): Value {
  if (value.kind === 'primitive' && value.value === undefined) return machine.expression(node, scope);
  if (value.kind !== 'unknown' || isNullish(value) === false) return value;
  const fallback = machine.expression(node, scope);
  return fallback.kind === 'object' || fallback.kind === 'array' || fallback.kind === 'unknown' ? value : choice([fallback, value]);
}

function bindProperties(machine: Evaluator, pattern: t.ObjectPattern, value: Value, scope: Scope, binding: Binding): void {
  const taken = new Set<string>();
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') {
      bindPattern(machine, property.argument, rest(value, taken, machine.nameOf(property.argument, scope.path)), scope, binding);
      continue;
    }
    const name = memberName(machine, property, scope);
    if (name !== undefined) taken.add(name);
    const found = name === undefined ? machine.unknownAt(property, scope.path) : partOf(machine, value, name, property, scope);
    bindPattern(machine, property.value, found, scope, binding);
  }
}

function partOf(machine: Evaluator, value: Value, name: string, node: t.Node, scope: Scope): Value {
  return getMember(machine, value, name, machine.place(node, scope.path));
}

function rest(value: Value, taken: ReadonlySet<string>, name: string): Value {
  if (value.kind !== 'object') return unknown(name, value.kind === 'unknown' && value.channel === true ? { channel: true } : {});
  const left: ObjectValue = {
    kind: 'object',
    properties: new Map([...value.properties].filter(([property]) => !taken.has(property))),
    open: value.open,
  };
  return left;
}

function bindItems(machine: Evaluator, pattern: t.ArrayPattern, value: Value, scope: Scope, binding: Binding): void {
  const items = iterate(machine, value);
  const isUnknown = value.kind === 'unknown';
  pattern.elements.forEach((element, index) => {
    if (element === null) return;
    if (element.type === 'RestElement') {
      bindPattern(machine, element.argument, array(items.items.slice(index), items.open), scope, binding);
      return;
    }
    const missing = items.open
      ? unknown(isUnknown ? `${value.name}[${index}]` : machine.nameOf(element, scope.path), channelOf(value))
      : undefinedValue;
    bindPattern(machine, element, items.items[index] ?? missing, scope, binding);
  });
}

function channelOf(value: Value): { readonly channel?: boolean; readonly why?: string } {
  if (value.kind !== 'unknown') return {};
  return { ...(value.channel === true ? { channel: true } : {}), ...(value.why === undefined ? {} : { why: value.why }) };
}
