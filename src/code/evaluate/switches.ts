import type * as t from '@babel/types';
import { Scope } from '../scope';
import { unknown } from '../value';
import { type Completion, leaveMaybe } from './completions';
import { areEqual } from './equality';
import type { Evaluator } from './evaluator';
import { walkBranches } from './journal';

/** Walks the case that is taken; where that is not known, each of them. */
export function runSwitch(machine: Evaluator, node: t.SwitchStatement, outer: Scope): Completion {
  const scope = new Scope(outer, outer.path);
  const value = machine.expression(node.discriminant, outer);
  const matches = node.cases.map(({ test }) => {
    if (test == null) return false;
    const wanted = machine.expression(test, scope);
    return value.kind === 'choice' || wanted.kind === 'choice' ? undefined : areEqual(false, value, wanted);
  });
  const from = (index: number): Completion => {
    const completion = machine.statements(
      node.cases.slice(index).flatMap(({ consequent }) => consequent),
      scope,
    );
    return completion?.kind === 'break' && completion.label === undefined ? undefined : completion;
  };
  const fallback = node.cases.findIndex(({ test }) => test == null);
  if (!matches.includes(undefined)) {
    const found = matches.indexOf(true);
    const start = found === -1 ? fallback : found;
    return start === -1 ? undefined : from(start);
  }
  const name = machine.nameOf(node.discriminant, outer.path);
  const outcomes = walkBranches<Completion>(
    machine,
    [
      ...node.cases.flatMap((_, index) =>
        matches[index] === false && index !== fallback
          ? []
          : [{ conditions: [{ value: unknown(name), holds: index !== fallback }], run: () => from(index) }],
      ),
      ...(fallback === -1 ? [{ conditions: [], run: () => undefined }] : []),
    ],
    (completion) => completion !== undefined,
  );
  const completions = outcomes.flatMap((outcome) => ('value' in outcome ? [outcome.value] : []));
  const last = completions.at(-1);
  if (last !== undefined && completions.every((completion) => completion !== undefined)) {
    for (const completion of completions.slice(0, -1)) leaveMaybe(machine, completion);
    return last;
  }
  for (const completion of completions) leaveMaybe(machine, completion);
  return undefined;
}
