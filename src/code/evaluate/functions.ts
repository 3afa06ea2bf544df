import type * as t from '@babel/types';
import { Scope } from '../scope';
import { array, choice, type FunctionValue, undefinedValue, unknown, type Value } from '../value';
import type { CallSite } from './calls';
import type { Evaluator, Frame } from './evaluator';
import { Thrown } from './signals';

/** A function expression, declaration or method as a value. */
export function functionValue(machine: Evaluator, node: t.Function, scope: Scope): FunctionValue {
  const name = 'id' in node && node.id != null ? node.id.name : 'key' in node && node.key.type === 'Identifier' ? node.key.name : '';
  return { kind: 'function', node, name, scope, source: machine.place(node, scope.path), properties: new Map() };
}

/** Walks the body of a function with these arguments. What it gives back on ways that are not certain is a choice. */
export function callFunction(machine: Evaluator, callee: FunctionValue, args: readonly Value[], site: CallSite, thisValue?: Value): Value {
  const { node } = callee;
  machine.step(2);
  if (!machine.mayCallDeeper() || repeats(machine, node)) return unknown(machine.textOf(site.place), { source: site.place });
  const scope = new Scope(callee.scope, callee.scope.path, 'function');
  const all = [...(callee.boundArguments ?? []), ...args];
  if (node.type !== 'ArrowFunctionExpression') {
    scope.declare('this', callee.boundThis ?? thisValue ?? undefinedValue);
    scope.declare('arguments', array(all));
    if (callee.home !== undefined) scope.declare('%home', callee.home);
    if (node.type === 'FunctionExpression' && node.id != null) scope.declare(node.id.name, callee);
  }
  const frame: Frame = {
    node,
    place: site.place,
    conditions: machine.conditions.length,
    maybeReturned: [],
    yielded: { ...array([]), depth: machine.repetitions },
  };
  const before = machine.conditions;
  machine.frames.push(frame);
  // Loops of the caller are not left by what this function does.
  const loops = machine.loops.splice(0);
  try {
    bindParameters(machine, node, all, scope, thisValue);
    return resultOf(machine, node, scope, frame, site);
  } catch (error) {
    // Helpers that are not part of the migration may seem to fail for want of what is not known here: the migration goes on.
    if (!(error instanceof Thrown) || callee.scope.path === machine.ownPath) throw error;
    machine.noteFailure(error);
    return unknown(machine.textOf(site.place), { source: site.place });
  } finally {
    machine.loops.splice(0, machine.loops.length, ...loops);
    machine.frames.pop();
    machine.conditions = before;
  }
}

/** True when the function is being walked already, and calls itself under a condition that is not known: it would never end. */
function repeats(machine: Evaluator, node: t.Function): boolean {
  const active = machine.frames.filter((frame) => frame.node === node);
  const last = active.at(-1);
  return last !== undefined && (machine.conditions.length > last.conditions || active.length > maximumRecursion);
}

/** Frameworks used to hand in `Promise`: `up = (knex, Promise) => ...`. */
function handedIn(machine: Evaluator, parameter: t.Node): Value | undefined {
  return parameter.type === 'Identifier' && parameter.name === 'Promise' ? machine.modules.globals.get('Promise') : undefined;
}

const maximumRecursion = 60;

function bindParameters(machine: Evaluator, node: t.Function, args: readonly Value[], scope: Scope, thisValue: Value | undefined): void {
  let position = 0;
  for (const parameter of node.params) {
    // TypeScript's `this` parameter is no parameter.
    if (parameter.type === 'Identifier' && parameter.name === 'this') continue;
    const index = position++;
    if (parameter.type === 'RestElement') {
      machine.bind(parameter.argument, array(args.slice(index)), scope, 'let');
      return;
    }
    const value = args[index] ?? handedIn(machine, parameter) ?? undefinedValue;
    machine.bind(parameter, value, scope, 'let');
    if (parameter.type === 'TSParameterProperty' && thisValue?.kind === 'object') {
      const inner = parameter.parameter.type === 'AssignmentPattern' ? parameter.parameter.left : parameter.parameter;
      if (inner.type === 'Identifier') thisValue.properties.set(inner.name, scope.read(inner.name) ?? value);
    }
  }
}

function resultOf(machine: Evaluator, node: t.Function, scope: Scope, frame: Frame, site: CallSite): Value {
  const { body } = node;
  if (body.type !== 'BlockStatement') {
    const value = machine.expression(body, scope);
    return node.async === true ? machine.settle(value, machine.place(body, scope.path)) : value;
  }
  const completion = machine.statements(body.body, scope);
  if (node.generator === true) return frame.yielded;
  const last = completion?.kind === 'return' ? completion.value : undefinedValue;
  const certain = completion?.kind === 'return' || frame.maybeReturned.length === 0;
  const value = frame.maybeReturned.length === 0 ? last : choice(certain ? [...frame.maybeReturned, last] : frame.maybeReturned);
  return node.async === true ? machine.settle(value, site.place) : value;
}
