import type * as t from '@babel/types';
import { Scope } from '../scope';
import { unknown, type Value } from '../value';
import { walk } from '../walk';
import type { Completion } from './completions';
import { test } from './conditions';
import type { Evaluator } from './evaluator';
import { hasOthers, iterate } from './iteration';
import { walkBranches, writeVariable } from './journal';
import { keysOf } from './keys';

type Loop = t.ForStatement | t.ForOfStatement | t.ForInStatement | t.WhileStatement | t.DoWhileStatement;

/** How often a loop is unrolled whose rounds are known. */
const maximumRounds = 2000;
/** The same for loops that have no counter: they mostly work something off that is not known. */
const maximumWhileRounds = 100;

/** Walks a loop: round by round where the rounds are known, and else once. */
export function runLoop(machine: Evaluator, node: Loop, scope: Scope, label: string | undefined): Completion {
  const state = { maybeLeft: false };
  const conditions = machine.conditions;
  machine.loops.push(state);
  try {
    switch (node.type) {
      case 'ForOfStatement':
      case 'ForInStatement':
        return runForEach(machine, node, scope, label);
      case 'ForStatement': {
        const own = new Scope(scope, scope.path);
        if (node.init?.type === 'VariableDeclaration') machine.statement(node.init, own);
        else if (node.init != null) machine.expression(node.init, own);
        return runRounds(machine, node, own, label, state);
      }
      default:
        return runRounds(machine, node, scope, label, state);
    }
  } finally {
    machine.loops.pop();
    machine.conditions = conditions;
  }
}

/** `leave` is what the loop as a whole does then; undefined to go on with the next round. */
function afterRound(completion: Completion, label: string | undefined): { readonly leave: Completion; readonly stop: boolean } {
  if (completion === undefined) return { leave: undefined, stop: false };
  if (completion.kind === 'return') return { leave: completion, stop: true };
  const own = completion.label === undefined || completion.label === label;
  if (completion.kind === 'continue') return own ? { leave: undefined, stop: false } : { leave: completion, stop: true };
  return { leave: own ? undefined : completion, stop: true };
}

function runForEach(machine: Evaluator, node: t.ForOfStatement | t.ForInStatement, scope: Scope, label: string | undefined): Completion {
  const place = machine.place(node.right, scope.path);
  const value = machine.settle(machine.expression(node.right, scope), place);
  const list = node.type === 'ForInStatement' ? keysOf(machine, value, place) : iterate(machine, value);
  const around = { place: machine.place(node, scope.path), over: value };
  const round = (item: Value): Completion => machine.inRound(around, () => bodyFor(item));
  const bodyFor = (item: Value): Completion => {
    const own = new Scope(scope, scope.path);
    const given = node.type === 'ForOfStatement' && node.await ? machine.settle(item, place) : item;
    if (node.left.type === 'VariableDeclaration') {
      const [first] = node.left.declarations;
      if (first !== undefined) machine.bind(first.id, given, own, node.left.kind === 'var' ? 'var' : 'let');
    } else machine.bind(node.left, given, own, 'assign');
    return machine.statement(node.body, own);
  };
  const before = machine.effects.length;
  for (const item of list.items.slice(0, maximumRounds)) {
    const { leave, stop } = afterRound(list.sampled === true ? repeated(machine, () => round(item)) : round(item), label);
    if (stop) return leave;
  }
  if (list.items.length > maximumRounds) nameTheRest(machine, node, scope, before, maximumRounds);
  if (hasOthers(list))
    runOnce(machine, machine.nameOf(node.right, scope.path), () => round(unknown(nameOfLeft(machine, node, scope), about(value))));
  return undefined;
}

function about(value: Value): { readonly channel?: boolean } {
  return value.kind === 'unknown' && value.channel === true ? { channel: true } : {};
}

function nameOfLeft(machine: Evaluator, node: t.ForOfStatement | t.ForInStatement, scope: Scope): string {
  const target = node.left.type === 'VariableDeclaration' ? node.left.declarations[0]?.id : node.left;
  return target === undefined ? 'item' : machine.nameOf(target, scope.path);
}

