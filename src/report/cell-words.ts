import type { CellResult, RecoveryMode, RecoveryPlan, StateDifference } from '../model/simulation';
import { formatDuration, plural } from './numbers';

/** What a retry does, in a sentence. */
export function retryText(cell: CellResult): string {
  const retry = cell.retry;
  if (retry === undefined) return 'was not tried';
  const error = retry.error === undefined ? '' : ` ${retry.error.code} ${retry.error.message}`.trimEnd();
  switch (retry.outcome) {
    case 'after':
      return 'finishes the job: it reaches the state after the migration';
    case 'before':
      return 'ends in the state before the migration';
    case 'error':
      return `stops with${error === '' ? ' an error' : error}`;
    case 'differs':
      return `reports success, and ends in a state that is neither before nor after${retry.effect === undefined ? '' : `: ${retry.effect}`}`;
  }
}

/** What the framework's own tables say after the failure: what changed in them, or how much there is when that is not known. */
export function bookkeepingText(cell: CellResult): string {
  const rows = cell.bookkeeping ?? [];
  const changed = cell.differsFromBefore?.filter((difference) => difference.kind === 'bookkeeping');
  if (changed !== undefined && changed.length > 0) {
    return changed.map((difference) => `${differenceMark(difference)} ${difference.name}: ${difference.detail}`).join('; ');
  }
  if (rows.length === 0) return 'nothing recorded';
  const tables = [...new Set(rows.map(({ table }) => table))];
  const counts = tables.map((table) => `${plural(rows.filter((row) => row.table === table).length, 'row')} in ${table}`).join(', ');
  return changed === undefined ? counts : `as before: ${counts}`;
}

/** `+` added, `-` removed, `~` changed. */
export function differenceMark(difference: StateDifference): string {
  return { added: '+', removed: '-', changed: '~' }[difference.change];
}

/** What differs. The names of objects without a kind of their own say what they are: `collation public.german`. */
export function differenceSubject({ kind, name }: StateDifference): string {
  return kind === 'other' ? name : `${kind} ${name}`;
}

/** "column shop.orders.currency: text". */
export function differenceText(difference: StateDifference): string {
  const subject = differenceSubject(difference);
  return difference.detail === '' ? subject : `${subject}: ${difference.detail}`;
}

/** What was proven of a plan, and how fast it went. */
export function proofText(plan: RecoveryPlan, direction: 'back' | 'forward'): string {
  const goal = direction === 'back' ? 'before' : 'after';
  const time = plan.durationMs === undefined ? '' : ` in ${formatDuration(plan.durationMs)}`;
  if (plan.verified) return `verified: reaches ${goal}${time}`;
  if (plan.verifiedExceptLoss) return `reaches ${goal} but for what it loses`;
  return 'not verified';
}

/** A step's title as a sentence, to be followed by another. */
export function sentence(title: string): string {
  return /[.!?:]$/.test(title) ? title : `${title}.`;
}

/** How many checks after a plan passed; undefined when none was made. */
export function checksText({ checks = [] }: RecoveryPlan): string | undefined {
  if (checks.length === 0) return undefined;
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return checks.length === 1 ? 'one check passed' : `all ${checks.length} checks passed`;
  return `${checks.length - failed.length} of ${checks.length} checks passed; not: ${failed.map(({ title }) => title).join('; ')}`;
}

/** "NULL currency: rows of orders whose currency is NULL. There are 2000 ...". */
export function modeText({ name, object, detail }: RecoveryMode): string {
  return sentence([`${name}: ${object}`, detail].filter((part) => part !== '').join('. '));
}
