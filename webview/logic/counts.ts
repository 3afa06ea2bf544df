import type { Verdict } from '../../src/model/fault';
import { verdictsBySeverity } from '../../src/model/words';
import { viewCell } from './cells';
import type { Run } from './panel-state';

export interface Counts {
  /** Verdicts that occur, mildest first. */
  readonly verdicts: readonly { readonly verdict: Verdict; readonly count: number }[];
  readonly impossible: number;
  readonly failed: number;
  /** Cells with a verdict. */
  readonly answered: number;
}

/** How often each verdict occurs, the collapsed cells included: the same numbers that the matrix shows. */
export function countCells(run: Run): Counts {
  const byVerdict = new Map<Verdict, number>();
  let impossible = 0;
  let failed = 0;
  for (const cell of run.cells) {
    const view = viewCell(run, cell);
    if (view.kind === 'impossible') impossible++;
    if (view.kind === 'failed') failed++;
    if (view.kind === 'done') byVerdict.set(view.verdict, (byVerdict.get(view.verdict) ?? 0) + 1);
  }
  const verdicts = [...verdictsBySeverity].reverse().flatMap((verdict) => {
    const count = byVerdict.get(verdict) ?? 0;
    return count === 0 ? [] : [{ verdict, count }];
  });
  return { verdicts, impossible, failed, answered: verdicts.reduce((sum, { count }) => sum + count, 0) };
}
