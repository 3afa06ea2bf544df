import type { Span, TextEdit } from '../model/text';
import { LineIndex } from '../parse/lines';
import { type Token, tokenize } from '../parse/postgres/lexer';
import type { RuleContext } from './context';

/** Replaces a stretch of the program's own file. */
export function replaceSpan(context: RuleContext, span: Span, newText: string): TextEdit {
  const range = context.lines.range(span);
  const line = context.text.slice(span.start - range.start.character, span.start);
  return { range, newText: withLineEnds(context, withinRollbackLines(context, line, newText)) };
}

/**
 * A rollback of Liquibase stands in comments, `--rollback DROP TABLE a;`: a line that is put among them needs its own `--rollback`, or it would
 * be a statement of the migration. `before`: what stands before it in its line.
 */
function withinRollbackLines(context: RuleContext, before: string, newText: string): string {
  if (context.framework.name !== 'liquibase' || context.program.direction !== 'down') return newText;
  const [mark] = /^\s*--\s*rollback /i.exec(before) ?? [];
  return mark === undefined ? newText : newText.replaceAll(/\n(?![ \t]*--\s*rollback )/gi, `\n${mark}`);
}

export function insertAt(context: RuleContext, offset: number, newText: string): TextEdit {
  return replaceSpan(context, { start: offset, end: offset }, newText);
}

/** The program's file: for one that is written in code not what places count in, but where a mark of the framework stands. */
export function sourceText(context: RuleContext): string {
  return context.source ?? context.text;
}

/** Replaces a stretch of that file. */
export function replaceInSource(context: RuleContext, span: Span, newText: string): TextEdit {
  if (context.source === undefined) return replaceSpan(context, span, newText);
  return { path: context.program.path, range: new LineIndex(context.source).range(span), newText };
}

/** An edit of a path that is not there makes the file. */
export function createFile(path: string, newText: string): TextEdit {
  const start = { line: 0, character: 0 };
  return { path, range: { start, end: start }, newText };
}

/**
 * Puts a statement (with its semicolon) before the one that starts at the offset. For MySQL and MariaDB, whose drivers refuse two statements in one
 * request: Drizzle gets its breakpoint between the two, and in goose and sql-migrate it goes before the mark StatementBegin, not behind it.
 */
export function insertStatement(context: RuleContext, offset: number, statement: string): TextEdit {
  const { text, framework } = context;
  const begin = /--[ \t]*\+(?:goose|migrate)[ \t]+StatementBegin[^\n]*\n\s*$/i.exec(text.slice(context.program.span.start, offset));
  const at = begin === null ? offset : context.program.span.start + begin.index;
  const behind = framework.name === 'drizzle' ? '\n--> statement-breakpoint' : '';
  return insertAt(context, at, `${statement}${behind}\n${indentation(context, at)}`);
}

/** The tokens of a statement, with offsets in the file. */
export function statementTokens(context: RuleContext, span: Span): readonly Token[] {
  return tokenize(context.text, span.start, span.end);
}

/** The end of the statement with its semicolon, when it has one. */
export function endWithTerminator(context: RuleContext, span: Span): number {
  const [next] = tokenize(context.text, span.end, Math.min(span.end + 1000, context.program.span.end));
  return next?.word === ';' ? next.end : span.end;
}

/** Puts text behind a statement, and the semicolon before it when the statement has none. */
export function insertBehind(context: RuleContext, span: Span, text: string): TextEdit {
  const end = endWithTerminator(context, span);
  return insertAt(context, end, `${end === span.end ? ';' : ''}${text}`);
}

/** The statement with its semicolon, the comment lines right above it, and its line break: what goes when the statement goes. */
export function wholeLines(context: RuleContext, span: Span): Span {
  const { text } = context;
  const end = endWithTerminator(context, span);
  const lineEnd = /^[ \t]*(\r\n|\n|\r)?/.exec(text.slice(end))?.[0].length ?? 0;
  let start = span.start;
  while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
  const startsLine = start === 0 || text[start - 1] === '\n' || text[start - 1] === '\r';
  return startsLine ? { start, end: end + lineEnd } : { start: span.start, end };
}

/** The white space before a statement on its line, for text that is put beside it. */
export function indentation(context: RuleContext, offset: number): string {
  const lineStart = Math.max(context.text.lastIndexOf('\n', offset - 1), context.text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*$/.test(context.text.slice(lineStart, offset)) ? context.text.slice(lineStart, offset) : '';
}

/** Text in the line ends of the file. */
function withLineEnds(context: RuleContext, text: string): string {
  return context.text.includes('\r\n') ? text.replaceAll(/\r?\n/g, '\r\n') : text;
}
