import { flat, slice } from '../../code/text';
import type { TextPiece, TextValue } from '../../code/value';

/**
 * Puts values in place of marks in a text (`?`, `:name`, `{name}`), as tools do before they send it. What is between them keeps its places.
 * `value` gives what is written for a match; undefined leaves the mark as it is.
 */
export function replaceMarks(text: TextValue, mark: RegExp, value: (match: RegExpExecArray) => TextValue | undefined): TextValue {
  const plain = flat(text);
  const pieces: TextPiece[] = [];
  let last = 0;
  for (const match of plain.matchAll(mark)) {
    const replacement = value(match);
    if (replacement === undefined) continue;
    pieces.push(...slice(text, last, match.index).pieces, ...replacement.pieces);
    last = match.index + match[0].length;
  }
  if (last === 0) return text;
  return { kind: 'text', pieces: [...pieces, ...slice(text, last).pieces] };
}
