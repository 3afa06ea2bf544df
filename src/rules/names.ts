import type { Operation } from '../model/operation';
import { operationRange, type RuleContext, type Step } from './context';
import { onceForFolder } from './once';
import type { Violation } from './rule';

/** A name that something has already. */
export interface Taken {
  /** `table users`, `column note of orders`. */
  readonly what: string;
  /** What the server answers: `42701`. */
  readonly code: string;
  /** Both stand in the same statement. */
  readonly twice?: boolean;
  readonly help?: string;
}

export function takenViolation(
  context: RuleContext,
  step: Step,
  operation: Operation,
  { what, code, twice = false, help }: Taken,
): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: twice
      ? `${what.charAt(0).toUpperCase()}${what.slice(1)} stands here twice: the server refuses it (${code}).`
      : `There is ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} already: the server refuses this (${code}).`,
    help: help ?? (twice ? 'Leave one of them out, or give it another name.' : 'Choose another name, or drop what is there first.'),
    fixes: [],
  };
}

/** A name that nothing has. */
export interface Missing {
  /** `orders has no column note`. */
  readonly message: string;
  readonly code: string;
  readonly help: string;
}

export function missingViolation(context: RuleContext, step: Step, operation: Operation, { message, code, help }: Missing): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${message}: the server refuses this (${code}).`,
    help,
    fixes: [],
  };
}

/** Code may make and drop what nobody reads, so a folder with some does not show all that is there. */
export const isWithCode = onceForFolder((files) => files.some(({ path }) => /\.[cm]?[jt]s$/i.test(path)));
