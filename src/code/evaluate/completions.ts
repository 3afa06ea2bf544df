import type { Value } from '../value';
import type { Evaluator } from './evaluator';

/** How a statement ends, when it does not just go on to the next. */
export type Completion =
  | undefined
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'break' | 'continue'; readonly label?: string };

/** Remembers a `return`, `break` or `continue` that may have been taken. */
export function leaveMaybe(machine: Evaluator, completion: Completion): void {
  if (completion === undefined) return;
  if (completion.kind === 'return') machine.frames.at(-1)?.maybeReturned.push(completion.value);
  if (completion.kind === 'continue') return;
  for (const loop of completion.kind === 'return' ? machine.loops : machine.loops.slice(-1)) loop.maybeLeft = true;
}
