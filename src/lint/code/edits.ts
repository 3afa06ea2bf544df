import { type CodeQuote, codeLiteral, escapeForQuotes } from '../../code/literal';
import type { RenderedPiece, Statement } from '../../model/migration';
import type { Span } from '../../model/text';
import { literalAround } from './anchor';
import { aroundCall, type Edit, makesAsync } from './calls';
import { concurrentlyAsOption } from './options';
import { type Part, partsOf, type Target } from './parts';
import { isWithin, type SourceMap } from './source-map';

export interface MappedEdits {
  /** In the program's own file. */
  readonly edits: readonly Edit[];
  /** A call was written anew as raw SQL, or one place of the file stands for several statements: read it before it is applied. */
  readonly wantsReading: boolean;
}

/** What is to become of one statement. */
interface Change {
  readonly statement: Statement;
  readonly inside: Edit[];
  before: string;
  behind: string;
  /** The text that takes its place; empty when it goes. */
  replacement?: string;
}

/**
 * Carries edits of a rendering over to the code that it comes from. A change within a string is the same change there; whole statements
 * that come or go are calls that come or go. Undefined when one of them has no counterpart.
 */
export function mapEdits(edits: readonly Edit[], map: SourceMap, target: Target): MappedEdits | undefined {
  const changes = changesOf(edits, map);
  if (changes === undefined) return undefined;
  const mapped = changes.map((change) => mapChange(change, map, target));
  const all: Edit[] = [];
  let wantsReading = false;
  for (const part of mapped) {
    if (part === undefined) return undefined;
    all.push(...part.edits);
    wantsReading ||= part.wantsReading;
  }
  return overlap(all) ? undefined : { edits: withoutTwins(all), wantsReading };
}

/** The edits, statement by statement. Undefined when one lies between statements in a way that says nothing. */
function changesOf(edits: readonly Edit[], map: SourceMap): readonly Change[] | undefined {
  const changes = new Map<Statement, Change>();
  const of = (statement: Statement): Change => {
    const change = changes.get(statement) ?? { statement, inside: [], before: '', behind: '' };
    changes.set(statement, change);
    return change;
  };
  for (const edit of edits) {
    if (edit.span.start !== edit.span.end ? !takeReplacement(edit, map, of) : !takeInsertion(edit, map, of)) return undefined;
  }
  return [...changes.values()];
}

type ChangeOf = (statement: Statement) => Change;

function takeReplacement(edit: Edit, map: SourceMap, of: ChangeOf): boolean {
  const { start, end } = edit.span;
  const { statements, rendering } = map.program;
  const covered = statements.filter(({ span }) => start <= span.start && span.end <= end);
  const [only] = covered;
  if (only === undefined) {
    const inside = statements.find(({ span }) => isWithin(edit.span, span));
    if (inside !== undefined) of(inside).inside.push(edit);
    return inside !== undefined;
  }
  const isAlone = covered.length === 1 && isBlank(rendering.text, start, only.span.start) && isBlank(rendering.text, only.span.end, end);
  if (isAlone) of(only).replacement = edit.newText;
  return isAlone;
}

/** Within a statement, at its end, or a statement of its own before or behind it. */
function takeInsertion(edit: Edit, map: SourceMap, of: ChangeOf): boolean {
  const { start } = edit.span;
  const { statements, rendering } = map.program;
  const inside = statements.find(({ span }) => span.start < start && start < span.end);
  if (inside !== undefined) {
    of(inside).inside.push(edit);
    return true;
  }
  const previous = statements.findLast(({ span }) => span.end <= start);
  const next = statements.find(({ span }) => span.start >= start);
  const isBeforeNext = next !== undefined && isBlank(rendering.text, start, next.span.start);
  // Words at the end of a statement: NOT VALID.
  if (previous?.span.end === start && !/^\s*;/.test(edit.newText)) of(previous).inside.push(edit);
  else if (previous !== undefined && next?.span.start !== start && isOnlyTerminator(rendering.text, previous.span.end, start)) {
    of(previous).behind += edit.newText;
  } else if (isBeforeNext) of(next).before += edit.newText;
  else return false;
  return true;
}

function isBlank(text: string, start: number, end: number): boolean {
  return /^[\s;]*$/.test(text.slice(start, end));
}

function isOnlyTerminator(text: string, start: number, end: number): boolean {
  return /^[ \t]*;?[ \t]*$/.test(text.slice(start, end));
}

function mapChange(change: Change, map: SourceMap, target: Target): MappedEdits | undefined {
  const literal =
    change.replacement === undefined
      ? (insideLiterals(change, map) ?? insideCall(change, map, target))
      : replacedLiteral(change, map, target);
  const parts: MappedEdits[] = [];
  if (literal !== undefined) parts.push(literal);
  const rewritten = literal === undefined ? statementsAfter(change, map, target) : undefined;
  if (rewritten !== undefined || change.before !== '' || change.behind !== '') {
    const calls = aroundCall(change, rewritten, map, target);
    if (calls === undefined) return undefined;
    parts.push({ edits: calls, wantsReading: rewritten !== undefined && rewritten.length > 0 });
  }
  return { edits: parts.flatMap(({ edits }) => edits), wantsReading: parts.some(({ wantsReading }) => wantsReading) };
}

