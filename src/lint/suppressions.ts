import type { Finding } from '../model/finding';
import type { Program } from '../model/migration';
import type { Span } from '../model/text';
import type { LineIndex } from '../parse/lines';
import { Lexer } from '../parse/postgres/lexer';
import { squawkRules } from './squawk-rules';

/** A comment that silences rules: for one statement, or for the file. */
export interface Suppression {
  readonly span: Span;
  readonly tool: 'faultline' | 'squawk';
  readonly scope: 'statement' | 'file';
  /** As written; empty means all rules (squawk only). */
  readonly rules: readonly string[];
  /** What it covers; undefined when no statement follows. */
  readonly covers?: Span;
}

const directive = /^(faultline|squawk)-ignore(-file)?(?![\w-])\s*(.*)$/s;

/** All suppressions of a file. Only comment tokens count: the words in a string literal or a function body are no suppression. */
export function readSuppressions(text: string, programs: readonly Program[]): readonly Suppression[] {
  const statements = programs.flatMap((program) => program.statements).sort((left, right) => left.span.start - right.span.start);
  const spans = statements.map((statement) => statement.span);
  const lexer = new Lexer(text);
  const suppressions: Suppression[] = [];
  while (lexer.next() !== 'end') {
    if (lexer.kind !== 'comment') continue;
    const span = { start: lexer.start, end: lexer.end };
    const match = directive.exec(commentBody(text.slice(span.start, span.end)));
    if (match === null) continue;
    const tool = match[1] === 'squawk' ? 'squawk' : 'faultline';
    const rules = ruleNames(match[3] ?? '');
    if (tool === 'faultline' && rules.length === 0) continue;
    const scope = match[2] === undefined ? 'statement' : 'file';
    const covers = scope === 'file' ? { start: 0, end: text.length } : coveredStatement(text, span, spans);
    suppressions.push({ span, tool, scope, rules, ...(covers !== undefined && { covers }) });
  }
  return suppressions;
}

function commentBody(comment: string): string {
  return (comment.startsWith('--') ? comment.slice(2) : comment.slice(2, comment.endsWith('*/') ? -2 : undefined)).trim();
}

/** Names up to the colon that begins the reason. */
function ruleNames(text: string): readonly string[] {
  const names = text.split(':', 1)[0] ?? '';
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The statement around the comment, or the one that ends before it on its line, or else the next one. */
function coveredStatement(text: string, comment: Span, statements: readonly Span[]): Span | undefined {
  const around = statements.find((statement) => statement.start <= comment.start && comment.end <= statement.end);
  if (around !== undefined) return around;
  const previous = statements.findLast((statement) => statement.end <= comment.start);
  if (previous !== undefined && !/[\r\n]/.test(text.slice(previous.end, comment.start))) return previous;
  return statements.find((statement) => statement.start >= comment.end);
}

/** The findings that remain, and for each suppression the rules that it named in vain. */
export function applySuppressions(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  lines: LineIndex,
): {
  readonly kept: readonly Finding[];
  readonly unused: readonly { readonly suppression: Suppression; readonly rules: readonly string[] }[];
} {
  const used = new Map<Suppression, Set<string>>();
  const kept = findings.filter((finding) => {
    const offset = lines.offset(finding.range.start);
    const matching = suppressions.filter((suppression) => covers(suppression, offset) && namesRule(suppression, finding.rule));
    for (const suppression of matching) used.set(suppression, (used.get(suppression) ?? new Set()).add(finding.rule));
    return matching.length === 0;
  });
  const unused = suppressions.flatMap((suppression) => {
    const rules = suppression.rules.filter((rule) => used.get(suppression)?.has(rule) !== true);
    return suppression.tool === 'squawk' || rules.length === 0 ? [] : [{ suppression, rules }];
  });
  return { kept, unused };
}

function covers(suppression: Suppression, offset: number): boolean {
  return suppression.covers !== undefined && suppression.covers.start <= offset && offset <= suppression.covers.end;
}

function namesRule(suppression: Suppression, rule: string): boolean {
  if (suppression.tool === 'faultline') return suppression.rules.includes(rule);
  return suppression.rules.length === 0 || suppression.rules.some((name) => squawkRules[name]?.includes(rule) === true);
}
