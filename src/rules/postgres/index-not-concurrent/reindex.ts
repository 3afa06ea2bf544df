import { findIndex } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step } from '../../context';
import { runOutside } from '../../fixes/outside';
import { insertion } from '../../fixes/patches';
import { lockEnd } from '../../phrases';
import type { Violation } from '../../rule';
import { outside, violation } from './violation';

/** REINDEX, but for that of the system catalogs. */
export function checkReindex(context: RuleContext, step: Step, operation: OperationOf<'reindex'>): Violation[] {
  if (operation.concurrently || operation.targetKind === 'system') return [];
  const { target, targetKind } = operation;
  const owner = targetKind === 'index' ? findIndex(step.before, target)?.owner : undefined;
  const relation = targetKind === 'table' ? target : owner;
  if (relation !== undefined && !isInUse(context, step, relation)) return [];
  const message = `REINDEX lets nobody write to ${relation === undefined ? 'the table' : relation.name}, nor read through the index, ${lockEnd(context, step)}.`;
  const offset = operation.insertAt?.concurrently;
  const fix =
    offset === undefined
      ? undefined
      : runOutside(context, 'Reindex concurrently', {
          step,
          patches: [insertion(offset, 'CONCURRENTLY ')],
          slug: `reindex_${target.name}`,
          down: [],
        });
  return [violation(context, step, operation, message, `Use REINDEX ... CONCURRENTLY. ${outside}`, fix)];
}
