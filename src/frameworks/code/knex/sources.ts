import type { NativeCall } from '../../../code/native';
import { holeMark, writtenText } from '../../../code/plain';
import { concat } from '../../../code/text';
import type { Place, TextPiece, TextValue } from '../../../code/value';

/**
 * SQL that became a part of other SQL keeps the place that it comes from: `\ue002 place \ue003 text \ue004`. As the marks of holes do, these
 * survive concatenation, so that all that writes SQL are functions over strings.
 */
const opening = '\ue002';
const middle = '\ue003';
const closing = '\ue004';

/** A text as a part of another. */
export function embedded(text: TextValue): string {
  return text.pieces
    .map((piece) => (piece.kind === 'hole' ? holeMark(piece.name) : sourced(piece.text, piece.source, piece.kind === 'verbatim')))
    .join('');
}

/** Text that was written for the call at this place, as a part of another. */
export function sourced(text: string, { path, span }: Place, isVerbatim = false): string {
  return `${opening}${isVerbatim ? 1 : 0}|${span.start}|${span.end}|${path}${middle}${text}${closing}`;
}

/** The text without the marks. */
export function withoutSources(text: string): string {
  return text.includes(opening) ? text.replace(/\ue002[^\ue003]*\ue003|\ue004/g, '') : text;
}

/** The text with places: that of its innermost mark, else `place`. */
export function placedText(text: string, place: Place): TextValue {
  if (!text.includes(opening)) return writtenText(text, place);
  const parts: TextValue[] = [];
  const around: { readonly place: Place; readonly isVerbatim: boolean }[] = [];
  let last = 0;
  const add = (end: number): void => {
    const current = around.at(-1);
    const own = writtenText(text.slice(last, end), current?.place ?? place);
    parts.push(current?.isVerbatim === true ? { kind: 'text', pieces: own.pieces.map(verbatimPiece) } : own);
  };
  for (const mark of text.matchAll(/\ue002([^\ue003]*)\ue003|\ue004/g)) {
    add(mark.index);
    last = mark.index + mark[0].length;
    if (mark[1] === undefined) around.pop();
    else around.push(placeIn(mark[1]));
  }
  add(text.length);
  return concat(...parts);
}

function placeIn(mark: string): { readonly place: Place; readonly isVerbatim: boolean } {
  const [kind, start, end, ...path] = mark.split('|');
  return { place: { path: path.join('|'), span: { start: Number(start), end: Number(end) } }, isVerbatim: kind === '1' };
}

/** The same characters as at the place, unless something was put in between. */
function verbatimPiece(piece: TextPiece): TextPiece {
  if (piece.kind !== 'written' || piece.text.length !== piece.source.span.end - piece.source.span.start) return piece;
  return { kind: 'verbatim', text: piece.text, source: piece.source };
}

/** A call behind others of a chain, without them: from its own name to its end. */
export function ownLink({ machine, place, argPlaces }: NativeCall, name: string): Place {
  const [first] = argPlaces;
  if (first === undefined || first.path !== place.path) return place;
  const start = machine.code(place.path).text.lastIndexOf(name, first.span.start);
  const { end } = place.span;
  return start > place.span.start ? machine.partOf(place, { start, end }) : place;
}
