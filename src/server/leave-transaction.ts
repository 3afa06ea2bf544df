import type { Program } from '../model/migration';
import type { TextEdit } from '../model/text';
import { LineIndex } from '../parse/lines';
import { type Analysis, textOf } from './analysis';
import { plainText, type SafePattern } from './safe-patterns';

/**
 * What else has to be written for a pattern that can't run inside a transaction: the framework's mark, where it opens one. Undefined where
 * the pattern would be refused: beside other statements, whose transaction would be taken from them, or where there is no such mark.
 */
export function leaveTransaction(
  analysis: Analysis,
  program: Program,
  pattern: SafePattern,
  others: boolean,
): readonly TextEdit[] | undefined {
  const { wrapped, requests } = program.execution;
  if (!wrapped) return others && requests === 'single-request' ? undefined : [];
  if (others) return undefined;
  const { framework } = analysis;
  const text = textOf(analysis);
  if (framework.runsOutside?.(plainText(pattern)) === true) return [];
  const mark = framework.noTransactionMark?.(text, program.direction);
  return mark?.kind === 'patch' ? [{ range: new LineIndex(text).range(mark.patch.span), newText: mark.patch.newText }] : undefined;
}
