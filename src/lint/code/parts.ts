import { engineOf } from '../../model/engine';
import type { Framework } from '../../model/run-protocol';
import { readStatements } from '../../parse/postgres/read';
import { readText } from '../../parse/read';

/** SQL, or mongosh text, that a fix writes: statements, and comments between them. */
export type Part = { readonly kind: 'statement' | 'comment'; readonly text: string };

/** The statements of a text in the words of the framework's engine, and the lines of its comments, in order. */
export function partsOf(text: string, framework: Framework): readonly Part[] {
  const parts: Part[] = [];
  const engine = framework.run === undefined && framework.engine === 'mongodb' ? engineOf('mongodb', undefined) : undefined;
  const mark = engine === undefined ? /^\s*--\s?(.*)$/ : /^\s*\/\/\s?(.*)$/;
  const statements = engine === undefined ? readStatements(text, { start: 0, end: text.length }, {}) : readText(text, engine);
  let copied = 0;
  const comments = (gap: string) => {
    for (const line of gap.split(/\r\n|\r|\n/)) {
      const comment = mark.exec(line)?.[1];
      if (comment !== undefined) parts.push({ kind: 'comment', text: comment });
    }
  };
  for (const { span, text: statement } of statements) {
    comments(text.slice(copied, span.start));
    parts.push({ kind: 'statement', text: statement });
    copied = span.end;
  }
  comments(text.slice(copied));
  return parts;
}
