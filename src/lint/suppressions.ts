import { parseCode } from '../code/parse';
import type { Finding } from '../model/finding';
import type { Program, Statement } from '../model/migration';
import type { Span } from '../model/text';
import { LineIndex } from '../parse/lines';
import { Lexer } from '../parse/postgres/lexer';
import { isCode, SourceMap } from './code/source-map';
import { squawkRules } from './squawk-rules';

/** A comment that silences rules: for one statement of SQL or one call of code, or for the file. */
export interface Suppression {
  readonly span: Span;
  readonly tool: 'faultline' | 'squawk';
  readonly scope: 'statement' | 'file';
  /** As written; empty means all rules (squawk only). */
  readonly rules: readonly string[];
  /** What it covers; undefined when no statement follows. */
  readonly covers?: Span;
  /** In code: the statements that what it covers sends, wherever their text stands. */
  readonly statements?: readonly Statement[];
}

const directive = /^(faultline|squawk)-ignore(-file)?(?![\w-])\s*(.*)$/s;

/**
 * All suppressions of a file. Only comment tokens count: the words in a string literal or a function body are no suppression. In code these
 * are its own comments, and those of the SQL in its strings.
 */
export function readSuppressions(path: string, text: string, programs: readonly Program[]): readonly Suppression[] {
  // Most files have none, and need not be read once more for that.
  if (![text, ...programs.map(({ rendering }) => rendering?.text ?? '')].some((searched) => searched.includes('-ignore'))) return [];
  if (programs.some(isCode)) return readCodeSuppressions(path, text, programs);
  const statements = programs.flatMap((program) => program.statements).sort((left, right) => left.span.start - right.span.start);
  const spans = statements.map((statement) => statement.span);
  // A script of plain calls is code, too, though nothing of it had to be rendered.
  const directives = /\.[cm]?[jt]s$/i.test(path) ? codeDirectives(path, text) : sqlDirectives(text);
  return directives.map((found) => {
    const covers = found.scope === 'file' ? { start: 0, end: text.length } : coveredStatement(text, found.span, spans);
    return { ...found, ...(covers !== undefined && { covers }) };
  });
}

type Directive = Pick<Suppression, 'span' | 'tool' | 'scope' | 'rules'>;

function sqlDirectives(text: string): readonly Directive[] {
  const lexer = new Lexer(text);
  const found: Directive[] = [];
  while (lexer.next() !== 'end') {
    if (lexer.kind !== 'comment') continue;
    const span = { start: lexer.start, end: lexer.end };
    found.push(...asDirective(span, commentBody(text.slice(span.start, span.end))));
  }
  return found;
}

function codeDirectives(path: string, text: string): readonly Directive[] {
  if (/\.xml$/i.test(path)) return xmlDirectives(text);
  if (/\.ya?ml$/i.test(path)) return yamlDirectives(text);
  if (/\.json$/i.test(path)) return [];
  return parseCode(text, path).comments.flatMap(({ span, text: body }) => asDirective(span, body.replace(/^\*+/, '').trim()));
}

function xmlDirectives(text: string): readonly Directive[] {
  return [...text.matchAll(/<!--([\s\S]*?)-->/g)].flatMap(({ 0: whole, 1: body = '', index }) =>
    asDirective({ start: index, end: index + whole.length }, body.trim()),
  );
}

