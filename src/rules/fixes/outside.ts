import type { Fix } from '../../model/finding';
import type { TextEdit } from '../../model/text';
import type { RuleContext, Step } from '../context';
import { createFile, endWithTerminator, replaceInSource, replaceSpan, sourceText, wholeLines } from '../edits';
import { isNeededBehind } from './needed-behind';
import { addMigrations } from './next-migration';
import { guardOldRollback } from './old-rollback';
import { type Patch, patchedText } from './patches';
import { asFrameworkStatement } from './statement';

/** A statement that has to run outside a transaction, as it should read then. */
export interface OutsideStatement {
  readonly step: Step;
  /** Changes within the statement. */
  readonly patches: readonly Patch[];
  /** Takes the place of the whole statement, without a semicolon. `patches` do not count then. */
  readonly replacement?: string;
  /** Statements to run before and after it, with their semicolons. */
  readonly preceding?: readonly string[];
  readonly following?: readonly string[];
  /** For the name of a new migration, and its rollback. */
  readonly slug: string;
  readonly down: readonly string[];
}

/**
 * A fix that changes a statement and takes it out of the transaction the framework's way: by the framework's mark when it stands
 * alone, behind the COMMIT of the migration's own transaction, else in a migration of its own. Undefined when there is no way, or when a
 * later statement needs it.
 *
 * Never safe: what runs outside a transaction can stop half way.
 */
export function runOutside(context: RuleContext, title: string, wanted: OutsideStatement): Fix | undefined {
  if (!wanted.step.inTransaction) return inPlace(context, title, wanted);
  if (wanted.step.transaction.kind === 'explicit') return outOfOwnTransaction(context, title, wanted);
  const alone = context.program.statements.length === 1;
  return (alone ? marked(context, title, wanted) : undefined) ?? split(context, title, wanted);
}

/** Can several statements of one program run outside a transaction? Not where the whole file is one request. */
export function takesSeveralOutside(context: RuleContext): boolean {
  return context.program.execution.requests === 'per-statement';
}

function surrounding(wanted: OutsideStatement): number {
  return (wanted.preceding?.length ?? 0) + (wanted.following?.length ?? 0);
}

/** The statement as it should read, with its semicolon. */
function finalText(context: RuleContext, wanted: OutsideStatement): string {
  return asFrameworkStatement(context, wanted.replacement ?? patchedText(context, wanted.step.statement.span, wanted.patches));
}

function lines(statements: readonly string[] | undefined): string {
  return (statements ?? []).map((statement) => `${statement}\n`).join('');
}

function aroundPatches(context: RuleContext, wanted: OutsideStatement): readonly Patch[] {
  const { span } = wanted.step.statement;
  const end = endWithTerminator(context, span);
  const terminator = end === span.end && wanted.replacement === undefined && (wanted.following?.length ?? 0) > 0 ? ';' : '';
  const after = (wanted.following ?? []).map((statement) => `\n${statement}`).join('');
  return [
    ...(lines(wanted.preceding) === '' ? [] : [{ span: { start: span.start, end: span.start }, newText: lines(wanted.preceding) }]),
    ...(wanted.replacement === undefined
      ? wanted.patches
      : [{ span: { start: span.start, end }, newText: asFrameworkStatement(context, wanted.replacement) }]),
    ...(after === '' ? [] : [{ span: { start: end, end }, newText: `${terminator}${after}` }]),
  ];
}

function inPlace(context: RuleContext, title: string, wanted: OutsideStatement): Fix | undefined {
  if (surrounding(wanted) > 0 && !takesSeveralOutside(context)) return split(context, title, wanted);
  return { title, safe: false, edits: aroundPatches(context, wanted).map((patch) => replaceSpan(context, patch.span, patch.newText)) };
}

function marked(context: RuleContext, title: string, wanted: OutsideStatement): Fix | undefined {
  if (surrounding(wanted) > 0 && !takesSeveralOutside(context)) return undefined;
  const mark = markEdits(context, finalText(context, wanted));
  if (mark === undefined) return undefined;
  const edits = aroundPatches(context, wanted).map((patch) => replaceSpan(context, patch.span, patch.newText));
  return { title: mark.name === '' ? title : `${title}, with ${mark.name}`, safe: false, edits: [...mark.edits, ...edits] };
}

