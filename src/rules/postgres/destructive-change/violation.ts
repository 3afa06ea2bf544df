import type { Fix } from '../../../model/finding';
import type { Operation } from '../../../model/operation';
import { operationRange, type RuleContext, type Step } from '../../context';
import type { Violation } from '../../rule';

/** For whatever running code names. */
export const laterHelp = 'Deploy code that no longer uses it first, and drop it in a later migration.';

/** About an operation, with at most one fix. */
export function violation(context: RuleContext, step: Step, operation: Operation, message: string, help: string, fix?: Fix): Violation {
  return { range: operationRange(context, step.statement, operation), message, help, fixes: fix === undefined ? [] : [fix] };
}
