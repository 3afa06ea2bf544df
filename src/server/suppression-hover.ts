import type { Hover } from 'vscode-languageserver';
import { readSuppressions } from '../lint/suppressions';
import type { Position } from '../model/text';
import { LineIndex } from '../parse/lines';
import { ruleDescription } from '../rules/page';
import { ruleById } from '../rules/registry';
import { type Analysis, programsInFile, textOf } from './analysis';
import { toHover } from './to-lsp';

/** What the rule at a place in a comment that silences it finds. Undefined elsewhere. */
export function suppressionHover(analysis: Analysis, position: Position): Hover | undefined {
  const text = textOf(analysis);
  const lines = new LineIndex(text);
  const offset = lines.offset(position);
  const suppression = readSuppressions(analysis.name, text, programsInFile(analysis)).find(
    ({ span, tool }) => tool === 'faultline' && span.start <= offset && offset <= span.end,
  );
  if (suppression === undefined) return undefined;
  for (const { 0: id, index } of text.slice(suppression.span.start, suppression.span.end).matchAll(/[a-z0-9-]+/g)) {
    const start = suppression.span.start + index;
    const rule = suppression.rules.includes(id) && start <= offset && offset <= start + id.length ? ruleById(id) : undefined;
    if (rule !== undefined) return toHover(ruleDescription(rule), lines.range({ start, end: start + id.length }));
  }
  return undefined;
}
