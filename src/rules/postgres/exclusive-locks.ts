import type { ObjectName } from '../../model/operation';
import { findIndex, findTable } from '../../schema/lookup';
import { isInUse, type RuleContext, type Step, undoesCreation } from '../context';

/** A table in use that a statement locks against everybody. */
export interface ExclusiveLock {
  readonly step: Step;
  readonly identity: string;
  readonly name: string;
}

/** The ACCESS EXCLUSIVE locks that the statement takes on tables which others use. A lock on an index counts for its table. */
export function exclusiveLocks(context: RuleContext, step: Step): readonly ExclusiveLock[] {
  return step.planned.locks.filter(({ mode }) => mode === 'ACCESS EXCLUSIVE').flatMap(({ name }) => lockedTable(context, step, name) ?? []);
}

function lockedTable(context: RuleContext, step: Step, name: ObjectName): ExclusiveLock | undefined {
  const table = findTable(step.before, name) ?? findTable(step.after, name) ?? findIndex(step.before, name)?.owner;
  if (table === undefined || undoesCreation(context, table) || !isInUse(context, step, table)) return undefined;
  return { step, identity: table.identity, name: table.name };
}
