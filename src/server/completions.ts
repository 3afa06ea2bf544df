import type { CompletionItem } from 'vscode-languageserver';
import { asBlock, blockPrefix } from '../frameworks/marks';
import type { FrameworkName, Program } from '../model/migration';
import type { Position, Range } from '../model/text';
import { LineIndex } from '../parse/lines';
import { tokenize } from '../parse/postgres/lexer';
import { type Analysis, overlaps, programsInFile, statementAt, textOf } from './analysis';
import { codeCompletions } from './code-completions';
import { leaveTransaction } from './leave-transaction';
import { documentationOf, type SafePattern, safePatterns } from './safe-patterns';
import { toSnippet } from './to-lsp';

/** Words of a statement's beginning that are replaced by a pattern; more means that the statement is somebody's own already. */
const longestStart = 4;

/** Safe patterns, where a statement begins. What was typed of it so far is replaced. */
export function completions(analysis: Analysis, position: Position): CompletionItem[] {
  if (programsInFile(analysis).some(({ rendering }) => rendering !== undefined)) return codeCompletions(analysis, position);
  const typed = typedRange(analysis, position);
  const program = programAt(analysis, position);
  if (typed === undefined || program === undefined) return [];
  const { engine } = analysis.migration;
  const { wrapped, requests } = program.execution;
  const inOneRequest = requests === 'single-request';
  const others = program.statements.some(({ range }) => !overlaps(range, typed));
  return safePatterns(engine, { inTransaction: wrapped || inOneRequest, inOneRequest }).flatMap((pattern) => {
    const leaving = pattern.where === 'any' ? [] : leaveTransaction(analysis, program, pattern, others);
    if (leaving === undefined) return [];
    return toSnippet({
      label: pattern.label,
      detail: pattern.where === 'any' ? 'Faultline' : 'Faultline, outside a transaction',
      documentation: documentationOf(pattern, engine),
      filterText: pattern.keywords,
      range: typed,
      snippet: inMarks(pattern, analysis.framework.name),
      more: leaving,
    });
  });
}

/** The program whose part of the file holds the cursor. */
function programAt(analysis: Analysis, position: Position): Program | undefined {
  const offset = new LineIndex(textOf(analysis)).offset(position);
  const programs = programsInFile(analysis);
  return programs.find(({ span }) => span.start <= offset && offset <= span.end) ?? programs[0];
}

/** A block that holds semicolons goes between the marks of the tools that would cut it there. */
function inMarks({ snippet }: SafePattern, framework: FrameworkName): string {
  const prefix = snippet.startsWith('DO ') ? blockPrefix(framework) : undefined;
  return prefix === undefined ? snippet : `${asBlock(snippet.replace(/\$0$/, ''), prefix)}$0`;
}

/** From where the statement begins to the cursor; undefined inside of a longer statement, a comment or a string. */
function typedRange(analysis: Analysis, position: Position): Range | undefined {
  const text = textOf(analysis);
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
