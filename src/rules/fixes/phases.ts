import type { Fix } from '../../model/finding';
import type { RuleContext, Step } from '../context';
import { endWithTerminator, insertBehind, replaceSpan, wholeLines } from '../edits';
import { isNeededBehind } from './needed-behind';
import { addMigrations, type NewMigration } from './next-migration';
import { takesSeveralOutside } from './outside';
import type { Patch } from './patches';
import { asFrameworkStatement } from './statement';

/** A change that has to commit before the next part of it begins. */
export interface PhasedChange {
  readonly step: Step;
  /** What the statement becomes. */
  readonly patches: readonly Patch[];
  /** Statements right behind it, in the same transaction. */
  readonly following?: readonly string[];
  /** What comes later, each in a transaction of its own (or outside any), in order. */
  readonly later: readonly NewMigration[];
}

/**
 * A fix that changes a statement and continues later: in the same file when its statements commit one by one anyway, else in
 * migrations of their own behind this one. Undefined when there is no room for them.
 */
export function continueLater(context: RuleContext, title: string, change: PhasedChange): Fix | undefined {
  const { step, later } = change;
  const inline = !step.inTransaction && takesSeveralOutside(context);
  const added = inline ? [] : context.program.direction === 'up' ? addMigrations(context, later) : undefined;
  if (added === undefined) return undefined;
  const behind = [...(change.following ?? []), ...(inline ? later.flatMap((migration) => migration.up) : [])];
  const text = behind.map((statement) => `\n${asFrameworkStatement(context, statement)}`).join('');
  const edits = [
    ...change.patches.map((patch) => replaceSpan(context, patch.span, patch.newText)),
    ...(text === '' ? [] : [insertBehind(context, step.statement.span, text)]),
    ...added,
  ];
  return {
    title: inline || later.length === 0 ? title : `${title}, the rest in ${migrationCount(later.length)} behind this one`,
    safe: false,
    edits,
  };
}

function migrationCount(count: number): string {
  return count === 1 ? 'a migration' : `${count} migrations`;
}

/**
 * Moves a statement as it is into a migration of its own behind this one, or behind the COMMIT of the migration's own transaction. Undefined when
 * there is no way, or when a later statement needs it.
 */
export function moveBehind(context: RuleContext, title: string, step: Step, migration: NewMigration): Fix | undefined {
  if (isNeededBehind(context, step)) return undefined;
  const removed = replaceSpan(context, wholeLines(context, step.statement.span), '');
  if (step.transaction.kind === 'explicit') {
    const last = context.steps.find((candidate) => candidate.statement.index === step.transaction.statements.at(-1));
    if (last === undefined || last === step || !last.statement.operations.some((operation) => operation.kind === 'transaction'))
      return undefined;
    const end = endWithTerminator(context, last.statement.span);
    const text = migration.up.map((statement) => `\n${statement}`).join('');
    return { title: `${title} behind the COMMIT`, safe: false, edits: [removed, replaceSpan(context, { start: end, end }, `\n${text}`)] };
  }
  if (context.program.direction === 'down') return undefined;
  const added = addMigrations(context, [migration]);
  return added === undefined ? undefined : { title: `${title} into a migration of its own`, safe: false, edits: [removed, ...added] };
}
