import type { ObjectName, Operation } from '../../model/operation';
import type { TableWork } from '../../model/plan';
import { isInUse, type RuleContext, type Step, undoesCreation } from '../context';

/** A statement that changes a table which others use, and how the server does it. */
export interface TableStep {
  readonly step: Step;
  readonly work: TableWork;
  /** What the finding is about where only one part of the statement is. */
  readonly operation: Operation;
}

/** All of them, in order. Not those that undo what their migration made. */
export function tableSteps(context: RuleContext): readonly TableStep[] {
  return context.steps.flatMap((step) => {
    const { work } = step.planned;
    const [operation] = step.statement.operations;
    if (work === undefined || operation === undefined || !isLive(context, step, work.table)) return [];
    return [{ step, work, operation }];
  });
}

/** Can others be using the table, and can it hold rows? */
export function isLive(context: RuleContext, step: Step, table: ObjectName): boolean {
  return isInUse(context, step, table) && !undoesCreation(context, table);
}

/** Is all that the statement does of these kinds? */
export function doesOnly(step: Step, ...kinds: readonly Operation['kind'][]): boolean {
  return step.statement.operations.every(({ kind }) => kinds.includes(kind));
}
