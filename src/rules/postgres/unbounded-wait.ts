import type { Operation } from '../../model/operation';
import type { PlannedLock } from '../../model/plan';
import type { RuleContext, Step } from '../context';
import { blockingLock } from './blocking-lock';
import { isSetForSessions, standsAlone } from './set-timeout';

/** The first statement of a program that waits for a strong lock without end, and that lock. */
export function unboundedWait(context: RuleContext): { readonly step: Step; readonly lock: PlannedLock } | undefined {
  if (isSetForSessions(context, 'lock_timeout')) return undefined;
  let session = false;
  let localTo: Step['transaction'] | undefined;
  for (const step of context.steps) {
    for (const operation of step.statement.operations) {
      const set = timeoutSetting(step, operation);
      if (set === undefined) continue;
      if (set === 'off') session = false;
      else if (set === 'session') session = true;
      else if (set === 'local' && step.inTransaction) localTo = step.transaction;
    }
    if (session || localTo === step.transaction) continue;
    const lock = standsAlone(context, step) || setsForItself(step) ? undefined : blockingLock(context, step);
    if (lock !== undefined) return { step, lock };
  }
  return undefined;
}

/** A block can do so. */
function setsForItself({ statement }: Step): boolean {
  return statement.operations.some((operation) => operation.kind === 'do block' && operation.body.includes('lock_timeout'));
}

function timeoutSetting(step: Step, operation: Operation): 'session' | 'local' | 'off' | undefined {
  if (operation.kind === 'set' && operation.name.toLowerCase() === 'lock_timeout') {
    const value = (operation.value ?? '').replaceAll(/['"\s]/g, '').toLowerCase();
    if (value === '' || value === 'default' || /^0(ms|s|min|h|d)?$/.test(value)) return 'off';
    return operation.local ? 'local' : 'session';
  }
  const isCall = operation.kind === 'select' && operation.functions.some((name) => name.endsWith('set_config'));
  return isCall && step.statement.text.includes('lock_timeout') ? 'session' : undefined;
}

/** Work of the transaction in which a statement waits: one finding asks for both timeouts, at the wait. */
export function isAskedForTogether(wait: Step, work: Step): boolean {
  return wait.statement.index <= work.statement.index && wait.transaction === work.transaction;
}
