import type { Node } from '@babel/types';
import type { CompletionItem } from 'vscode-languageserver';
import { parseCode } from '../code/parse';
import { walk } from '../code/walk';
import { findDefinition } from '../frameworks/code/definitions';
import { isAsyncAt } from '../frameworks/code/receivers';
import type { FrameworkName, Program } from '../model/migration';
import type { Position, Span } from '../model/text';
import { LineIndex } from '../parse/lines';
import { type Analysis, overlaps, programsInFile, textOf } from './analysis';
import { leaveTransaction } from './leave-transaction';
import { documentationOf, type SafePattern, safePatterns } from './safe-patterns';
import { toSnippet } from './to-lsp';

/** Outside a transaction each call of these takes any connection of a pool: what one sets does not hold for the next. */
const pooled: ReadonlySet<FrameworkName> = new Set(['knex', 'mikro-orm', 'sequelize']);

/** Safe patterns as calls that send them, where a statement begins in the body of `up` or `down`. The word that was typed is replaced. */
export function codeCompletions(analysis: Analysis, position: Position): CompletionItem[] {
  const text = textOf(analysis);
  const lines = new LineIndex(text);
  const cursor = lines.offset(position);
  const word: Span = { start: cursor - (/[A-Za-z]*$/.exec(text.slice(0, cursor))?.[0].length ?? 0), end: cursor };
  const program = programsInFile(analysis).find((candidate) => isInBody(text, candidate, cursor));
  if (program === undefined || !beginsStatement(text, program.path, word)) return [];
  const { engine } = analysis.migration;
  const { wrapped } = program.execution;
  const range = lines.range(word);
  const others = program.statements.some((statement) => !overlaps(statement.range, range));
  return safePatterns(engine, { inTransaction: wrapped, inOneRequest: false }).flatMap((pattern) => {
    if (!wrapped && pattern.snippet.startsWith('SET') && pooled.has(analysis.framework.name)) return [];
    const leaving = pattern.where === 'any' ? [] : leaveTransaction(analysis, program, pattern, others);
    const snippet = asCalls(pattern, analysis, program, word);
    if (leaving === undefined || snippet === undefined) return [];
    return toSnippet({
      label: pattern.label,
      detail: pattern.where === 'any' ? 'Faultline' : 'Faultline, outside a transaction',
      documentation: documentationOf(pattern, engine),
      filterText: pattern.keywords,
      range,
      snippet,
      more: leaving,
    });
  });
}

function isInBody(text: string, program: Program, offset: number): boolean {
  const body = findDefinition(text, program.path, program.direction)?.body;
  return body !== undefined && body.kind === 'block' && body.span.start < offset && offset < body.span.end;
}

/** Nothing but this word stands on its line, and it is no part of a longer expression, a string or a comment. */
function beginsStatement(text: string, path: string, word: Span): boolean {
  const lineStart = text.lastIndexOf('\n', word.start - 1) + 1;
  if (!/^[ \t]*$/.test(text.slice(lineStart, word.start)) || !/^[ \t]*(?:\r|\n|$)/.test(text.slice(word.end))) return false;
  const { program, comments } = parseCode(text, path);
  if (comments.some(({ span }) => span.start < word.start && word.start < span.end)) return false;
  const around: Node[] = [];
  walk(program, (node) => {
    const isAround = (node.start ?? 0) <= word.start && word.end <= (node.end ?? 0) && (node.start ?? 0) < (node.end ?? 0);
    if (isAround) around.push(node);
    return isAround;
  });
  // In a function within the migration's own, such as the one of a transaction, another connection may be meant.
  if (around.filter((node) => 'params' in node).length !== 1) return false;
  const inner = around.at(-1);
  if (inner?.type === 'Identifier') return around.at(-2)?.type === 'ExpressionStatement' && inner.start === word.start;
  return inner?.type === 'BlockStatement';
}

/** A place to fill in, in the text of code: `\uE000 number \uE001 what it holds \uE002`, for private use, so that no quoting changes it. */
const place = /\$\{(\d+):([^}]*)\}/g;
const placed = /\uE000(\d+)\uE001([^\uE002]*)\uE002/g;

/** One call for each statement; undefined where the place does not show how they are sent. */
function asCalls(pattern: SafePattern, { framework, name: path, ...analysis }: Analysis, program: Program, word: Span): string | undefined {
  const text = textOf({ ...analysis, name: path });
  const sql = pattern.snippet
    .replace(/;?\$0$/, '')
    .replaceAll(place, '\uE000$1\uE001$2\uE002')
    .replaceAll('\\$', '$');
  const statements = sql.startsWith('DO ') ? [sql] : sql.split(/;\n/);
  const call = { start: word.start, end: word.start };
  const calls = statements.map((statement) => framework.rawCall?.(statement.replace(/;$/, ''), { program, text, call }));
  if (calls.includes(undefined)) return undefined;
  if (calls.some((one) => one?.startsWith('await ')) && !isAsyncAt(text, path, word.start)) return undefined;
  const plain = calls.join('\n').replaceAll(/[\\$}]/g, '\\$&');
  return `${plain.replaceAll(placed, (_, number: string, value: string) => `\${${number}:${value}}`)}$0`;
}
