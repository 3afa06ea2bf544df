import type * as t from '@babel/types';
import type { Scope } from '../scope';
import { constantText } from '../text';
import { type Condition, choice, falseValue, nullValue, primitive, undefinedValue, unknown, type Value } from '../value';
import { assign, update } from './assignments';
import { importMeta } from './builtins/urls';
import { evaluateCall, evaluateNew } from './call-expressions';
import { isNullish, test, testValue } from './conditions';
import type { Evaluator } from './evaluator';
import { functionValue } from './functions';
import { noteGrowth } from './iteration';
import { walkBranches } from './journal';
import { arrayLiteral, objectLiteral, stringLiteral, taggedTemplate, templateLiteral } from './literals';
import { anyMember, getMember, memberName, superMember } from './members';
import { binary, unary } from './operators';

/** The value of an expression. Never throws but what the code itself throws, and the end of the budget. */
export function evaluateExpression(machine: Evaluator, node: t.Node, scope: Scope): Value {
  const { path } = scope;
  switch (node.type) {
    case 'StringLiteral':
    case 'DirectiveLiteral':
      return stringLiteral(machine, node, path);
    case 'TemplateLiteral':
      return templateLiteral(machine, node, scope);
    case 'TaggedTemplateExpression':
      return taggedTemplate(machine, node, scope);
    case 'NumericLiteral':
      return primitive(node.value, machine.place(node, path));
    case 'BooleanLiteral':
      return primitive(node.value, machine.place(node, path));
    case 'BigIntLiteral':
      return bigInteger(machine, node, path);
    case 'NullLiteral':
      return nullValue;
    case 'RegExpLiteral':
      return { kind: 'regexp', pattern: node.pattern, flags: node.flags };
    case 'Identifier':
      return identifier(machine, node, scope);
    case 'MetaProperty':
      return node.meta.name === 'import' ? importMeta(path, machine.place(node, path)) : unknown(machine.textOf(machine.place(node, path)));
    case 'ThisExpression':
      return scope.read('this') ?? undefinedValue;
    case 'ArrayExpression':
      return arrayLiteral(machine, node, scope);
    case 'ObjectExpression':
      return objectLiteral(machine, node, scope);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return functionValue(machine, node, scope);
    case 'ClassExpression':
      return machine.defineClass(node, scope);
    case 'CallExpression':
    case 'OptionalCallExpression':
      return evaluateCall(machine, node, scope);
    case 'NewExpression':
      return evaluateNew(machine, node, scope);
    case 'ImportExpression':
      return machine.modules.dynamicImport(machine.expression(node.source, scope), machine.place(node, path), scope);
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return member(machine, node, scope);
    case 'BinaryExpression':
      return binary(machine, node, scope);
    case 'LogicalExpression':
      return logical(machine, node, scope);
    case 'UnaryExpression':
      return unary(machine, node, scope);
    case 'UpdateExpression':
      return update(machine, node, scope);
    case 'AssignmentExpression':
      return assign(machine, node, scope);
    case 'ConditionalExpression':
      return conditional(machine, node, scope);
    case 'SequenceExpression':
      return node.expressions.reduce<Value>((_, expression) => machine.expression(expression, scope), undefinedValue);
    case 'AwaitExpression':
      return machine.settle(machine.expression(node.argument, scope), machine.place(node.argument, path));
    case 'YieldExpression':
      return yielded(machine, node, scope);
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSNonNullExpression':
    case 'TSInstantiationExpression':
    case 'TypeCastExpression':
      return machine.expression(node.expression, scope);
    default:
      return machine.unknownAt(node, path);
  }
}

function bigInteger(machine: Evaluator, node: t.BigIntLiteral, path: string): Value {
  try {
    return primitive(BigInt(node.value), machine.place(node, path));
  } catch {
    return machine.unknownAt(node, path);
  }
}

function identifier(machine: Evaluator, node: t.Identifier, scope: Scope): Value {
  if (node.name === 'undefined') return undefinedValue;
  const found = scope.read(node.name);
  if (found !== undefined) return found;
  const known = machine.modules.globals.get(node.name);
  if (known !== undefined) return known;
  return unknown(node.name, {
    why: `\`${node.name}\` is not declared in this file`,
    source: machine.place(node, scope.path),
  });
}

