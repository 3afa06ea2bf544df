import type { Engine } from '../../model/engine';
import type { Framework } from '../../model/run-protocol';
import { readText } from '../../parse/read';

/** What a fix is written for: the calls of this framework, in the language of this engine. */
export interface Target {
  readonly framework: Framework;
  readonly engine: Engine;
}

/** SQL, or mongosh text, that a fix writes: statements, and comments between them. */
export type Part = { readonly kind: 'statement' | 'comment'; readonly text: string };

/** The statements of a text in the words of the engine, and the lines of its comments, in order. */
export function partsOf(text: string, { engine }: Target): readonly Part[] {
  const parts: Part[] = [];
  const mark = engine.name === 'mongodb' ? /^\s*\/\/\s?(.*)$/ : /^\s*--\s?(.*)$/;
  const statements = readText(text, engine);
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
