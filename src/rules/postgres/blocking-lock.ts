import type { ObjectName, Operation } from '../../model/operation';
import type { PlannedLock } from '../../model/plan';
import { findIndex, findTable } from '../../schema/lookup';
import { isInUse, type RuleContext, type Step, undoesCreation } from '../context';

const blockingModes = ['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'];

/** The strongest lock of the statement that stops reads or writes of a table in use. */
export function blockingLock(context: RuleContext, step: Step): PlannedLock | undefined {
  if (step.statement.operations.some(worksBesideOthers)) return undefined;
  const blocking = step.planned.locks.filter((lock) => blockingModes.includes(lock.mode) && isShared(context, step, lock.name));
  return blocking.toSorted((left, right) => blockingModes.indexOf(right.mode) - blockingModes.indexOf(left.mode))[0];
}

/**
 * REFRESH: its EXCLUSIVE lock stops other refreshes only, since nobody writes to a materialized view and reads go on (manual, table 13.2).
 * DETACH: it waits until nobody uses the partition any more, and giving up then leaves it half detached.
 */
function worksBesideOthers(operation: Operation): boolean {
  return (operation.kind === 'refresh materialized view' || operation.kind === 'detach partition') && operation.concurrently;
}

function isShared(context: RuleContext, step: Step, name: ObjectName): boolean {
  const known = findTable(step.before, name) ?? findTable(step.after, name);
  const owner = known === undefined ? findIndex(step.before, name)?.owner : undefined;
  if (owner !== undefined) return !undoesCreation(context, owner) && isInUse(context, step, owner);
  if (undoesCreation(context, name)) return false;
  const isNewObject = step.statement.operations.some(
    (operation) => operation.kind === 'create object' && operation.object.name === name.name,
  );
  return !isNewObject && isInUse(context, step, name);
}
