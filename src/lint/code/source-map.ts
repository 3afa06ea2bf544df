import { piecesIn, sourceSpan } from '../../code/sql/places';
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
  pieces(span: Span): readonly RenderedPiece[] {
    return piecesIn(this.program.rendering, span);
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

  /** Where a stretch of the rendering comes from in the program's own file; undefined for what stands nowhere. */
  source(span: Span): Span | undefined {
    return sourceSpan(this.program.rendering, span);
  }
}

export function isWithin(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