function repeated<T>(machine: Evaluator, run: () => T): T {
  machine.repetitions++;
  try {
    return run();
  } finally {
    machine.repetitions--;
  }
}

/** Walks the body of a loop whose rounds are not known: it may run any number of times. */
function runOnce(machine: Evaluator, name: string, round: () => Completion): void {
  repeated(machine, () =>
    walkBranches<Completion>(
      machine,
      [
        { conditions: [{ value: unknown(name), holds: true }], run: round },
        { conditions: [], run: () => undefined },
      ],
      () => false,
    ),
  );
}

function runRounds(
  machine: Evaluator,
  node: t.ForStatement | t.WhileStatement | t.DoWhileStatement,
  scope: Scope,
  label: string | undefined,
  state: { maybeLeft: boolean },
): Completion {
  const limit = node.type === 'ForStatement' && node.test != null ? maximumRounds : maximumWhileRounds;
  const before = machine.effects.length;
  for (let rounds = 0; rounds < limit; rounds++) {
    const goesOn = rounds === 0 && node.type === 'DoWhileStatement' ? true : continues(machine, node, scope);
    if (goesOn === false) return undefined;
    if (goesOn === undefined) {
      if (rounds === 0 && node.type !== 'DoWhileStatement') runUnknownRounds(machine, node, scope);
      else machine.markRepeated(before);
      return undefined;
    }
    const round = (): Completion => runBody(machine, node, scope);
    const { leave, stop } = afterRound(isEndless(node) ? repeated(machine, round) : round(), label);
    if (stop) return leave;
    // It may end after this round, by a condition that is not known: the further ones are like it.
    if (state.maybeLeft) {
      machine.markRepeated(before);
      return undefined;
    }
    if (node.type === 'ForStatement' && node.update != null) machine.expression(node.update, scope);
  }
  nameTheRest(machine, node, scope, before, limit);
  return undefined;
}

/** A loop that sends something and has more rounds than are followed: what they send is not known. */
function nameTheRest(machine: Evaluator, node: Loop, scope: Scope, before: number, rounds: number): void {
  if (machine.effects.length > before) machine.unread(machine.place(node, scope.path), `only its first ${rounds} rounds are followed`);
}

/** Whether there is a further round; undefined when that is not known. */
function continues(machine: Evaluator, node: t.ForStatement | t.WhileStatement | t.DoWhileStatement, scope: Scope): boolean | undefined {
  return node.test == null ? true : test(machine, node.test, scope).truth;
}

/** `while (true)`, `for (;;)`: ended by something inside, `do ... while (unknown)`: ended by what is not known. */
function isEndless(node: t.ForStatement | t.WhileStatement | t.DoWhileStatement): boolean {
  if (node.type === 'DoWhileStatement') return node.test.type !== 'BooleanLiteral' || node.test.value;
  return node.test == null || (node.test.type === 'BooleanLiteral' && node.test.value);
}

function runUnknownRounds(machine: Evaluator, node: t.ForStatement | t.WhileStatement, scope: Scope): void {
  // What counts the rounds has another value in each.
  if (node.type === 'ForStatement' && node.update != null) {
    walk(node.update, (inner) => {
      if (inner.type === 'Identifier') {
        const owner = scope.owner(inner.name);
        const counter = scope.read(inner.name)?.kind === 'primitive';
        if (owner !== undefined && counter) writeVariable(machine, owner, inner.name, unknown(inner.name));
      }
      return undefined;
    });
  }
  const name = node.test == null ? 'a condition' : machine.nameOf(node.test, scope.path);
  runOnce(machine, name, () => runBody(machine, node, scope));
}

function runBody(machine: Evaluator, node: t.ForStatement | t.WhileStatement | t.DoWhileStatement, scope: Scope): Completion {
  return machine.inRound({ place: machine.place(node, scope.path) }, () => machine.statement(node.body, new Scope(scope, scope.path)));
}
