import { isInUse, type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import type { Violation } from '../../rule';
import { isKeptAside } from './kept-aside';
import { violation } from './violation';

/** TRUNCATE of a table with rows of earlier migrations. */
export function checkTruncate(context: RuleContext, step: Step, operation: OperationOf<'truncate'>): Violation[] {
  const affected = operation.tables.filter((name) => isInUse(context, step, name) && !isKeptAside(context, step, name));
  if (affected.length === 0) return [];
  const cascade = operation.cascade ? ' CASCADE also empties every table that refers to it, unnamed.' : '';
  const message = `TRUNCATE destroys all rows of ${affected.map(shownName).join(', ')}, which no rollback brings back.${cascade}`;
  return [
    violation(
      context,
      step,
      operation,
      message,
      'Keep the rows aside first, in a table of their own, or delete in batches what is really not needed.',
    ),
  ];
}
