import type { Program, RenderedPiece, Rendering, Statement } from '../../model/migration';
import type { Span } from '../../model/text';
import { LineIndex } from '../../parse/lines';

/** A program that is written in code. */
export type CodeProgram = Program & { readonly rendering: Rendering };

export function isCode(program: Program): program is CodeProgram {
  return program.rendering !== undefined;
}

const rendered = new WeakMap<CodeProgram, CodeProgram>();

/** The program as rules are to see it: its rendering is the file, and every place counts in that. */
export function asRendered<P extends Program | undefined>(program: P): P | CodeProgram {
  if (program === undefined || !isCode(program)) return program;
  const known = rendered.get(program) ?? inRendering(program);
  rendered.set(program, known);
  return known;
}

function inRendering(program: CodeProgram): CodeProgram {
  const { text } = program.rendering;
  const lines = new LineIndex(text);
  const statements = program.statements.map((statement): Statement => {
    const range = lines.range(statement.span);
    return { ...statement, range, ...(statement.unreadable && { unreadable: { ...statement.unreadable, range } }) };
  });
  return { ...program, span: { start: 0, end: text.length }, statements };
}

/** From places in a program's rendering to places in its file. */
export class SourceMap {
  constructor(
    readonly program: CodeProgram,
    /** The whole source file. */
    readonly text: string,
  ) {}

  /** The pieces that a stretch touches; for an empty one those around the place. */
  pieces({ start, end }: Span): readonly RenderedPiece[] {
    const isTouched = ({ span }: RenderedPiece) =>
      start === end ? span.start <= start && start <= span.end : span.start < end && start < span.end;
    return this.program.rendering.pieces.filter(isTouched);
  }

  piecesOf(statement: Statement): readonly RenderedPiece[] {
    return this.pieces(statement.span);
  }

  /** Where a statement stands in the program's own file, for comments beside it: the call that sends it, and the parts of that it comes from. */
  places(statement: Statement): readonly Span[] {
    const pieces = this.piecesOf(statement);
    const calls = pieces.flatMap(({ call }) => call ?? []);
    const parts = pieces.filter(({ path }) => path === undefined).map(({ source }) => source);
    const all = [...calls, ...parts];
    return all.filter((span, index) => all.findIndex((other) => other.start === span.start && other.end === span.end) === index);
  }

  /** The call that sends a statement, in the program's own file. */
  callOf(statement: Statement): Span | undefined {
    return this.piecesOf(statement).find(({ call }) => call !== undefined)?.call;
  }

  /**
   * Where a stretch of the rendering comes from in the program's own file: characters of a string, a call of a builder. Undefined when it
   * comes from another file, or from here and there.
   */
  source(span: Span): Span | undefined {
    const touched = this.pieces(span);
    if (touched.length === 0 || touched.some(({ path }) => path !== undefined)) return undefined;
    const [only] = touched;
    // Names that were put in from elsewhere, constants above the call, do not move the ends.
    const near = touched.length === 1 ? touched : touched.filter(({ source, call }) => call === undefined || isWithin(source, call));
    const first = near[0] ?? (touched.length === 1 ? only : undefined);
    const last = near.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const start = first === touched[0] ? sourceOffset(first, span.start) : first.source.start;
    const end = last === touched.at(-1) ? sourceEnd(last, span.end) : last.source.end;
    const ascends = near.every((piece, index) => index === 0 || (near[index - 1]?.source.end ?? 0) <= piece.source.end);
    return ascends && start <= end ? { start, end } : undefined;
  }
}

export function isWithin(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function sourceOffset(piece: RenderedPiece, offset: number): number {
  if (piece.kind !== 'verbatim') return piece.source.start;
  return piece.source.start + Math.min(Math.max(0, offset - piece.span.start), piece.span.end - piece.span.start);
}

function sourceEnd(piece: RenderedPiece, offset: number): number {
  return piece.kind === 'verbatim' ? sourceOffset(piece, offset) : piece.source.end;
}
