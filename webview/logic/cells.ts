import type { PlannedCell, Verdict } from '../../src/model/fault';
import type { CellResult } from '../../src/model/simulation';
import { faultWords, pointWords, verdictsBySeverity, verdictWords } from '../../src/model/words';
import type { Run } from './panel-state';

/** What is known about one cell. A collapsed cell shows the result of the one that was run in its place. */
export type CellView =
  | { readonly kind: 'pending' }
  | { readonly kind: 'impossible'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string; readonly result: CellResult }
  | { readonly kind: 'done'; readonly verdict: Verdict; readonly result: CellResult };

/** Looks at `cell` as the run knows it now. */
export function viewCell(run: Run, cell: PlannedCell): CellView {
  if (cell.impossible !== undefined) return { kind: 'impossible', why: cell.impossible };
  const own = run.results[cell.id];
  const representative = cell.sameAs === undefined ? undefined : run.results[cell.sameAs];
  const result = own === undefined ? representative : { ...representative, ...own };
  if (result === undefined) return { kind: 'pending' };
  if (result.status === 'impossible') return { kind: 'impossible', why: result.why ?? 'This fault cannot strike here.' };
  if (result.verdict === undefined || result.status === 'failed') {
    return { kind: 'failed', why: result.why ?? 'It ended without a verdict.', result };
  }
  return { kind: 'done', verdict: result.verdict, result };
}

/** `crash after statement 2`; several points of one fault in one: `crash before or after statement 2`. */
export function cellName(cells: readonly PlannedCell[]): string {
  const [first, ...others] = cells;
  if (first === undefined) return '';
  const kinds = [first, ...others].map((cell) => cell.point.kind);
  // A refused statement is not something that happens before it.
  const words = first.fault === 'error' ? pointWords(first.point).replace(/^before (?=statement)/, 'at ') : pointWords(first.point);
  const place = others.length === 0 ? words : words.replace(first.point.kind, kinds.join(' or '));
  return `${faultWords[first.fault].label} ${place}`;
}

/** What a cell came to, in words: `broken`, `impossible`, `not run yet`. */
export function viewWords(view: CellView): string {
  switch (view.kind) {
    case 'pending':
      return 'not run yet';
    case 'impossible':
      return `impossible. ${view.why}`;
    case 'failed':
      return `could not be carried out. ${view.why}`;
    case 'done':
      return verdictWords[view.verdict].label;
  }
}

/** Neither before nor after with a clean history: something has to be done. */
export function isPartial(verdict: Verdict): boolean {
  return verdict !== 'rolled-back' && verdict !== 'complete';
}

/** How many cells have an answer, of how many; impossible ones have theirs from the start. */
export function progressOf(run: Run): { readonly done: number; readonly total: number } {
  const possible = run.cells.filter((cell) => cell.impossible === undefined);
  return { done: possible.filter((cell) => viewCell(run, cell).kind !== 'pending').length, total: possible.length };
}

/**
 * What a reader should look at before anything else: the worst verdict, there what has no proven way out, there what differs most. The
 * same choice as in the reports (src/report/assessment.ts). None when nothing has to be repaired.
 */
export function worstCell(run: Run): PlannedCell | undefined {
  const candidates = run.cells.flatMap((cell) => {
    const view = viewCell(run, cell);
    if (view.kind !== 'done' || cell.sameAs !== undefined || !isPartial(view.verdict)) return [];
    const { recovery, differsFromBefore = [], differsFromAfter = [] } = view.result;
    const unproven = recovery === undefined ? 0 : Number(!recovery.back.verified) + Number(!recovery.forward.verified);
    const differences = differsFromBefore.length + differsFromAfter.length;
    return [{ cell, severity: verdictsBySeverity.indexOf(view.verdict), unproven, differences }];
  });
  candidates.sort(
    (left, right) => left.severity - right.severity || right.unproven - left.unproven || right.differences - left.differences,
  );
  return candidates[0]?.cell;
}
