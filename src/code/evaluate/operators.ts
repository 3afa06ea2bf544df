import type * as t from '@babel/types';
import type { Scope } from '../scope';
import { concat, constantText } from '../text';
import { type ChoiceValue, falseValue, type Place, primitive, trueValue, undefinedValue, unknown, type Value } from '../value';
import { truthOf } from './conditions';
import { convert, over } from './conversions';
import { areEqual, type Constant, constantOf } from './equality';
import type { Evaluator } from './evaluator';
import { instanceOf } from './instances';
import { getMember, memberName } from './members';

type Known = Exclude<Value, ChoiceValue>;

/** `a + b`, `a === b` and the like. Long chains of `+` are walked without going deeper for each. */
export function binary(machine: Evaluator, node: t.BinaryExpression, scope: Scope): Value {
  const chain: t.BinaryExpression[] = [node];
  let first: t.Node = node.left;
  while (first.type === 'BinaryExpression') {
    chain.push(first);
    first = first.left;
  }
  if (first.type === 'PrivateName') return machine.unknownAt(node, scope.path);
  let left = machine.expression(first, scope);
  let leftPlace = machine.place(first, scope.path);
  for (const part of chain.reverse()) {
    const right = machine.expression(part.right, scope);
    const places = { left: leftPlace, right: machine.place(part.right, scope.path), whole: machine.place(part, scope.path) };
    left = over([left, right], ([one, two]) => operate(machine, part.operator, one ?? undefinedValue, two ?? undefinedValue, places));
    leftPlace = places.whole;
  }
  return left;
}

interface Places {
  readonly left: Place;
  readonly right: Place;
  readonly whole: Place;
}

/** One operation on two values. */
export function operate(machine: Evaluator, operator: t.BinaryExpression['operator'], left: Known, right: Known, places: Places): Value {
  if (operator === '+' && (isTextual(left) || isTextual(right))) {
    return concat(convert(machine, left, places.left), convert(machine, right, places.right));
  }
  if (operator === 'instanceof') return instanceOf(left, right) ?? unknownResult(machine, places);
  if (operator === 'in') return hasProperty(machine, left, right, places);
  if (isEquality(operator)) return equality(machine, operator, left, right, places);
  const one = constantOf(left);
  const two = constantOf(right);
  if (one === undefined || two === undefined) return unknownResult(machine, places);
  return calculated(operator, one.value, two.value, places.whole) ?? unknownResult(machine, places);
}

function unknownResult(machine: Evaluator, places: Places): Value {
  return unknown(machine.textOf(places.whole), { source: places.whole });
}

/** What `+` makes text of: strings, and what becomes a string when added. */
function isTextual(value: Known): boolean {
  return value.kind === 'text' || value.kind === 'array' || value.kind === 'regexp';
}

function isEquality(operator: string): operator is '==' | '===' | '!=' | '!==' {
  return operator === '==' || operator === '===' || operator === '!=' || operator === '!==';
}

function equality(machine: Evaluator, operator: '==' | '===' | '!=' | '!==', left: Known, right: Known, places: Places): Value {
  const same = areEqual(operator.length === 2, left, right);
  const wanted = operator.startsWith('=');
  if (same !== undefined) return primitive(same === wanted);
  // `exists === false` is the opposite of `exists`: what a framework knows of the value is not lost.
  const [open, constant] = left.kind === 'unknown' ? [left, right] : [right, left];
  if (open.kind === 'unknown' && constant.kind === 'primitive' && typeof constant.value === 'boolean') {
    return constant.value === wanted ? open : unknown(machine.textOf(places.whole), { opposite: open });
  }
  const name = machine.textOf(places.whole);
  return wanted
    ? unknown(name)
    : unknown(name, { opposite: unknown(`${machine.textOf(places.left)} === ${machine.textOf(places.right)}`) });
}

function calculated(operator: string, left: Constant, right: Constant, place: Place): Value | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    if (operator === '<') return primitive(left < right);
    if (operator === '>') return primitive(left > right);
    if (operator === '<=') return primitive(left <= right);
    if (operator === '>=') return primitive(left >= right);
  }
  if (typeof left === 'bigint' || typeof right === 'bigint') return undefined;
  const one = Number(left);
  const two = Number(right);
  const make = numeric[operator];
  return make === undefined ? undefined : primitive(make(one, two), place);
}

const numeric: Readonly<Record<string, (left: number, right: number) => number | boolean>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '**': (left, right) => left ** right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '<<': (left, right) => left << right,
  '>>': (left, right) => left >> right,
  '>>>': (left, right) => left >>> right,
};

function hasProperty(machine: Evaluator, left: Known, right: Known, places: Places): Value {
  const name = left.kind === 'primitive' ? String(left.value) : constantText(left);
  if (name === undefined || right.kind === 'unknown') return unknownResult(machine, places);
  const found = getMember(machine, right, name, places.whole);
  if (found.kind === 'unknown') return unknownResult(machine, places);
  return primitive(!(found.kind === 'primitive' && found.value === undefined));
}

/** `!a`, `-a`, `typeof a`, `void a`, `delete a.b`. */
export function unary(machine: Evaluator, node: t.UnaryExpression, scope: Scope): Value {
  if (node.operator === '!') return not(machine, node, scope);
  if (node.operator === 'delete') return deleted(machine, node, scope);
  const value = machine.expression(node.argument, scope);
  const place = machine.place(node, scope.path);
  if (node.operator === 'void') return undefinedValue;
  return over([value], ([known]) => {
    if (known === undefined) return undefinedValue;
    if (node.operator === 'typeof') {
      const type = typeName(known);
      return type === undefined
        ? unknown(machine.textOf(place))
        : { kind: 'text', pieces: [{ kind: 'written', text: type, source: place }] };
    }
    const constant = constantOf(known)?.value;
    if (constant === undefined || typeof constant === 'bigint') return unknown(machine.textOf(place), { source: place });
    if (node.operator === '-') return primitive(-Number(constant), place);
    if (node.operator === '+') return primitive(Number(constant), place);
    return node.operator === '~' ? primitive(~Number(constant), place) : unknown(machine.textOf(place), { source: place });
  });
}

function not(machine: Evaluator, node: t.UnaryExpression, scope: Scope): Value {
  const value = machine.expression(node.argument, scope);
  const truth = truthOf(value);
  if (truth !== undefined) return truth ? falseValue : trueValue;
  if (value.kind === 'unknown') return unknown(machine.nameOf(node, scope.path), { opposite: value });
  return machine.unknownAt(node, scope.path);
}

function typeName(value: Known): string | undefined {
  switch (value.kind) {
    case 'text':
      return 'string';
    case 'primitive':
      return value.value === null ? 'object' : typeof value.value;
    case 'function':
    case 'class':
    case 'method':
      return 'function';
    case 'native':
      return value.call === undefined && value.construct === undefined ? 'object' : 'function';
    case 'unknown':
      return undefined;
    default:
      return 'object';
  }
}

function deleted(machine: Evaluator, node: t.UnaryExpression, scope: Scope): Value {
  const { argument } = node;
  if (argument.type !== 'MemberExpression' || argument.object.type === 'Super') return trueValue;
  const object = machine.expression(argument.object, scope);
  const name = memberName(machine, argument, scope);
  if (object.kind === 'object' && name !== undefined) object.properties.delete(name);
  return trueValue;
}
