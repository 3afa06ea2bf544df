import { sourceSpan } from '../../code/sql/places';
import type { Program, ProgramExecution, RenderedPiece, Statement, UnreadCall } from '../../model/migration';
import type { ReadOptions } from '../../model/run-protocol';
import type { Span } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { readRequests } from '../../parse/read';

/** A stretch of SQL, and where it stands: for the change that sends it, or character by character. */
export interface SentText {
  readonly text: string;
  readonly source: Span;
  readonly kind: 'verbatim' | 'written';
  /** Absent for the changelog's own file. */
  readonly path?: string;
}

/** What one change sends. */
interface Sent {
  readonly span: Span;
  /** Liquibase does not cut it at semicolons. */
  readonly isWhole: boolean;
}

/** Gathers what the changes of a changeset send into one text of SQL, with the way back to their places. */
export class ChangesetRendering {
  private text = '';
  private readonly pieces: RenderedPiece[] = [];
  private readonly sent: Sent[] = [];
  private readonly unread: UnreadCall[] = [];
  private readonly lines: LineIndex;

  constructor(
    private readonly path: string,
    private readonly source: string,
  ) {
    this.lines = new LineIndex(source);
  }

  get isEmpty(): boolean {
    return this.sent.length === 0 && this.unread.length === 0;
  }

  /** `change`: the whole element. */
  add(texts: readonly SentText[], change: Span, isWhole: boolean): void {
    const start = this.text.length;
    for (const { text, ...place } of texts) {
      const from = this.text.length;
      this.text += text;
      this.pieces.push({ span: { start: from, end: this.text.length }, call: change, ...place });
    }
    this.sent.push({ span: { start, end: this.text.length }, isWhole });
    this.text += ';\n';
  }

  leaveOut(change: Span, why: string): void {
    const shown = /^[^\r\n]*/.exec(this.source.slice(change.start, change.end))?.[0] ?? '';
    const end = change.start + shown.trimEnd().length;
    const text = shown.length > 80 ? `${shown.slice(0, 77).trimEnd()}...` : shown.trimEnd();
    this.unread.push({ range: this.lines.range({ start: change.start, end }), text, why });
  }

  program(direction: 'up' | 'down', span: Span, execution: ProgramExecution, options: ReadOptions): Program {
    const rendering = { text: this.text, pieces: this.pieces };
    const rendered = new LineIndex(this.text);
    const spans = this.sent.map((each) => each.span);
    const requests = readRequests(this.text, spans, options);
    const place = (own: Span, change: Span) => this.lines.range(sourceSpan(rendering, own) ?? change);
    const groups: number[][] = [];
    const statements = requests.flatMap((request, index): Statement[] => {
      const numbers = request.map((statement) => statement.index);
      if (this.sent[index]?.isWhole) groups.push(numbers);
      else groups.push(...numbers.map((number) => [number]));
      return request.map((statement) => {
        const { unreadable } = statement;
        return {
          ...statement,
          range: place(statement.span, span),
          ...(unreadable && { unreadable: { ...unreadable, range: place(rendered.span(unreadable.range), span) } }),
        };
      });
    });
    const own = groups.filter((group) => group.length > 0);
    return {
      direction,
      path: this.path,
      span,
      statements,
      execution: { ...execution, ...(own.some((group) => group.length > 1) && { groups: own }) },
      rendering,
      unread: this.unread,
    };
  }
}
