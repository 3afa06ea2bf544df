import type * as t from '@babel/types';
import type { Scope } from '../scope';
import { type ChoiceValue, choice, type Place, primitive, undefinedValue, unknown, type Value } from '../value';
import { isNullish, truthOf } from './conditions';
import { numberOf, over } from './conversions';
import type { Evaluator } from './evaluator';
import { noteSample } from './iteration';
import { walkBranches, writeProperty, writeVariable } from './journal';
import { memberName } from './members';
import { operate } from './operators';
import { prototypeSetter } from './setters';

/** `a = b`, `a += b`, `a ??= b`, `[a, b] = c`. */
export function assign(machine: Evaluator, node: t.AssignmentExpression, scope: Scope): Value {
  const { operator, left } = node;
  const place = machine.place(node, scope.path);
  if (operator === '=') {
    const value = machine.expression(node.right, scope);
    assignTo(machine, left, value, scope);
    return value;
  }
  const before = machine.expression(left, scope);
  if (operator === '||=' || operator === '&&=' || operator === '??=') return assignIf(machine, node, before, operator, scope);
  const right = machine.expression(node.right, scope);
  const places = { left: machine.place(left, scope.path), right: machine.place(node.right, scope.path), whole: place };
  const binary = operator.slice(0, -1) as t.BinaryExpression['operator'];
  const value = over([before, right], ([one, two]) => operate(machine, binary, one ?? undefinedValue, two ?? undefinedValue, places));
  assignTo(machine, left, value, scope);
  return value;
}

function assignIf(machine: Evaluator, node: t.AssignmentExpression, before: Value, operator: '||=' | '&&=' | '??=', scope: Scope): Value {
  const decided = operator === '??=' ? isNullish(before) : truthOf(before);
  const needed = operator === '||=' ? (decided === undefined ? undefined : !decided) : decided;
  if (needed === false) return before;
  if (needed === true) {
    const value = machine.expression(node.right, scope);
    assignTo(machine, node.left, value, scope);
    return value;
  }
  const condition = { value: unknown(machine.nameOf(node.left, scope.path)), holds: operator === '&&=' };
  const [set] = walkBranches<Value>(
    machine,
    [
      {
        conditions: [condition],
        run: () => {
          const value = machine.expression(node.right, scope);
          assignTo(machine, node.left, value, scope);
          return value;
        },
      },
      { conditions: [], run: () => before },
    ],
    () => false,
  );
  return set !== undefined && 'value' in set ? choice([set.value, before]) : before;
}

/** `a++`, `--a.b`. */
export function update(machine: Evaluator, node: t.UpdateExpression, scope: Scope): Value {
  const before = machine.expression(node.argument, scope);
  const number = before.kind === 'choice' ? undefined : numberOf(before);
  const place = machine.place(node, scope.path);
  const after =
    number === undefined
      ? unknown(machine.nameOf(node.argument, scope.path), { source: place })
      : primitive(node.operator === '++' ? number + 1 : number - 1, place);
  assignTo(machine, node.argument, after, scope);
  return node.prefix ? after : before;
}

/** Puts a value where an expression or a pattern says. */
export function assignTo(machine: Evaluator, target: t.Node, value: Value, scope: Scope): void {
  switch (target.type) {
    case 'Identifier': {
      const owner = scope.owner(target.name);
      if (owner !== undefined) writeVariable(machine, owner, target.name, named(value, target.name));
      else scope.declareVar(target.name, value);
      return;
    }
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const object: Value =
        target.object.type === 'Super' ? (scope.read('this') ?? undefinedValue) : machine.expression(target.object, scope);
      const name = memberName(machine, target, scope);
      const place = machine.place(target, scope.path);
      for (const option of object.kind === 'choice' ? object.options.slice(0, 1) : [object]) setMember(machine, option, name, value, place);
      return;
    }
    case 'ObjectPattern':
    case 'ArrayPattern':
    case 'AssignmentPattern':
    case 'RestElement':
      machine.bind(target, value, scope, 'assign');
      return;
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      assignTo(machine, target.expression, value, scope);
      return;
    default:
      return;
  }
}

/** A function gets the name of what it is assigned to first, as the language does; its name is what messages call it. */
function named(value: Value, name: string): Value {
  return value.kind === 'function' && value.name === '' ? { ...value, name } : value;
}

function setMember(
  machine: Evaluator,
  object: Exclude<Value, ChoiceValue> | Value,
  name: string | undefined,
  value: Value,
  place: Place,
): void {
  switch (object.kind) {
    case 'object': {
      if (name === undefined) {
        // `groups[row.name] = []`: what is there, under a name that is not known.
        object.open = true;
        object.properties.set(`%${machine.textOf(place)}`, value);
        if (machine.repetitions > 0) noteSample(value);
        return;
      }
      const setter = object.type === undefined ? undefined : prototypeSetter(object.type, name);
      if (setter !== undefined) machine.invokeFunction(setter, [value], { place, argPlaces: [] }, object);
      else writeProperty(machine, object, name, value);
      return;
    }
    case 'array': {
      const index = name !== undefined && /^\d+$/.test(name) ? Number(name) : undefined;
      if (index !== undefined && index <= object.items.length) object.items[index] = value;
      else if (name === 'length') object.items.length = 0;
      else object.open = true;
      return;
    }
    case 'function':
      if (name !== undefined) object.properties.set(name, value);
      return;
    case 'class':
      if (name !== undefined) object.statics.set(name, value);
      return;
    case 'native':
      if (name !== undefined) object.assign?.(name, value);
      return;
    default:
      return;
  }
}
