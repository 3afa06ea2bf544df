import { readStatements } from '../../parse/postgres/read';

/** SQL that a fix writes: statements, and comments between them. */
export type Part = { readonly kind: 'statement' | 'comment'; readonly text: string };

/** The statements of a text, and the lines of its comments, in order. */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let copied = 0;
  const comments = (gap: string) => {
    for (const line of gap.split(/\r\n|\r|\n/)) {
      const comment = /^\s*--\s?(.*)$/.exec(line)?.[1];
      if (comment !== undefined) parts.push({ kind: 'comment', text: comment });
    }
  };
  for (const { span, text: statement } of readStatements(text, { start: 0, end: text.length }, {})) {
    comments(text.slice(copied, span.start));
    parts.push({ kind: 'statement', text: statement });
    copied = span.end;
  }
  comments(text.slice(copied));
  return parts;
}
