import type * as t from '@babel/types';
import { Scope } from '../scope';
import { type Condition, choice, undefinedValue, unknown, type Value } from '../value';
import type { Completion } from './completions';
import type { Evaluator } from './evaluator';
import { Journal, type Outcome, walkBranches, writeProperty, writeVariable } from './journal';
import { isNothing } from './members';
import { Thrown } from './signals';

/** Walks `try`; its handler too, as something that runs when it fails; and `finally`. */
export function runTry(machine: Evaluator, node: t.TryStatement, scope: Scope): Completion {
  let completion: Completion;
  let thrown: Thrown | undefined;
  let afterFailure = false;
  const calls = machine.databaseCalls;
  const journal = new Journal();
  try {
    completion = noting(machine, journal, () => machine.statement(node.block, scope));
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    thrown = error;
  }
  if (thrown !== undefined && node.handler != null) {
    const caught = thrown;
    thrown = undefined;
    try {
      completion = runHandler(machine, node.handler, caught.value, scope);
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      thrown = error;
    }
  } else if (node.handler != null) {
    const handled = walkHandler(machine, node.handler, scope);
    if (machine.databaseCalls > calls && handled !== undefined && 'value' in handled) {
      if (handled.value === undefined) doubtFlags(machine, journal);
      const end = eitherEnd(machine, completion, handled.value);
      completion = end.completion;
      afterFailure = end.afterFailure;
    }
  }
  if (node.finalizer != null) {
    const last = machine.statement(node.finalizer, scope);
    if (last !== undefined) return last;
  }
  if (thrown !== undefined) throw thrown;
  if (afterFailure) machine.conditions = [...machine.conditions, failure];
  return completion;
}

const failure: Condition = { value: unknown('a failure'), holds: true };

/** Notes what `run` sets, for the branch around it too. */
function noting<T>(machine: Evaluator, journal: Journal, run: () => T): T {
  machine.journals.push(journal);
  try {
    return run();
  } finally {
    machine.journals.pop();
    const outer = machine.journals.at(-1);
    for (const [holder, names] of journal.entries) for (const [name, before] of names) outer?.note(holder, name, before);
  }
}

/** `exists = true` behind a call that may fail: where the handler goes on, it may have stayed what it was. */
function doubtFlags(machine: Evaluator, journal: Journal): void {
  for (const [holder, names] of journal.entries) {
    for (const [name, before = undefinedValue] of names) {
      const now = 'properties' in holder ? holder.properties.get(name) : holder.read(name);
      if (now === undefined || !isFlag(now) || !(isFlag(before) || isNothing(before))) continue;
      if ('properties' in holder) writeProperty(machine, holder, name, choice([now, before]));
      else writeVariable(machine, holder, name, choice([now, before]));
    }
  }
}

function isFlag(value: Value): boolean {
  return value.kind === 'primitive' && typeof value.value === 'boolean';
}

/** The end of a block that the database may have refused: its own one or that of its handler. */
function eitherEnd(
  machine: Evaluator,
  own: Completion,
  handled: Completion,
): { readonly completion: Completion; readonly afterFailure: boolean } {
  const frame = machine.frames.at(-1);
  if (own === undefined) {
    // What follows goes on as it did; only what the function gives back is in doubt.
    if (handled?.kind === 'return' && isPlain(handled.value) && !isNothing(handled.value)) frame?.maybeReturned.push(handled.value);
    return { completion: own, afterFailure: false };
  }
  if (own.kind !== 'return' || !isPlain(own.value)) return { completion: own, afterFailure: false };
  if (handled?.kind === 'return') {
    const other = isPlain(handled.value) ? handled.value : failure.value;
    return { completion: { kind: 'return', value: choice([own.value, other]) }, afterFailure: false };
  }
  // Another try in a further round: the rounds are alike, and what the function gives back is in doubt.
  if (handled !== undefined || machine.loops.length > 0) {
    return { completion: isNothing(own.value) ? own : { kind: 'return', value: choice([own.value, failure.value]) }, afterFailure: false };
  }
  frame?.maybeReturned.push(own.value);
  return { completion: undefined, afterFailure: true };
}

/** Values that do nothing when they are given back: no builder that is sent then. */
function isPlain(value: Value): boolean {
  return value.kind === 'primitive' || value.kind === 'text';
}

function runHandler(machine: Evaluator, handler: t.CatchClause, error: Value, scope: Scope): Completion {
  const own = new Scope(scope, scope.path);
  if (handler.param != null) machine.bind(handler.param, error, own, 'let');
  return machine.statement(handler.body, own);
}

/** A handler that runs only when the database refuses something. */
function walkHandler(machine: Evaluator, handler: t.CatchClause, scope: Scope): Outcome<Completion> | undefined {
  machine.handlers++;
  try {
    const [handled] = walkBranches<Completion>(
      machine,
      [
        { conditions: [failure], run: () => runHandler(machine, handler, unknown('error'), scope) },
        { conditions: [], run: () => undefined },
      ],
      (left) => left !== undefined,
    );
    return handled;
  } finally {
    machine.handlers--;
  }
}
