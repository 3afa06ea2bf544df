import type { Position, Range, Span } from '../model/text';

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Turns offsets into positions and back, as LSP counts: UTF-16 code units, and `\n`, `\r\n` and a lone `\r` each end a line
 * (LSP specification, "Text Documents").
 */
export class LineIndex {
  /** Offset of the first character of each line. */
  private readonly starts: readonly number[];
  private readonly hasReturns: boolean;
  private readonly length: number;

  constructor(private readonly text: string) {
    this.hasReturns = text.includes('\r');
    this.starts = this.hasReturns ? startsAfterAnyBreak(text) : startsAfterFeeds(text);
    this.length = text.length;
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** The position of an offset; offsets outside the text are moved to its nearest end. */
  position(offset: number): Position {
    const wanted = Math.min(Math.max(offset, 0), this.length);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    // Between the two characters of a line break is behind the end of the line, which no position is.
    const reached = this.hasReturns ? Math.min(wanted, this.lineEnd(low)) : wanted;
    return { line: low, character: reached - (this.starts[low] ?? 0) };
  }

  /** The offset of a position. A character beyond the line's end is the line's end, before its line break. */
  offset(position: Position): number {
    if (position.line < 0) return 0;
    const start = this.starts[position.line];
    if (start === undefined) return this.length;
    return Math.min(start + Math.max(position.character, 0), this.lineEnd(position.line));
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(span.end) };
  }

  span(range: Range): Span {
    return { start: this.offset(range.start), end: this.offset(range.end) };
  }

  private lineEnd(line: number): number {
    const next = this.starts[line + 1];
    if (next === undefined) return this.length;
    const isPair = this.text.charCodeAt(next - 1) === lineFeed && this.text.charCodeAt(next - 2) === carriageReturn;
    return next - (isPair && next - 2 >= (this.starts[line] ?? 0) ? 2 : 1);
  }
}

/** The common case: the engine looks for a character faster than code can go through a text. */
function startsAfterFeeds(text: string): number[] {
  const starts = [0];
  for (let feed = text.indexOf('\n'); feed !== -1; feed = text.indexOf('\n', feed + 1)) starts.push(feed + 1);
  return starts;
}

function startsAfterAnyBreak(text: string): number[] {
  const starts = [0];
  for (let offset = 0; offset < text.length; offset++) {
    const code = text.charCodeAt(offset);
    if (code !== lineFeed && code !== carriageReturn) continue;
    if (code === carriageReturn && text.charCodeAt(offset + 1) === lineFeed) offset++;
    starts.push(offset + 1);
  }
  return starts;
}

/** The white space that the line of an offset begins with, as far as it stands before the offset. */
export function indentationAt(text: string, offset: number): string {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}
