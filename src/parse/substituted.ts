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

/** How a framework writes placeholders where it has a form of its own: `{{name}}`. Names are the same in upper and lower case (Flyway). */
export interface PlaceholderForm {
  readonly prefix: string;
  readonly suffix: string;
}

const braced: PlaceholderForm = { prefix: '${', suffix: '}' };

/**
 * Replaces `${name}` whose value is known, everywhere: tools that replace placeholders do it on the text, inside of string literals and
 * routines too. Unknown ones stay as they are. The `mysql` client and mongosh have no variables of their own.
 */
export function substituteBraced(text: string, placeholders: Readonly<Record<string, string>>): SubstitutedText {
  if (Object.keys(placeholders).length === 0) return new SubstitutedText(text, []);
  return replaced(text, braced, (name) => (Object.hasOwn(placeholders, name) ? placeholders[name] : undefined));
}

/** The same for a form of a framework's own. What has no value becomes `${name}`, as which the readers know placeholders. */
export function substituteForm(text: string, placeholders: Readonly<Record<string, string>>, form: PlaceholderForm): SubstitutedText {
  const values = new Map(Object.entries(placeholders).map(([name, value]) => [name.toLowerCase(), value]));
  const isBraced = form.prefix === braced.prefix && form.suffix === braced.suffix;
  return replaced(text, form, (name) => values.get(name.toLowerCase()) ?? (isBraced ? undefined : `\${${name}}`));
}

function replaced(text: string, form: PlaceholderForm, valueFor: (name: string) => string | undefined): SubstitutedText {
  if (!text.includes(form.prefix)) return new SubstitutedText(text, []);
  const replacements: Replacement[] = [];
  let sent = '';
  let last = 0;
  for (const match of text.matchAll(new RegExp(`${escaped(form.prefix)}([^{}\\n]*?)${escaped(form.suffix)}`, 'g'))) {
    const value = valueFor(match[1] ?? '');
    if (value === undefined) continue;
    sent += text.slice(last, match.index);
    const start = sent.length;
    sent += value;
    last = match.index + match[0].length;
    replacements.push({ source: { start: match.index, end: last }, sent: { start, end: sent.length } });
  }
  return new SubstitutedText(replacements.length === 0 ? text : sent + text.slice(last), replacements);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
