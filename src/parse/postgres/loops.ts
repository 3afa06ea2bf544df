import type { Span } from '../../model/text';
import { type Token, tokenize } from './lexer';
import { beforeStatements } from './nested';

/** A loop of a PL/pgSQL body, from its first word to its END LOOP. */
export interface Loop extends Span {
  /** What it goes through: the rows of a query, whatever its condition or its EXIT lets through, or a list, a range, or what can't be read. */
  readonly over: 'query' | 'condition' | 'list';
  /** The text of the query. */
  readonly query?: string;
}

/** The loops of a body, an outer one before those inside of it (manual, PL/pgSQL, "Simple Loops", "Looping Through Query Results"). */
export function loopsOf(text: string, body: Span): readonly Loop[] {
  const tokens = tokenize(text, body.start, body.end).filter(({ kind }) => kind !== 'comment');
  const found: Loop[] = [];
  const open: number[] = [];
  for (const [place, token] of tokens.entries()) {
    if (token.word !== 'loop') continue;
    if (tokens[place - 1]?.word === 'end') {
      const begun = open.pop();
      const loop = begun === undefined ? undefined : found[begun];
      if (begun !== undefined && loop !== undefined) found[begun] = { ...loop, end: token.end };
      continue;
    }
    open.push(found.length);
    found.push({ ...header(text, tokens, place), end: body.end });
  }
  return found;
}

/** What stands before LOOP: back to the word that begins the statement, as a query may have CASE ... THEN in it. */
function header(text: string, tokens: readonly Token[], loop: number): Omit<Loop, 'end'> {
  const starts = (place: number) => beforeStatements.has(tokens[place - 1]?.word ?? ';');
  const own = tokens[loop]?.start ?? 0;
  if (starts(loop)) return { over: 'condition', start: own };
  const first = tokens.findLastIndex(({ word }, place) => place < loop && /^(?:for|foreach|while)$/.test(word) && starts(place));
  const start = tokens[first]?.start ?? own;
  if (tokens[first]?.word === 'while') return { over: 'condition', start };
  const within = tokens.findIndex(({ word }, place) => place > first && place < loop && word === 'in');
  const begin = tokens[within + 1];
  const isQuery = tokens[first]?.word === 'for' && within !== -1 && /^(?:select|with|\()$/.test(begin?.word ?? '');
  return isQuery ? { over: 'query', start, query: text.slice(begin?.start, own).trim() } : { over: 'list', start };
}
