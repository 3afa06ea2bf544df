import type { CellResult, RecoveryPlan, RecoveryStep } from '../../src/model/simulation';
import { isExecuted } from '../../src/model/steps';
import { formatDuration } from './numbers';
import type { Run } from './panel-state';

export type Direction = 'back' | 'forward';

export const directionTitles: Readonly<Record<Direction, string>> = { forward: 'Go forward', back: 'Go back' };

export interface Proof {
  readonly kind: 'verified' | 'except-loss' | 'unverified';
  readonly glyph: string;
  readonly text: string;
}

/** What was proven of a plan, in one line. */
export function proofOf(plan: RecoveryPlan, direction: Direction): Proof {
  const goal = direction === 'back' ? 'before' : 'after';
  if (plan.verified) {
    const time = plan.durationMs === undefined ? '' : ` in ${formatDuration(plan.durationMs)}`;
    return { kind: 'verified', glyph: '✓', text: `verified: reaches ${goal}${time}` };
  }
  if (plan.verifiedExceptLoss === true) {
    return { kind: 'except-loss', glyph: '◐', text: `verified except for what it loses: ${plan.loses ?? 'see the steps'}` };
  }
  return { kind: 'unverified', glyph: '✕', text: `not verified: ${plan.problem ?? 'it was not executed'}` };
}

/** What a plan loses, when the proof line does not say it already. */
export function lossOf(plan: RecoveryPlan, direction: Direction): string | undefined {
  if (plan.loses !== undefined) return plan.verifiedExceptLoss === true ? undefined : `Loses: ${plan.loses}`;
  return plan.verified && direction === 'back' ? 'Loses nothing.' : undefined;
}

/** The language of the database's client. */
export function languageOf({ steps }: RecoveryPlan): 'sql' | 'mongosh' {
  return steps.some(({ language }) => language === 'mongosh') ? 'mongosh' : 'sql';
}

/** All steps as one text that can be pasted into the database's client: titles and whatever is not for it become comments. */
export function planText(plan: RecoveryPlan): string {
  const mark = languageOf(plan) === 'mongosh' ? '//' : '--';
  const steps = plan.steps.map((step, position) => `${mark} ${position + 1}. ${oneLine(step.title)}\n${forClient(step, mark)}\n`);
  return steps.join('\n');
}

function forClient(step: RecoveryStep, mark: string): string {
  if (isExecuted(step)) return step.text.trim();
  const intro = step.language === 'shell' ? `${mark} In a shell:\n` : '';
  return (
    intro +
    step.text
      .trim()
      .split(/\r?\n/)
      .map((line) => `${mark} ${line}`)
      .join('\n')
  );
}

export interface Rollback {
  readonly statements: readonly string[];
  /** True when these are not the steps of the plan at hand, but the way back from where the whole migration is done. */
  readonly ofWhole: boolean;
}

/**
 * What can stand as the migration's rollback: it must undo all of the migration, so it is the proven way back from a cell in which
 * everything was done. Only where no cell came that far, the plan at hand. Undefined when there is nothing to insert.
 */
export function rollbackOf(run: Run, result: CellResult): Rollback | undefined {
  const own = result.recovery?.back;
  // A command's migrations are wherever its tool keeps them.
  if (own === undefined || run.migration.command !== undefined) return undefined;
  const finished = Object.values(run.results).filter((cell) => cell.recovery !== undefined && isAllDone(cell));
  const proven = finished.find((cell) => cell.recovery?.back.verified) ?? finished.find((cell) => cell.recovery?.back.verifiedExceptLoss);
  const plan = isAllDone(result) ? own : (proven?.recovery?.back ?? own);
  const statements = plan.steps.filter((step) => isExecuted(step) && step.concerns === undefined).map((step) => step.text);
  return statements.length === 0 ? undefined : { statements, ofWhole: plan !== own };
}

/** Schema and data are as after; the history and sessions may not be. */
function isAllDone({ differsFromAfter }: CellResult): boolean {
  return differsFromAfter?.every(({ kind }) => kind === 'bookkeeping' || kind === 'session') ?? false;
}

function oneLine(text: string): string {
  return text.split(/\s+/).join(' ').trim();
}
