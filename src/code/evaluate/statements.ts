import type * as t from '@babel/types';
import { Scope } from '../scope';
import { written } from '../text';
import { choice, primitive, undefinedValue, type Value } from '../value';
import { type Completion, leaveMaybe } from './completions';
import { test } from './conditions';
import type { Evaluator } from './evaluator';
import { functionValue } from './functions';
import { walkBranches } from './journal';
import { runLoop } from './loops';
import { Thrown } from './signals';
import { runSwitch } from './switches';
import { runTry } from './tries';

/** Walks statements in order. Functions and classes are there before the first, as the language has it. */
export function runStatements(machine: Evaluator, nodes: readonly t.Statement[], scope: Scope): Completion {
  for (const node of nodes) hoist(machine, node, scope);
  for (const node of nodes) {
    const completion = machine.statement(node, scope);
    if (completion !== undefined) return completion;
  }
  return undefined;
}

function hoist(machine: Evaluator, node: t.Statement, scope: Scope): void {
  const declared = node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration' ? node.declaration : node;
  if (declared?.type === 'FunctionDeclaration' && declared.id != null)
    scope.declare(declared.id.name, functionValue(machine, declared, scope));
}

function drop(machine: Evaluator, value: Value, node: t.Expression, scope: Scope): void {
  if (value.kind === 'native') value.drop?.({ machine, place: machine.place(node, scope.path) });
}

export function runStatement(machine: Evaluator, node: t.Statement, scope: Scope): Completion {
  switch (node.type) {
    case 'ExpressionStatement':
      drop(machine, machine.expression(node.expression, scope), node.expression, scope);
      return undefined;
    case 'VariableDeclaration':
      declareVariables(machine, node, scope);
      return undefined;
    case 'ReturnStatement':
      return { kind: 'return', value: node.argument == null ? undefinedValue : machine.expression(node.argument, scope) };
    case 'IfStatement':
      return runIf(machine, node, scope);
    case 'BlockStatement':
      return machine.statements(node.body, new Scope(scope, scope.path));
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return runLoop(machine, node, scope, undefined);
    case 'LabeledStatement':
      return runLabeled(machine, node, scope);
    case 'SwitchStatement':
      return runSwitch(machine, node, scope);
    case 'TryStatement':
      return runTry(machine, node, scope);
    case 'ThrowStatement':
      throw new Thrown(machine.expression(node.argument, scope), machine.place(node, scope.path));
    case 'BreakStatement':
    case 'ContinueStatement':
      return { kind: node.type === 'BreakStatement' ? 'break' : 'continue', ...(node.label == null ? {} : { label: node.label.name }) };
    case 'ClassDeclaration':
      if (node.declare !== true && node.id != null) scope.declare(node.id.name, machine.defineClass(node, scope));
      return undefined;
    case 'TSEnumDeclaration':
      if (node.declare !== true) scope.declare(node.id.name, enumeration(machine, node, scope));
      return undefined;
    case 'TSModuleDeclaration':
      if (node.declare !== true && node.body.type === 'TSModuleBlock') machine.modules.namespace(node, scope);
      return undefined;
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExportAllDeclaration':
    case 'TSExportAssignment':
    case 'TSImportEqualsDeclaration':
      machine.modules.moduleStatement(node, scope);
      return undefined;
    default:
      return undefined;
  }
}

/** `const a = b, { c } = d`. */
export function declareVariables(machine: Evaluator, node: t.VariableDeclaration, scope: Scope): void {
  if (node.declare === true) return;
  for (const { id, init } of node.declarations) {
    if (init == null && node.kind === 'var') {
      if (id.type === 'Identifier') scope.declareVar(id.name, undefined);
      continue;
    }
    const helper = id.type === 'Identifier' ? machine.modules.helpers.get(id.name) : undefined;
    const value = helper ?? (init == null ? undefinedValue : machine.expression(init, scope));
    machine.bind(id, value, scope, node.kind === 'var' ? 'var' : 'let');
  }
}

function runLabeled(machine: Evaluator, node: t.LabeledStatement, scope: Scope): Completion {
  const label = node.label.name;
  const { body } = node;
  const isLoop = /^(?:For|While|DoWhile)/.test(body.type);
  const completion = isLoop ? runLoop(machine, body as t.ForStatement, scope, label) : machine.statement(body, scope);
  return completion !== undefined && completion.kind !== 'return' && completion.label === label ? undefined : completion;
}

function runIf(machine: Evaluator, node: t.IfStatement, scope: Scope): Completion {
  const tested = test(machine, node.test, scope);
  const { consequent, alternate } = node;
  if (tested.truth === true) return machine.statement(consequent, scope);
  if (tested.truth === false) return alternate == null ? undefined : machine.statement(alternate, scope);
  const outcomes = walkBranches<Completion>(
    machine,
    [
      { conditions: tested.whenTrue, run: () => machine.statement(consequent, scope) },
      { conditions: tested.whenFalse, run: () => (alternate == null ? undefined : machine.statement(alternate, scope)) },
    ],
    (completion) => completion !== undefined,
  );
  const [one, other] = outcomes;
  if (one === undefined || other === undefined) return undefined;
  // An error in one branch: whatever goes on is the other one, as if there were no condition.
  if ('thrown' in one) {
    if ('thrown' in other) throw one.thrown;
    return other.value;
  }
  if ('thrown' in other) return one.value;
  if (one.value === undefined && other.value === undefined) return undefined;
  if (one.value !== undefined && other.value !== undefined) return bothLeave(machine, one.value, other.value);
  leaveMaybe(machine, one.value ?? other.value);
  // What follows runs only where the branch that leaves was not taken.
  machine.conditions = [...machine.conditions, ...(one.value === undefined ? tested.whenTrue : tested.whenFalse)];
  return undefined;
}

function bothLeave(machine: Evaluator, one: NonNullable<Completion>, other: NonNullable<Completion>): Completion {
  if (one.kind === 'return' && other.kind === 'return') return { kind: 'return', value: choice([one.value, other.value]) };
  leaveMaybe(machine, one);
  return other;
}

function enumeration(machine: Evaluator, node: t.TSEnumDeclaration, outer: Scope): Value {
  const scope = new Scope(outer, outer.path);
  const properties = new Map<string, Value>();
  let next: number | undefined = 0;
  const members = 'body' in node && node.body != null ? node.body.members : node.members;
  for (const member of members) {
    const name = member.id.type === 'Identifier' ? member.id.name : member.id.type === 'StringLiteral' ? member.id.value : undefined;
    if (name === undefined) continue;
    const given = member.initializer == null ? undefined : machine.expression(member.initializer, scope);
    const value: Value =
      given ?? (next === undefined ? machine.unknownAt(member, outer.path) : primitive(next, machine.place(member, outer.path)));
    properties.set(name, value);
    scope.declare(name, value);
    next = value.kind === 'primitive' && typeof value.value === 'number' ? value.value + 1 : undefined;
    if (value.kind === 'primitive') properties.set(String(value.value), written(name, machine.place(member, outer.path)));
  }
  return { kind: 'object', properties, open: false };
}
