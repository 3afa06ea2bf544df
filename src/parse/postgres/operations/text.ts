import type { Span } from '../../../model/text';
import type { Token } from '../lexer';
import type { StatementSource } from '../source';

/** Number of the first token that begins at or after an offset. */
export function tokenAt(source: StatementSource, offset: number): number {
  const tokens = source.tokens();
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function token(source: StatementSource, index: number): Token | undefined {
  return source.tokens()[index];
}

/** Number of the first token from `index` on that is one of these words outside brackets; undefined when an element ends before it. */
export function findWord(source: StatementSource, index: number, words: readonly string[], acrossCommas = false): number | undefined {
  const tokens = source.tokens();
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const word = tokens[at]?.word ?? '';
    if (depth === 0 && words.includes(word)) return at;
    if (word === '(' || word === '[') depth++;
    else if (word === ')' || word === ']') depth--;
    if (depth < 0 || (depth === 0 && word === ',' && !acrossCommas)) return undefined;
  }
  return undefined;
}

/**
 * The stretch from token `index` to the end of its element: before a comma or a closing bracket at its level, before an offset in
 * `stops`, before one of `words`, or at the end of the statement.
 */
export function element(source: StatementSource, index: number, stops: readonly number[] = [], words: readonly string[] = []): Span {
  const tokens = source.tokens();
  const start = tokens[index]?.start ?? source.text.length;
  let end = start;
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const found = tokens[at];
    if (found === undefined || (depth === 0 && at > index && (stops.includes(found.start) || words.includes(found.word)))) break;
    if (found.word === '(' || found.word === '[') depth++;
    else if (found.word === ')' || found.word === ']') depth--;
    if (depth < 0 || (depth === 0 && found.word === ',')) break;
    end = found.end;
  }
  return { start, end };
}

/** What stands between the bracket at token `index` and its partner, without the brackets. */
export function bracketed(source: StatementSource, index: number): Span | undefined {
  const tokens = source.tokens();
  const open = tokens[index];
  if (open?.word !== '(') return undefined;
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const word = tokens[at]?.word ?? '';
    if (word === '(') depth++;
    if (word === ')') depth--;
    if (depth === 0) return { start: open.end, end: tokens[at]?.start ?? source.text.length };
  }
  return undefined;
}

/** The elements of a comma-separated list that lies in `span`. */
export function listItems(source: StatementSource, span: Span): Span[] {
  const items: Span[] = [];
  let index = tokenAt(source, span.start);
  while ((token(source, index)?.start ?? span.end) < span.end) {
    const item = element(source, index);
    if (item.end > item.start) items.push({ start: item.start, end: Math.min(item.end, span.end) });
    index = tokenAt(source, Math.max(item.end, (token(source, index)?.start ?? 0) + 1));
    if (token(source, index)?.word === ',') index++;
  }
  return items;
}

export function slice(source: StatementSource, span: Span): string {
  return source.text.slice(span.start, span.end).trim();
}

/** The end of token `index` as an offset of the file, moved over one space: words can be inserted there. */
export function insertionAfter(source: StatementSource, index: number): number | undefined {
  const next = token(source, index + 1);
  return next === undefined ? undefined : source.fileSpan({ start: next.start, end: next.start }).start;
}
