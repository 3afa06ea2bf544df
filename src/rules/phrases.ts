import { engineLabel } from '../model/engine';
import type { RuleContext, Step } from './context';

/** Why the statement runs inside a transaction, as a clause: "dbmate runs each migration in one transaction". */
export function becauseTransaction(context: RuleContext, step: Step): string {
  if (step.transaction.kind === 'explicit') return 'it stands between BEGIN and COMMIT';
  const { because } = context.program.execution;
  return because.replace(/\.$/, '');
}

/** Until when a lock that the statement takes is held. */
export function lockEnd(step: Step): string {
  if (!step.inTransaction) return 'until the statement ends';
  const isLast = step.transaction.statements.at(-1) === step.statement.index;
  return isLast ? 'until the transaction commits' : 'until the transaction commits, behind all its other statements';
}

export function version(context: RuleContext): string {
  return engineLabel(context.engine);
}
