import type { RenderedPiece, Rendering } from '../../model/migration';
import type { Span } from '../../model/text';

/** Pieces that a span of the rendering touches; one that is empty touches the piece it is in, or that ends there. */
export function piecesIn(rendering: Rendering, span: Span): readonly RenderedPiece[] {
  const { pieces } = rendering;
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.span.end ?? 0) < span.start) low = middle + 1;
    else high = middle;
  }
  const found: RenderedPiece[] = [];
  for (let index = low; index < pieces.length; index++) {
    const piece = pieces[index];
    if (piece === undefined || piece.span.start > span.end) break;
    const touches = span.start === span.end ? true : piece.span.start < span.end && piece.span.end > span.start;
    if (touches) found.push(piece);
  }
  return found;
}

/** The part of a piece's source that a span of the rendering covers: to the character where it is verbatim, else all of it. */
function sourceOf(piece: RenderedPiece, span: Span): Span {
  if (piece.kind !== 'verbatim') return piece.source;
  const start = Math.max(span.start, piece.span.start) - piece.span.start;
  const end = Math.min(span.end, piece.span.end) - piece.span.start;
  return { start: piece.source.start + start, end: piece.source.start + Math.max(end, start) };
}

/**
 * Where a span of the rendering lies in the program's own file: the characters of the literal that has it; the whole call where it was
 * written for one; the call that leads there where it comes from another file. Undefined for what no piece has.
 */
export function sourceSpan(rendering: Rendering, span: Span): Span | undefined {
  const pieces = piecesIn(rendering, span);
  const [first] = pieces;
  if (first === undefined) return undefined;
  const call = first.call ?? first.source;
  const isBlankAt = (piece: RenderedPiece): boolean =>
    rendering.text.slice(Math.max(piece.span.start, span.start), Math.min(piece.span.end, span.end)).trim() === '' &&
    span.start !== span.end;
  const spoken = pieces.filter((piece) => !isBlankAt(piece));
  // Text of another file into which a word of this one was put is shown by the call.
  if (spoken.some((piece) => piece.path !== undefined)) return call;
  const inside = spoken.filter((piece) => piece.source.start >= call.start && piece.source.end <= call.end && !isWhole(piece, call));
  if (inside.length > 0) return union(inside.map((piece) => sourceOf(piece, span)));
  const literal = spoken.find((piece) => piece.kind === 'verbatim');
  if (literal === undefined || spoken.some((piece) => isWhole(piece, call))) return call;
  return union(run(spoken, literal).map((piece) => sourceOf(piece, span)));
}

function isWhole(piece: RenderedPiece, call: Span): boolean {
  return piece.source.start <= call.start && piece.source.end >= call.end;
}

/** How far apart the stretches of one literal may be: what stands between them is an expression in it. */
const maximumGap = 200;

/** The pieces that follow one another in the source, from the first on: one literal with its holes. */
function run(pieces: readonly RenderedPiece[], first: RenderedPiece): readonly RenderedPiece[] {
  const found = [first];
  let { end } = first.source;
  for (const piece of pieces.slice(pieces.indexOf(first) + 1)) {
    if (piece.source.start < end || piece.source.start > end + maximumGap) continue;
    found.push(piece);
    end = piece.source.end;
  }
  return found;
}

function union(spans: readonly Span[]): Span {
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}

/**
 * Where the same characters stand in a file, when a span of the rendering lies in one verbatim piece: an edit there is the same edit in the
 * literal. `path` is absent for the program's own file. An empty span at the end of a piece belongs to that piece.
 */
export function verbatimSource(rendering: Rendering, span: Span): { readonly span: Span; readonly path?: string } | undefined {
  const piece = piecesIn(rendering, span).find(
    (one) => one.kind === 'verbatim' && one.span.start <= span.start && one.span.end >= span.end,
  );
  if (piece === undefined) return undefined;
  const start = piece.source.start + span.start - piece.span.start;
  return { span: { start, end: start + span.end - span.start }, ...(piece.path === undefined ? {} : { path: piece.path }) };
}

/** The span of the rendering that a span of the own file was taken to, character by character; undefined where it is in no literal. */
export function renderedSpan(rendering: Rendering, source: Span): Span | undefined {
  const piece = rendering.pieces.find(
    (one) => one.kind === 'verbatim' && one.path === undefined && one.source.start <= source.start && one.source.end >= source.end,
  );
  if (piece === undefined) return undefined;
  const start = piece.span.start + source.start - piece.source.start;
  return { start, end: start + source.end - source.start };
}