/** Edits within verbatim stretches of strings. Undefined when one of them is not. */
function insideLiterals({ inside, statement }: Change, map: SourceMap): MappedEdits | undefined {
  const edits: Edit[] = [];
  let wantsReading = false;
  for (const { span, newText } of inside) {
    const piece = map.pieces(span).find((candidate) => candidate.kind === 'verbatim' && isWithin(span, candidate.span));
    const mapped = piece && inLiteral(piece, span, newText, statement, map);
    if (piece === undefined || mapped === undefined) return undefined;
    edits.push(mapped);
    wantsReading ||= isShared(piece, statement, map);
  }
  return { edits, wantsReading };
}

/** A change that the call of a builder can say by itself. */
function insideCall(change: Change, map: SourceMap, target: Target): MappedEdits | undefined {
  const edits = concurrentlyAsOption(change, map, target);
  return edits === undefined ? undefined : { edits, wantsReading: false };
}

/** One statement that takes the place of another, where both are all of what one string holds. */
function replacedLiteral({ statement, replacement = '', before, behind }: Change, map: SourceMap, target: Target): MappedEdits | undefined {
  const parts = partsOf(replacement, target);
  const [only] = parts;
  if (parts.length !== 1 || only?.kind !== 'statement' || before !== '' || behind !== '') return undefined;
  const pieces = map.piecesOf(statement);
  const source = map.source(statement.span);
  const call = map.callOf(statement);
  if (source === undefined || pieces.some(({ kind, path }) => kind === 'written' || path !== undefined)) return undefined;
  if (call !== undefined && pieces.some((piece) => !isWithin(piece.source, call) && pieces.length > 1)) return undefined;
  const literal = literalAround(map.text, map.program.path, source);
  if (literal === undefined) return undefined;
  const wantsReading = pieces.some((piece) => isShared(piece, statement, map));
  const isWhole = source.start === literal.span.start + 1 && source.end === literal.span.end - 1;
  if (isWhole && literal.quote !== '`' && only.text.includes('\n') && !pieces.some(({ kind }) => kind === 'hole')) {
    // Several lines read best in a template.
    return { edits: [{ span: literal.span, newText: codeLiteral(only.text) }], wantsReading };
  }
  const newText = literalText(only.text, literal.quote, pieces, map);
  return newText === undefined ? undefined : { edits: [{ span: source, newText }], wantsReading };
}

function inLiteral(piece: RenderedPiece, span: Span, newText: string, statement: Statement, map: SourceMap): Edit | undefined {
  if (piece.path !== undefined) return undefined;
  const offset = piece.source.start - piece.span.start;
  const source = { start: span.start + offset, end: span.end + offset };
  const literal = literalAround(map.text, map.program.path, source);
  if (literal === undefined) return undefined;
  const text = literalText(newText, literal.quote, map.piecesOf(statement), map);
  return text === undefined ? undefined : { span: source, newText: text };
}

/** Does this place of the file stand for other statements too: in a loop, in a function that is called twice, a constant? */
function isShared(piece: RenderedPiece, statement: Statement, map: SourceMap): boolean {
  return map.program.rendering.pieces.some(
    (other) =>
      other.path === undefined &&
      other.source.start < piece.source.end &&
      piece.source.start < other.source.end &&
      (other.span.end <= statement.span.start || other.span.start >= statement.span.end) &&
      !isWithin(other.span, statement.span),
  );
}

/**
 * SQL as it stands between quotes. What is known only when it runs is written as in the code: `${table}`; undefined where no template can
 * hold that.
 */
function literalText(sql: string, quote: CodeQuote, pieces: readonly RenderedPiece[], map: SourceMap): string | undefined {
  const escaped = escapeForQuotes(sql.replaceAll('\r\n', '\n'), quote);
  let result = quote === '`' && map.text.includes('\r\n') ? escaped.replaceAll('\n', '\r\n') : escaped;
  for (const piece of pieces.filter(({ kind }) => kind === 'hole')) {
    const name = map.program.rendering.text.slice(piece.span.start, piece.span.end);
    const written = escapeForQuotes(name, quote);
    if (!escaped.includes(written)) continue;
    if (quote !== '`' || piece.path !== undefined) return undefined;
    result = result.replaceAll(written, `\${${map.text.slice(piece.source.start, piece.source.end)}}`);
  }
  return result;
}

/** The statements that take the place of one: its own text after the edits in it, or what replaces it. Undefined when it stays. */
function statementsAfter({ statement, inside, replacement }: Change, map: SourceMap, target: Target): readonly Part[] | undefined {
  if (replacement !== undefined) return partsOf(replacement, target);
  if (inside.length === 0) return undefined;
  const { text } = map.program.rendering;
  let result = '';
  let copied = statement.span.start;
  for (const { span, newText } of inside.toSorted((left, right) => left.span.start - right.span.start)) {
    result += text.slice(copied, span.start) + newText;
    copied = span.end;
  }
  return partsOf(result + text.slice(copied, statement.span.end), target);
}

function overlap(edits: readonly Edit[]): boolean {
  return edits.some((one, index) =>
    edits.some(
      (other, position) => position > index && one.span.start < other.span.end && other.span.start < one.span.end && !same(one, other),
    ),
  );
}

function withoutTwins(edits: readonly Edit[]): readonly Edit[] {
  const mayRepeat = ({ span, newText }: Edit) => span.start === span.end && newText !== makesAsync;
  return edits.filter((edit, index) => mayRepeat(edit) || edits.findIndex((other) => same(edit, other)) === index);
}

function same(left: Edit, right: Edit): boolean {
  return left.span.start === right.span.start && left.span.end === right.span.end && left.newText === right.newText;
}
