import type { FrameworkName } from '../model/migration';
import type { NoTransactionMark } from '../model/run-protocol';
import type { Span } from '../model/text';
import { Lexer, tokenize } from '../parse/postgres/lexer';

/** Marks in comments, found as the lexer sees them: what stands in a string is none. */

export function findComment(text: string, pattern: RegExp): Span | undefined {
  const lexer = new Lexer(text);
  while (lexer.next() !== 'end') {
    if (lexer.kind === 'comment' && pattern.test(text.slice(lexer.start, lexer.end))) return { start: lexer.start, end: lexer.end };
  }
  return undefined;
}

/** An option behind a marker, on its line; `known` is how it looks when it is there with another value. */
export function optionMark(text: string, marker: RegExp, known: RegExp, option: string): NoTransactionMark | undefined {
  const found = findComment(text, marker);
  if (found === undefined) return undefined;
  const comment = text.slice(found.start, found.end).trimEnd();
  const existing = known.exec(comment);
  const at = found.start + (existing?.index ?? comment.length);
  return { kind: 'patch', patch: { span: { start: at, end: at + (existing?.[0].length ?? 0) }, newText: ` ${option}` }, name: option };
}

/** A line of its own at `offset`. */
export function lineMark(offset: number, line: string): NoTransactionMark {
  return { kind: 'patch', patch: { span: { start: offset, end: offset }, newText: `${line}\n` }, name: line };
}

/** Takes a line with this comment away. */
export function removedLine(text: string, pattern: RegExp): { readonly span: Span; readonly newText: string } | undefined {
  const mark = findComment(text, pattern);
  if (mark === undefined) return undefined;
  const lineEnd = /^[ \t]*(\r\n|\r|\n)/.exec(text.slice(mark.end))?.[0].length ?? 0;
  return { span: { start: mark.start, end: mark.end + lineEnd }, newText: '' };
}

/** The first words of a statement, in lower case. */
export function firstWords(statement: string): string {
  return tokenize(statement)
    .slice(0, 4)
    .map((token) => token.word)
    .join(' ');
}

const blockPrefixes: Readonly<Partial<Record<FrameworkName, string>>> = { goose: '+goose', 'sql-migrate': '+migrate' };

/** The word before StatementBegin and StatementEnd in the tools that cut a file at lines which end in a semicolon. */
export function blockPrefix(framework: FrameworkName): string | undefined {
  return blockPrefixes[framework];
}

/** For tools that end a statement at a line's last semicolon: a body with such lines needs their marks around it. `prefix` is `+goose`. */
export function asBlock(statement: string, prefix: string): string {
  const text = statement.trimEnd();
  const needsMarks = text
    .split('\n')
    .slice(0, -1)
    .some((line) => /;\s*(--.*)?$/.test(line));
  return needsMarks ? `-- ${prefix} StatementBegin\n${text}\n-- ${prefix} StatementEnd` : statement;
}
