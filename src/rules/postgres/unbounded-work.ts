import type { Fix } from '../../model/finding';
import type { PlannedLock } from '../../model/plan';
import { isInUse, type RuleContext, type Step, tableBefore } from '../context';
import { blockingLock } from './blocking-lock';
import { limitsRows } from './row-filter';
import { isSetForSessions, setTimeout, standsAlone } from './set-timeout';

/** Work that takes as long as a table is large, under a lock of its own or of a statement before it. */
export interface UnboundedWork {
  readonly step: Step;
  readonly held: HeldLock;
}

export interface HeldLock {
  readonly lock: PlannedLock;
  readonly step: Step;
}

/** What grows with a table in use. Rows that are written hold up others when the transaction has a strong lock already. */
function takesLong(context: RuleContext, step: Step, own: PlannedLock | undefined): boolean {
  if (own !== undefined && ['scan', 'build', 'rewrite', 'data'].includes(step.planned.cost)) return true;
  return step.statement.operations.some((operation) => {
    if (operation.kind !== 'update' && operation.kind !== 'delete') return false;
    if (!isInUse(context, step, operation.table)) return false;
    return operation.where === undefined || !limitsRows(operation.where, tableBefore(step, operation.table));
  });
}

/** The first such statement of a program that sets no statement_timeout. */
export function unboundedWork(context: RuleContext): UnboundedWork | undefined {
  if (context.program.direction === 'down') return undefined;
  if (/\b(?:statement|transaction)_timeout\b/i.test(context.text)) return undefined;
  if (isSetForSessions(context, 'statement_timeout') || isSetForSessions(context, 'transaction_timeout')) return undefined;
  let held: HeldLock | undefined;
  for (const step of context.steps) {
    const own = blockingLock(context, step);
    if (held?.step.transaction !== step.transaction) held = undefined;
    if (own !== undefined && (held === undefined || held.lock.mode !== 'ACCESS EXCLUSIVE')) held = { lock: own, step };
    if (held !== undefined && takesLong(context, step, own) && !standsAlone(context, step)) return { step, held };
  }
  return undefined;
}

/** Bounds a statement, and not what lets others go on: that would be broken off half way. */
export function setStatementTimeout(context: RuleContext, step: Step): Fix {
  return setTimeout(context, step, { name: 'statement_timeout', value: '30s', spares: takesItsTime }, false);
}

/** Work that lets others go on: a timeout would break it off half way. */
function takesItsTime({ statement, planned }: Step): boolean {
  return !planned.transactional || statement.operations.some(({ kind }) => kind === 'validate constraint');
}
