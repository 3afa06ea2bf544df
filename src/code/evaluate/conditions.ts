import type { Node } from '@babel/types';
import type { Scope } from '../scope';
import { type Condition, type UnknownValue, unknown, type Value } from '../value';
import type { Evaluator } from './evaluator';

/** What is known of a condition, and what can be said in its branches. */
export interface Tested {
  /** Undefined when it is not known. */
  readonly truth: boolean | undefined;
  readonly whenTrue: readonly Condition[];
  readonly whenFalse: readonly Condition[];
}

/** Evaluates the test of an `if`, a loop or a conditional expression. */
export function test(machine: Evaluator, node: Node, scope: Scope): Tested {
  if (node.type === 'UnaryExpression' && node.operator === '!') {
    const inner = test(machine, node.argument, scope);
    return { truth: inner.truth === undefined ? undefined : !inner.truth, whenTrue: inner.whenFalse, whenFalse: inner.whenTrue };
  }
  if (node.type === 'LogicalExpression' && node.operator !== '??') return testBoth(machine, node.operator, node.left, node.right, scope);
  return testValue(machine.expression(node, scope), machine.nameOf(node, scope.path));
}

function testBoth(machine: Evaluator, operator: '&&' | '||', leftNode: Node, rightNode: Node, scope: Scope): Tested {
  const left = test(machine, leftNode, scope);
  const decisive = operator === '||';
  if (left.truth === decisive) return left;
  if (left.truth !== undefined) return test(machine, rightNode, scope);
  // Only reached in one case of the left side; what it does there is conditional.
  const right = machine.under(decisive ? left.whenFalse : left.whenTrue, () => test(machine, rightNode, scope));
  if (right.truth === decisive) return { ...right, whenTrue: [], whenFalse: [] };
  const both = decisive ? [...left.whenFalse, ...right.whenFalse] : [...left.whenTrue, ...right.whenTrue];
  const other = decisive ? 'whenTrue' : 'whenFalse';
  // `!(a && b)` says nothing about a or b alone, unless the other one is known.
  const name = `${machine.nameOf(leftNode, scope.path)} ${operator} ${machine.nameOf(rightNode, scope.path)}`;
  const single = right.truth === undefined ? [{ value: unknown(name), holds: decisive }] : left[other];
  return decisive ? { truth: undefined, whenTrue: single, whenFalse: both } : { truth: undefined, whenTrue: both, whenFalse: single };
}

/** The same for a value that is there already. */
export function testValue(value: Value, name: string): Tested {
  const truth = truthOf(value);
  if (truth !== undefined) return { truth, whenTrue: [], whenFalse: [] };
  let condition: UnknownValue = value.kind === 'unknown' ? value : unknown(name);
  let holds = true;
  while (condition.opposite !== undefined) {
    condition = condition.opposite;
    holds = !holds;
  }
  return { truth, whenTrue: [{ value: condition, holds }], whenFalse: [{ value: condition, holds: !holds }] };
}

/** Whether a value counts as true; undefined when that is not known. */
export function truthOf(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'primitive':
      return Boolean(value.value);
    case 'text': {
      if (value.pieces.some((piece) => piece.kind !== 'hole' && piece.text !== '')) return true;
      return value.pieces.length === 0 || value.pieces.every((piece) => piece.kind !== 'hole') ? false : undefined;
    }
    case 'unknown':
      return undefined;
    case 'choice': {
      const truths = new Set(value.options.map(truthOf));
      return truths.size === 1 ? [...truths][0] : undefined;
    }
    default:
      return true;
  }
}

/** Whether a value is null or undefined; undefined when that is not known. */
export function isNullish(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'primitive':
      return value.value === null || value.value === undefined;
    case 'unknown':
      return undefined;
    case 'choice': {
      const answers = new Set(value.options.map(isNullish));
      return answers.size === 1 ? [...answers][0] : undefined;
    }
    default:
      return false;
  }
}
