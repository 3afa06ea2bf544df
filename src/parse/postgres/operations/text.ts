import type { Span } from '../../../model/text';
import type { StatementSource } from '../source';

/** Number of the first token that begins at or after an offset. */
export function tokenAt({ tokens }: StatementSource, offset: number): number {
  const { starts } = tokens;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Number of the first token from `index` on that is one of these words outside brackets; undefined when an element ends before it. */
export function findWord(
  { tokens: { words } }: StatementSource,
  index: number,
  wanted: readonly string[],
  acrossCommas = false,
): number | undefined {
  let depth = 0;
  for (let at = index; at < words.length; at++) {
    const word = words[at] ?? '';
    if (depth === 0 && wanted.includes(word)) return at;
    if (word === '(' || word === '[') depth++;
    else if (word === ')' || word === ']') depth--;
    if (depth < 0 || (depth === 0 && word === ',' && !acrossCommas)) return undefined;
  }
  return undefined;
}

/**
 * The stretch from token `index` to the end of its element: before a comma or a closing bracket at its level, before an offset in
 * `stops`, before one of `endings`, or at the end of the statement.
 */
export function element(
  { tokens: { words, starts, ends }, text }: StatementSource,
  index: number,
  stops: readonly number[] = none,
  endings: readonly string[] = none,
): Span {
  const start = starts[index] ?? text.length;
  let end = start;
  let depth = 0;
  for (let at = index; at < words.length; at++) {
    const word = words[at] ?? '';
    if (depth === 0 && at > index && (stops.includes(starts[at] ?? 0) || endings.includes(word))) break;
    if (word === '(' || word === '[') depth++;
    else if (word === ')' || word === ']') depth--;
    if (depth < 0 || (depth === 0 && word === ',')) break;
    end = ends[at] ?? end;
  }
  return { start, end };
}

const none: readonly never[] = [];

/** What stands between the bracket at token `index` and its partner, without the brackets. */
export function bracketed({ tokens: { words, starts, ends }, text }: StatementSource, index: number): Span | undefined {
  const start = ends[index];
  if (start === undefined || words[index] !== '(') return undefined;
  let depth = 0;
  for (let at = index; at < words.length; at++) {
    const word = words[at];
    if (word === '(') depth++;
    else if (word === ')') depth--;
    if (depth === 0) return { start, end: starts[at] ?? text.length };
  }
  return undefined;
}

/** The elements of a comma-separated list that lies in `span`. */
export function listItems(source: StatementSource, span: Span): Span[] {
  const { words, starts } = source.tokens;
  const items: Span[] = [];
  let index = tokenAt(source, span.start);
  while ((starts[index] ?? span.end) < span.end) {
    const item = element(source, index);
    if (item.end > item.start) items.push({ start: item.start, end: Math.min(item.end, span.end) });
    index = tokenAt(source, Math.max(item.end, (starts[index] ?? 0) + 1));
    if (words[index] === ',') index++;
  }
  return items;
}

export function slice(source: StatementSource, span: Span): string {
  return source.text.slice(span.start, span.end).trim();
}

/** The end of token `index` as an offset of the file, moved over one space: words can be inserted there. */
export function insertionAfter(source: StatementSource, index: number): number | undefined {
  const next = source.tokens.starts[index + 1];
  return next === undefined ? undefined : source.fileSpan({ start: next, end: next }).start;
}
