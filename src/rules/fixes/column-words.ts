import type { Span } from '../../model/text';
import type { RuleContext } from '../context';
import { statementTokens } from '../edits';
import type { Patch } from './patches';

/** Takes the words NOT NULL out of a column's definition, with the space before them. Empty when they are not there. */
export function withoutNotNull(context: RuleContext, span: Span): readonly Patch[] {
  const tokens = statementTokens(context, span);
  const position = tokens.findIndex((token, at) => token.word === 'not' && tokens[at + 1]?.word === 'null');
  const first = tokens[position];
  const last = tokens[position + 1];
  if (first === undefined || last === undefined) return [];
  return [{ span: { start: tokens[position - 1]?.end ?? first.start, end: last.end }, newText: '' }];
}
