import type { Program } from '../../model/migration';
import type { Span } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { isCode, SourceMap } from './source-map';

/**
 * The call of code above which a comment concerns what stands at an offset: the innermost call that sends it, never a place within a string.
 * The offset itself where no call is known.
 */
export function commentPlace(programs: readonly Program[], text: string, offset: number): number {
  const lines = new LineIndex(text);
  const calls: Span[] = programs.flatMap(({ unread = [] }) => unread.map(({ range }) => lines.span(range)));
  let sender: number | undefined;
  for (const program of programs.filter(isCode)) {
    const map = new SourceMap(program, text);
    for (const statement of program.statements) {
      for (const piece of map.piecesOf(statement)) {
        if (piece.call !== undefined) calls.push(piece.call);
        if (piece.path !== undefined) continue;
        if (piece.kind === 'written') calls.push(piece.source);
        // A constant above the call that sends it.
        if (contains(piece.source, offset)) sender = piece.call?.start;
      }
    }
  }
  const around = calls.filter((call) => contains(call, offset));
  const [innermost] = around.toSorted((left, right) => left.end - left.start - (right.end - right.start));
  return innermost?.start ?? sender ?? offset;
}

function contains(span: Span, offset: number): boolean {
  return span.start <= offset && offset < Math.max(span.end, span.start + 1);
}
