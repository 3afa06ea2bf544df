import type { Place, TextPiece, TextValue, Value } from './value';

export const emptyText: TextValue = { kind: 'text', pieces: [] };

/** Text that stands nowhere as such; `place` is what it comes from. */
export function written(text: string, place: Place): TextValue {
  return text === '' ? emptyText : { kind: 'text', pieces: [{ kind: 'written', text, source: place }] };
}

/** A stretch of source text, taken character by character. */
export function verbatim(text: string, path: string, start: number): TextPiece {
  return { kind: 'verbatim', text, source: { path, span: { start, end: start + text.length } } };
}

/** A hole, as text. */
export function hole(name: string, place: Place): TextValue {
  return { kind: 'text', pieces: [{ kind: 'hole', name, source: place }] };
}

/** The string, when all of it is known. */
export function constantText(value: Value): string | undefined {
  if (value.kind !== 'text') return undefined;
  let result = '';
  for (const piece of value.pieces) {
    if (piece.kind === 'hole') return undefined;
    result += piece.text;
  }
  return result;
}

/** One after the other. */
export function concat(...texts: readonly TextValue[]): TextValue {
  if (texts.length === 1 && texts[0] !== undefined) return texts[0];
  return { kind: 'text', pieces: texts.flatMap(({ pieces }) => pieces) };
}

/** With `separator` in between, as Array.join does. */
export function joined(texts: readonly TextValue[], separator: TextValue): TextValue {
  return { kind: 'text', pieces: texts.flatMap(({ pieces }, index) => (index === 0 ? pieces : [...separator.pieces, ...pieces])) };
}

/** Stands for one hole in the result of `flat`. */
export const holeCharacter = '\ufffc';

/** The text as one string in which each hole is one character; offsets in it are what `slice` takes. */
export function flat(text: TextValue): string {
  return text.pieces.map((piece) => (piece.kind === 'hole' ? holeCharacter : piece.text)).join('');
}

export function hasHoles(text: TextValue): boolean {
  return text.pieces.some(({ kind }) => kind === 'hole');
}

/** True for text without any character but white space; a hole is a character. */
export function isBlank(text: TextValue): boolean {
  return text.pieces.every((piece) => piece.kind !== 'hole' && piece.text.trim() === '');
}

/** Part of a text, by offsets in `flat(text)`; places stay true. */
export function slice(text: TextValue, start: number, end = Number.POSITIVE_INFINITY): TextValue {
  const pieces: TextPiece[] = [];
  let offset = 0;
  for (const piece of text.pieces) {
    const length = piece.kind === 'hole' ? 1 : piece.text.length;
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, length);
    offset += length;
    if (from < to) pieces.push(cut(piece, from, to));
    if (offset >= end) break;
  }
  return { kind: 'text', pieces };
}

function cut(piece: TextPiece, from: number, to: number): TextPiece {
  if (piece.kind === 'hole' || (from === 0 && to === piece.text.length)) return piece;
  const part = piece.text.slice(from, to);
  if (piece.kind === 'written') return { ...piece, text: part };
  return verbatim(part, piece.source.path, piece.source.span.start + from);
}

/** Each known stretch replaced by what `change` makes of it; where that is the same the place stays true. */
export function mapped(text: TextValue, change: (part: string) => string): TextValue {
  const pieces = text.pieces.flatMap((piece): TextPiece[] => {
    if (piece.kind === 'hole') return [piece];
    const changed = change(piece.text);
    if (changed === piece.text) return [piece];
    return changed === '' ? [] : [{ kind: 'written', text: changed, source: piece.source }];
  });
  return { kind: 'text', pieces };
}

/** Where a text begins in the code, for what is derived from it. */
export function placeOfText(text: TextValue): Place | undefined {
  return text.pieces[0]?.source;
}

/**
 * What String(value) gives, as far as it is known: text as it is, primitives as their digits, arrays joined by commas. Undefined for all
 * that has no text of its own (objects, functions, natives, unknown values).
 */
export function textOfValue(value: Value): TextValue | undefined {
  if (value.kind === 'text') return value;
  if (value.kind === 'primitive') return value.source === undefined ? undefined : written(String(value.value), value.source);
  return undefined;
}
