import type { Fix } from '../../../model/finding';
import type { Operation } from '../../../model/operation';
import { operationRange, type RuleContext, type Step } from '../../context';
import type { Violation } from '../../rule';

/** For the help of what has a concurrent form. */
export const outside = 'It can only run outside a transaction.';

/** About an operation, with at most one fix. */
export function violation(
  context: RuleContext,
  step: Step,
  operation: Operation,
  message: string,
  help: string,
  fix: Fix | undefined,
): Violation {
  return { range: operationRange(context, step.statement, operation), message, help, fixes: fix === undefined ? [] : [fix] };
}
