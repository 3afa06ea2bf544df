import type * as t from '@babel/types';
import { Scope } from '../scope';
import { unknown, type Value } from '../value';
import type { Completion } from './completions';
import type { Evaluator } from './evaluator';
import { walkBranches } from './journal';
import { Thrown } from './signals';

/** Walks `try`; its handler too, as something that runs when it fails; and `finally`. */
export function runTry(machine: Evaluator, node: t.TryStatement, scope: Scope): Completion {
  let completion: Completion;
  let thrown: Thrown | undefined;
  try {
    completion = machine.statement(node.block, scope);
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
  } else if (node.handler != null) walkHandler(machine, node.handler, scope);
  if (node.finalizer != null) {
    const last = machine.statement(node.finalizer, scope);
    if (last !== undefined) return last;
  }
  if (thrown !== undefined) throw thrown;
  return completion;
}

function runHandler(machine: Evaluator, handler: t.CatchClause, error: Value, scope: Scope): Completion {
  const own = new Scope(scope, scope.path);
  if (handler.param != null) machine.bind(handler.param, error, own, 'let');
  return machine.statement(handler.body, own);
}

/** A handler that runs only when the database refuses something. */
function walkHandler(machine: Evaluator, handler: t.CatchClause, scope: Scope): void {
  machine.handlers++;
  try {
    walkBranches<Completion>(
      machine,
      [
        { conditions: [{ value: unknown('a failure'), holds: true }], run: () => runHandler(machine, handler, unknown('error'), scope) },
        { conditions: [], run: () => undefined },
      ],
      (left) => left !== undefined,
    );
  } finally {
    machine.handlers--;
  }
}
