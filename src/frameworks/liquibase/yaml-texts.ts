import type { ChangelogText } from './element';
import type { YamlScalar } from './yaml';

/**
 * The stretches of a scalar as they stand in the file, line by line: without the indentation, the marks and the escapes around them. One stretch
 * for all of it where escapes or foldings leave no line as it is.
 */
export function textsOfScalar({ text, span }: YamlScalar, source: string): readonly ChangelogText[] {
  if (text === '') return [];
  const texts: ChangelogText[] = [];
  let done = 0;
  let offset = span.start + headerLength(source.slice(span.start, span.end));
  while (offset < span.end) {
    const rest = source.slice(offset, span.end);
    const line = /^[^\r\n]*/.exec(rest)?.[0] ?? '';
    const bare = line.trim().replace(offset + line.length >= span.end ? /["']$/ : /$^/, '');
    if (bare !== '') {
      const at = text.indexOf(bare, done);
      if (at === -1 || text.slice(done, at).trim() !== '') return [{ text, span, isVerbatim: false }];
      const start = offset + line.indexOf(bare);
      if (at > done) texts.push({ text: text.slice(done, at), span: { start, end: start }, isVerbatim: false });
      texts.push({ text: bare, span: { start, end: start + bare.length }, isVerbatim: true });
      done = at + bare.length;
    }
    offset += Math.max(line.length, 1);
  }
  const rest = text.slice(done);
  if (rest.trim() !== '') return [{ text, span, isVerbatim: false }];
  return rest === '' ? texts : [...texts, { text: rest, span: { start: span.end, end: span.end }, isVerbatim: false }];
}

/** `|`, `>-` and their like with the rest of their line, behind an anchor or a tag; the opening quote. */
function headerLength(written: string): number {
  return /^(?:[&!]\S*\s+)*(?:[|>][^\r\n]*|["'])?/.exec(written)?.[0].length ?? 0;
}
