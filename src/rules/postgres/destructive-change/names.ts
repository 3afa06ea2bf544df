import type { ObjectName } from '../../../model/operation';
import { findNamed } from '../../../schema/lookup';
import type { RuleContext, Step } from '../../context';

/** Was the column added by the same migration? */
export function isAddedHere(context: RuleContext, table: string, column: string): boolean {
  const before = context.before.tables.find((candidate) => candidate.identity === table);
  if (before === undefined || before.complete === false) return false;
  return !before.columns.some((candidate) => candidate.name === column);
}

/** A type or a sequence that nothing outside of this migration can know by this name: made or renamed by an earlier statement of it. */
export function isNewName(context: RuleContext, step: Step, name: ObjectName): boolean {
  const then = findNamed([...context.before.types, ...context.before.sequences], name);
  const now = findNamed([...step.before.types, ...step.before.sequences], name);
  return now !== undefined && now.identity !== then?.identity;
}

/** Does something have the name at the end: a view that was left there, or what takes its place? */
export function standsAgain({ after }: RuleContext, name: ObjectName): boolean {
  return findNamed([...after.tables, ...after.definitions, ...after.types], name) !== undefined;
}