function yamlDirectives(text: string): readonly Directive[] {
  return [...text.matchAll(/^[ \t]*(#.*)$/gm)].flatMap(({ 0: whole, 1: comment = '', index }) =>
    asDirective({ start: index + whole.length - comment.length, end: index + whole.length }, comment.slice(1).trim()),
  );
}

function asDirective(span: Span, body: string): readonly Directive[] {
  const match = directive.exec(body);
  if (match === null) return [];
  const tool = match[1] === 'squawk' ? 'squawk' : 'faultline';
  const rules = ruleNames(match[3] ?? '');
  if (tool === 'faultline' && rules.length === 0) return [];
  return [{ span, tool, scope: match[2] === undefined ? 'statement' : 'file', rules }];
}

function readCodeSuppressions(path: string, text: string, programs: readonly Program[]): readonly Suppression[] {
  const maps = programs.filter(isCode).map((program) => new SourceMap(program, text));
  const sent = maps.flatMap((map) =>
    map.program.statements.flatMap((statement) => map.places(statement).map((span) => ({ span, statement }))),
  );
  const lines = new LineIndex(text);
  const unread = programs.flatMap((program) => program.unread ?? []).map(({ range }) => lines.span(range));
  const spans = [...sent.map(({ span }) => span), ...unread].sort((left, right) => left.start - right.start || right.end - left.end);
  const own = codeDirectives(path, text).map((found): Suppression => {
    if (found.scope === 'file') return { ...found, covers: { start: 0, end: text.length } };
    const covers = coveredCall(text, found.span, spans);
    if (covers === undefined) return found;
    const isCovered = (span: Span) => covers.start <= span.start && span.end <= covers.end;
    return { ...found, covers, statements: sent.filter(({ span }) => isCovered(span)).map(({ statement }) => statement) };
  });
  return [...own, ...maps.flatMap((map) => inStrings(map, text))];
}

/** Those in the SQL of strings: they stand where the string stands. */
function inStrings(map: SourceMap, text: string): readonly Suppression[] {
  const { statements, rendering } = map.program;
  const spans = statements.map(({ span }) => span);
  return sqlDirectives(rendering.text).flatMap((found) => {
    const span = map.source(found.span);
    if (span === undefined) return [];
    if (found.scope === 'file') return [{ ...found, span, covers: { start: 0, end: text.length } }];
    const covered = coveredStatement(rendering.text, found.span, spans);
    const own = statements.filter((statement) => statement.span === covered);
    return [{ ...found, span, covers: covered === undefined ? span : (map.source(covered) ?? span), statements: own }];
  });
}

/** The innermost call around the comment has the next call in it, or the one that ends before it on its line; else the next one at all. */
function coveredCall(text: string, comment: Span, calls: readonly Span[]): Span | undefined {
  const around = calls.findLast((call) => call.start <= comment.start && comment.end <= call.end);
  const within =
    around === undefined ? calls : calls.filter((call) => call !== around && around.start <= call.start && call.end <= around.end);
  const previous = within.findLast((call) => call.end <= comment.start);
  if (previous !== undefined && !/[\r\n]/.test(text.slice(previous.end, comment.start))) return previous;
  return within.find((call) => call.start >= comment.end) ?? around;
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

/** The findings that remain, and for each suppression the rules that it named in vain. `statementOf`: what a finding in code is about. */
export function applySuppressions(
  findings: readonly Finding[],
  statementOf: (finding: Finding) => Statement | undefined,
  suppressions: readonly Suppression[],
  lines: LineIndex,
): {
  readonly kept: readonly Finding[];
  readonly unused: readonly { readonly suppression: Suppression; readonly rules: readonly string[] }[];
} {
  const used = new Map<Suppression, Set<string>>();
  const kept = findings.filter((finding) => {
    const offset = lines.offset(finding.range.start);
    const statement = statementOf(finding);
    const matching = suppressions.filter((suppression) => covers(suppression, offset, statement) && namesRule(suppression, finding.rule));
    for (const suppression of matching) used.set(suppression, (used.get(suppression) ?? new Set()).add(finding.rule));
    return matching.length === 0;
  });
  const unused = suppressions.flatMap((suppression) => {
    const rules = suppression.rules.filter((rule) => used.get(suppression)?.has(rule) !== true);
    return suppression.tool === 'squawk' || rules.length === 0 ? [] : [{ suppression, rules }];
  });
  return { kept, unused };
}

function covers(suppression: Suppression, offset: number, statement: Statement | undefined): boolean {
  if (statement !== undefined && suppression.statements !== undefined) return suppression.statements.includes(statement);
  return suppression.covers !== undefined && suppression.covers.start <= offset && offset <= suppression.covers.end;
}

function namesRule(suppression: Suppression, rule: string): boolean {
  if (suppression.tool === 'faultline') return suppression.rules.includes(rule);
  return suppression.rules.length === 0 || suppression.rules.some((name) => squawkRules[name]?.includes(rule) === true);
}
