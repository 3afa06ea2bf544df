import type { CompletionItem } from 'vscode-languageserver';
import type { Position, Range } from '../model/text';
import { LineIndex } from '../parse/lines';
import { tokenize } from '../parse/postgres/lexer';
import { type Analysis, programsInFile, statementAt } from './analysis';
import { documentationOf, safePatterns } from './safe-patterns';
import { toSnippet } from './to-lsp';

/** Words of a statement's beginning that are replaced by a pattern; more means that the statement is somebody's own already. */
const longestStart = 4;

/** Safe patterns, where a statement begins. What was typed of it so far is replaced. */
export function completions(analysis: Analysis, position: Position): CompletionItem[] {
  // Within a string of code a pattern of several statements has no place.
  if (programsInFile(analysis).some(({ rendering }) => rendering !== undefined)) return [];
  const typed = typedRange(analysis, position);
  if (typed === undefined) return [];
  const { engine } = analysis.migration;
  // All programs of a file are run alike.
  const execution = programsInFile(analysis)[0]?.execution;
  const inOneRequest = execution?.requests === 'single-request';
  return safePatterns(engine, { inTransaction: execution?.wrapped === true || inOneRequest, inOneRequest }).map((pattern) =>
    toSnippet({
      label: pattern.label,
      detail: pattern.where === 'any' ? 'Faultline' : 'Faultline, outside a transaction',
      documentation: documentationOf(pattern, engine),
      filterText: pattern.keywords,
      range: typed,
      snippet: pattern.snippet,
    }),
  );
}

/** From where the statement begins to the cursor; undefined inside of a longer statement, a comment or a string. */
function typedRange(analysis: Analysis, position: Position): Range | undefined {
  const text = analysis.files.find((file) => file.path === analysis.name)?.text ?? '';
  const cursor = new LineIndex(text).offset(position);
  const line = text.slice(text.lastIndexOf('\n', cursor - 1) + 1, cursor);
  if (/--|'|"|\$/.test(line)) return undefined;
  const found = statementAt(analysis, position)?.statement;
  if (found === undefined) return isBetweenStatements(analysis, text, cursor) ? { start: position, end: position } : undefined;
  const before = tokenize(text, found.span.start, cursor);
  if (before.length > longestStart || before.some(({ kind }) => kind !== 'word')) return undefined;
  return { start: found.range.start, end: position };
}

/** The statement before the cursor has its semicolon. */
function isBetweenStatements(analysis: Analysis, text: string, cursor: number): boolean {
  const ends = programsInFile(analysis).flatMap((program) => program.statements.map(({ span }) => span.end));
  const last = Math.max(-1, ...ends.filter((end) => end <= cursor));
  return last === -1 || /;|\n\s*--\s*(migrate:|\+)/.test(text.slice(last, cursor));
}
