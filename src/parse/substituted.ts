import type { Span } from '../model/text';

/** One stretch of source text that was replaced: where it was, and where its value now is. */
export interface Replacement {
  readonly source: Span;
  readonly sent: Span;
}

/** Text with its known placeholders replaced, and the way back to the places in the file. */
export class SubstitutedText {
  constructor(
    readonly text: string,
    private readonly replacements: readonly Replacement[],
  ) {}

  get isReplaced(): boolean {
    return this.replacements.length > 0;
  }

  /** The span of the source that became `span`. A boundary inside a replaced value widens to the whole placeholder. */
  toSource(span: Span): Span {
    return { start: this.sourceOffset(span.start, 'start'), end: this.sourceOffset(span.end, 'end') };
  }

  private sourceOffset(offset: number, side: 'start' | 'end'): number {
    let low = 0;
    let high = this.replacements.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.replacements[middle]?.sent.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const previous = this.replacements[low - 1];
    if (previous === undefined) return offset;
    if (offset < previous.sent.end) return side === 'start' ? previous.source.start : previous.source.end;
    return previous.source.end + (offset - previous.sent.end);
  }
}

/**
 * Replaces `${name}` whose value is known, everywhere: tools that replace placeholders do it on the text, inside of string literals and
 * routines too. Unknown ones stay as they are. The `mysql` client and mongosh have no variables of their own.
 */
export function substituteBraced(text: string, placeholders: Readonly<Record<string, string>>): SubstitutedText {
  if (Object.keys(placeholders).length === 0 || !text.includes('${')) return new SubstitutedText(text, []);
  const replacements: Replacement[] = [];
  let sent = '';
  let last = 0;
  for (const match of text.matchAll(/\$\{([^{}\n]*)\}/g)) {
    const name = match[1] ?? '';
    const value = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
    if (value === undefined) continue;
    sent += text.slice(last, match.index);
    const start = sent.length;
    sent += value;
    last = match.index + match[0].length;
    replacements.push({ source: { start: match.index, end: last }, sent: { start, end: sent.length } });
  }
  return new SubstitutedText(replacements.length === 0 ? text : sent + text.slice(last), replacements);
}
