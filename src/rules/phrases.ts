import { engineLabel } from '../model/engine';
import type { RuleContext, Step } from './context';

/** Why the statement runs inside a transaction, as a clause: "dbmate runs each migration in one transaction". */
export function becauseTransaction(context: RuleContext, step: Step): string {
  if (step.within !== undefined) return `it stands in ${step.within}, which is one statement for the server`;
  if (step.transaction.kind === 'explicit')
    return context.program.rendering === undefined
      ? 'it stands between BEGIN and COMMIT'
      : 'it stands in a transaction that the migration opens itself';
  const { because } = context.program.execution;
  return because.replace(/\.$/, '');
}

/** Until when a lock that the statement takes is held. */
export function lockEnd(context: RuleContext, step: Step): string {
  const { kind, statements } = step.transaction;
  if (kind === 'autocommit') return 'until the statement ends';
  const end =
    kind === 'framework'
      ? `until ${context.framework.displayName} commits its transaction`
      : kind === 'explicit'
        ? 'until COMMIT'
        : `until the whole file is done, which ${context.framework.displayName} sends as one request`;
  return statements.at(-1) === step.statement.index ? end : `${end}, behind all the other statements`;
}

export function version(context: RuleContext): string {
  return engineLabel(context.engine);
}
