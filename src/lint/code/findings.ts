import type { Finding, Fix } from '../../model/finding';
import type { Statement } from '../../model/migration';
import type { Range, Span, TextEdit } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { mapEdits } from './edits';
import type { Target } from './parts';
import type { SourceMap } from './source-map';

/** A finding in the file, with the statement that it is about. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly statement?: Statement;
}

/** Carries findings of a rendering over to the file, with those of their fixes that have a counterpart there. */
export class FindingMapper {
  private readonly rendered: LineIndex;
  private readonly lines: LineIndex;

  constructor(
    private readonly map: SourceMap,
    private readonly target: Target,
  ) {
    this.rendered = new LineIndex(map.program.rendering.text);
    this.lines = new LineIndex(map.text);
  }

  finding(finding: Finding): PlacedFinding {
    const span = this.rendered.span(finding.range);
    const statement = this.statementAt(span);
    const fixes = finding.fixes.flatMap((fix) => this.fix(fix) ?? []);
    return { finding: { ...finding, range: this.range(span, statement), fixes }, ...(statement && { statement }) };
  }

  /** The lines of a call say enough in the first of them: no squiggle under a page. */
  private range(span: Span, statement: Statement | undefined): Range {
    // Of a call whose text was written for it, stretches that are the same in both would be a torn place.
    const call =
      statement !== undefined && statement.span.start === span.start && isCall(statement) ? this.map.callOf(statement) : undefined;
    if (call !== undefined) return this.firstLine(this.lines.range(call));
    const source = this.map.source(span);
    if (source === undefined) return statement === undefined ? this.lines.range(this.map.program.span) : this.firstLine(statement.range);
    const range = this.lines.range(source);
    return this.map.pieces(span).every(({ kind }) => kind === 'verbatim') ? range : this.firstLine(range);
  }

  private firstLine({ start, end }: Range): Range {
    if (start.line === end.line) return { start, end };
    const { start: offset } = this.lines.span({ start, end });
    const line = /^[^\r\n]*/.exec(this.map.text.slice(offset))?.[0].trimEnd() ?? '';
    return this.lines.range({ start: offset, end: offset + line.length });
  }

  private statementAt({ start }: Span): Statement | undefined {
    const { statements } = this.map.program;
    return statements.find(({ span }) => span.start <= start && start < span.end) ?? statements.find(({ span }) => start <= span.start);
  }

  /** Edits that name a file count in that file already; the others in the rendering. */
  private fix(fix: Fix): Fix | undefined {
    const inRendering = fix.edits.filter(({ path }) => path === undefined);
    // What is written in code as a call or a literal has no counterpart in other files.
    if (inRendering.length > 0 && !isCodePath(this.map.program.path)) return undefined;
    const mapped = mapEdits(
      inRendering.map(({ range, newText }) => ({ span: this.rendered.span(range), newText })),
      this.map,
      this.target,
    );
    if (mapped === undefined) return undefined;
    const own = mapped.edits.map(({ span, newText }): TextEdit => ({ range: this.lines.range(span), newText }));
    return { ...fix, safe: fix.safe && !mapped.wantsReading, edits: [...fix.edits.flatMap((edit) => this.inFile(edit)), ...own] };
  }

  private inFile(edit: TextEdit): readonly TextEdit[] {
    const { path, ...rest } = edit;
    if (path === undefined) return [];
    return [path === this.map.program.path ? rest : edit];
  }
}

function isCodePath(path: string): boolean {
  return /\.[cm]?[jt]s$/i.test(path);
}

/** Sent by a call of its own, not as a text that stands in a string. */
function isCall({ operations }: Statement): boolean {
  return operations.some(({ kind }) => kind === 'document command');
}