function member(machine: Evaluator, node: t.MemberExpression | t.OptionalMemberExpression, scope: Scope): Value {
  const place = machine.place(node, scope.path);
  if (node.object.type === 'Super') return superMember(machine, node, scope);
  const object = machine.expression(node.object, scope);
  if (node.type === 'OptionalMemberExpression' && isNullish(object) === true) return undefinedValue;
  const name = memberName(machine, node, scope);
  if (name !== undefined) return getMember(machine, object, name, place);
  return anyMember(machine, object, place, machine.place(node.property, scope.path));
}

function logical(machine: Evaluator, node: t.LogicalExpression, scope: Scope): Value {
  const left = machine.expression(node.left, scope);
  const name = machine.nameOf(node.left, scope.path);
  if (node.operator === '??') {
    const nullish = isNullish(left);
    if (nullish !== undefined) return nullish ? machine.expression(node.right, scope) : left;
    return withDefault(machine, left, () => machine.expression(node.right, scope), [{ value: unknown(name), holds: false }]);
  }
  const tested = testValue(left, name);
  if (tested.truth !== undefined) return tested.truth === (node.operator === '&&') ? machine.expression(node.right, scope) : left;
  if (node.operator === '||') return withDefault(machine, left, () => machine.expression(node.right, scope), tested.whenFalse);
  const [right] = walkBranches<Value>(
    machine,
    [
      { conditions: tested.whenTrue, run: () => machine.expression(node.right, scope) },
      { conditions: [], run: () => left },
    ],
    () => false,
  );
  if (right === undefined || !('value' in right)) return left;
  // Of `condition && value` what matters is the value: the other case is mostly "nothing".
  return left.kind === 'unknown' ? choice([right.value, truthOfBoth(right.value, node, machine, scope)]) : choice([right.value, left]);
}

/** `a && b` of two unknown booleans is unknown; `a && 'text'` is the text or nothing. */
function truthOfBoth(right: Value, node: t.LogicalExpression, machine: Evaluator, scope: Scope): Value {
  return right.kind === 'unknown' ? machine.unknownAt(node, scope.path) : falseValue;
}

/** `unknown || value`: a constant default is the best guess there is; anything else may be either. */
function withDefault(machine: Evaluator, left: Value, fallback: () => Value, conditions: readonly Condition[]): Value {
  const [right] = walkBranches<Value>(
    machine,
    [
      { conditions, run: fallback },
      { conditions: [], run: () => left },
    ],
    () => false,
  );
  if (right === undefined || !('value' in right)) return left;
  // `rows || []` says nothing of what is in it.
  if (isEmpty(right.value)) return left;
  if (left.kind !== 'unknown' && !(left.kind === 'text' && constantText(left) === undefined)) return choice([left, right.value]);
  return isTelling(right.value) ? right.value : choice([left, right.value]);
}

function isEmpty(value: Value): boolean {
  return value.kind === 'array' ? value.items.length === 0 && !value.open : value.kind === 'object' && value.properties.size === 0;
}

function isTelling(value: Value): boolean {
  if (value.kind === 'primitive') return typeof value.value === 'number' || typeof value.value === 'boolean';
  if (value.kind === 'text') return (constantText(value) ?? '') !== '';
  return value.kind === 'native' || value.kind === 'function' || value.kind === 'class';
}

function conditional(machine: Evaluator, node: t.ConditionalExpression, scope: Scope): Value {
  const tested = test(machine, node.test, scope);
  if (tested.truth !== undefined) return machine.expression(tested.truth ? node.consequent : node.alternate, scope);
  const outcomes = walkBranches<Value>(
    machine,
    [
      { conditions: tested.whenTrue, run: () => machine.expression(node.consequent, scope) },
      { conditions: tested.whenFalse, run: () => machine.expression(node.alternate, scope) },
    ],
    () => false,
  );
  return choice(outcomes.flatMap((outcome) => ('value' in outcome ? [outcome.value] : [])));
}

function yielded(machine: Evaluator, node: t.YieldExpression, scope: Scope): Value {
  const place = machine.place(node, scope.path);
  const given = node.argument == null ? undefinedValue : machine.expression(node.argument, scope);
  const value = machine.settle(given, place);
  const frame = machine.frames.at(-1);
  if (frame === undefined) return undefinedValue;
  if (node.delegate && value.kind === 'array') frame.yielded.items.push(...value.items);
  else frame.yielded.items.push(value);
  noteGrowth(machine, frame.yielded);
  return value;
}