/** The edits that make the linted file run outside a transaction with this statement in it; none where the framework sees by itself. */
function markEdits(context: RuleContext, statement: string): { readonly edits: readonly TextEdit[]; readonly name: string } | undefined {
  if (context.framework.runsOutside?.(statement)) return { edits: [], name: '' };
  const { path, direction } = context.program;
  const mark = context.framework.noTransactionMark?.(sourceText(context), direction);
  if (mark === undefined) return undefined;
  if (mark.kind === 'patch') return { edits: [replaceInSource(context, mark.patch.span, mark.patch.newText)], name: mark.name };
  const own = mark.beside(path);
  if (context.files.some((file) => file.path === own)) return undefined;
  return { edits: [createFile(own, mark.text)], name: mark.name };
}

/** Behind the COMMIT; BEGIN and COMMIT go when nothing is left between them. */
function outOfOwnTransaction(context: RuleContext, title: string, wanted: OutsideStatement): Fix | undefined {
  const members = new Set(wanted.step.transaction.statements);
  const steps = context.steps.filter((step) => members.has(step.statement.index));
  const isControl = (step: Step) => step.statement.operations.some((operation) => operation.kind === 'transaction');
  const others = steps.filter((step) => step !== wanted.step && !isControl(step));
  if (others.length === 0) {
    const controls = steps.filter(isControl).map((step) => replaceSpan(context, wholeLines(context, step.statement.span), ''));
    const patches = aroundPatches(context, wanted).map((patch) => replaceSpan(context, patch.span, patch.newText));
    return { title: `${title}, without BEGIN and COMMIT`, safe: false, edits: [...controls, ...patches] };
  }
  const commit = steps.at(-1);
  if (commit === undefined || !isControl(commit) || isNeededBehind(context, wanted.step)) return undefined;
  const { span } = wanted.step.statement;
  const moved = [...(wanted.preceding ?? []), finalText(context, wanted), ...(wanted.following ?? [])];
  const end = endWithTerminator(context, commit.statement.span);
  return {
    title: `${title}, behind the COMMIT`,
    safe: false,
    edits: [replaceSpan(context, wholeLines(context, span), ''), replaceSpan(context, { start: end, end }, `\n\n${moved.join('\n')}`)],
  };
}

/**
 * Into migrations of their own: one where the framework can run several statements outside a transaction, else one for each. A
 * statement that was alone keeps its place, so that no migration is left empty.
 */
function split(context: RuleContext, title: string, wanted: OutsideStatement): Fix | undefined {
  if (context.program.direction === 'down' || isNeededBehind(context, wanted.step)) return undefined;
  const { span } = wanted.step.statement;
  const statements = [...(wanted.preceding ?? []), finalText(context, wanted), ...(wanted.following ?? [])];
  const groups = takesSeveralOutside(context) ? [statements] : statements.map((statement) => [statement]);
  const kept = context.program.statements.length === 1 ? groups.shift() : undefined;
  const migrations = groups.map((up, position) => ({
    slug: groups.length === 1 ? wanted.slug : `${wanted.slug}_${position + 1}`,
    up,
    down: position === groups.length - 1 ? wanted.down : [],
    transactional: false,
  }));
  const made = addMigrations(context, migrations);
  if (made === undefined || groups.length === 0) return undefined;
  const added = [...(wanted.down.length === 0 ? [] : guardOldRollback(context, wanted.slug)), ...made];
  if (kept === undefined) {
    const removed = replaceSpan(context, wholeLines(context, span), '');
    return { title: `${title}, in a migration of its own`, safe: false, edits: [removed, ...added] };
  }
  const mark = wanted.step.inTransaction ? markEdits(context, kept.join('\n')) : { edits: [] };
  if (mark === undefined) return undefined;
  const replaced = replaceSpan(context, { start: span.start, end: endWithTerminator(context, span) }, kept.join('\n'));
  return { title: `${title}, the rest in a migration behind this one`, safe: false, edits: [...mark.edits, replaced, ...added] };
}
