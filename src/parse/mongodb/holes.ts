import type { Span } from '../../model/text';

interface Hole {
  readonly name: string;
  readonly span: Span;
}

/**
 * Text in which `${name}` may stand for anything: a value, the name of a field or of a collection, a part of either. That is no JavaScript,
 * so each becomes an identifier of the same length before it is parsed; all offsets stay as they are.
 */
export class MaskedText {
  /** For the parser. */
  readonly text: string;
  private readonly holes: readonly Hole[];

  constructor(readonly original: string) {
    const holes: Hole[] = [];
    this.text = original.replace(/(?<!\\)\$\{([^{}\n\r]*)\}/g, (all: string, name: string, offset: number) => {
      holes.push({ name: name.trim(), span: { start: offset, end: offset + all.length } });
      return '$'.padEnd(all.length, '_');
    });
    this.holes = holes;
  }

  /** Whether some hole lies in these places. */
  hasHole(span: Span): boolean {
    return this.first(span) !== undefined;
  }

  /** The names of the holes in these places, each once. */
  namesIn(span: Span): string[] {
    const names = new Set<string>();
    for (let at = this.indexFrom(span.start); at < this.holes.length; at++) {
      const found = this.holes[at];
      if (found === undefined || found.span.end > span.end) break;
      names.add(found.name);
    }
    return [...names];
  }

  /** The name of the hole that is all of this; else what stands there, on one line and shortened. */
  nameOf(span: Span): string {
    const found = this.first(span);
    if (found !== undefined && found.span.start === span.start && found.span.end === span.end) return found.name;
    const line = this.original.slice(span.start, span.end).replace(/\s+/g, ' ').replaceAll('${', '').replaceAll('}', '');
    return line.length > 60 ? `${line.slice(0, 57)}...` : line;
  }

  private first(span: Span): Hole | undefined {
    const found = this.holes[this.indexFrom(span.start)];
    return found !== undefined && found.span.end <= span.end ? found : undefined;
  }

  private indexFrom(offset: number): number {
    let low = 0;
    let high = this.holes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.holes[middle]?.span.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
