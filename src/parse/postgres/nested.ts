import type { Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';
import type { Position, Range, Span } from '../../model/text';
import { LineIndex } from '../lines';
import { composedText, withNames } from './composed-text';
import { type Token, tokenize } from './lexer';
import { movedOperations, movedSpan } from './moved';
import { readRequests, readStatements } from './read';

/** A statement that runs inside another one: in the body of a DO block, or of a function. */
export interface NestedStatement extends Statement {
  /** It stands in a LOOP, so it may be one batch of many. */
  readonly inLoop: boolean;
}

/** The SQL of a block: where it stands, and once someone has asked for it, what it says. */
interface Block {
  readonly pieces: readonly Piece[];
  readonly computed: readonly ComputedPiece[];
  statements?: readonly NestedStatement[];
}

const blocks = new WeakMap<Statement, Block>();
const none: readonly NestedStatement[] = [];

/**
 * The SQL statements in a DO block, those of EXECUTE with a constant text included, with their places in the file. Without those
 * that are put together at run time. Empty for every other statement. `loadParser` must have resolved.
 */
export function nestedStatements(statement: Statement): readonly NestedStatement[] {
  const block = blockOf(statement);
  if (block === undefined) return none;
  block.statements ??= readPieces(statement, block.pieces);
  return block.statements;
}

/**
 * The statements that a DO block puts together and gives to EXECUTE, as far as they can be read with names in braces in place of what only a
 * run knows: `CREATE INDEX ON "{t}" (a)`. They say what is done, and not to which objects, so they are nothing to replay.
 */
export function computedStatements(statement: Statement): readonly NestedStatement[] {
  const block = blockOf(statement);
  return block === undefined || block.computed.length === 0 ? none : block.computed.flatMap((piece) => readComputed(statement, piece));
}

/** The same for who wants to know only which objects a block makes, changes or drops: most blocks change rows, and need not be read for that. */
export function nestedDefinitions(statement: Statement): readonly NestedStatement[] {
  const mayDefine = blockOf(statement)?.pieces.some(({ word }) => !definesNothing.has(word)) === true;
  return mayDefine ? nestedStatements(statement) : none;
}

function blockOf(statement: Statement): Block | undefined {
  const [operation] = statement.operations;
  if (operation?.kind !== 'do block' || operation.language !== 'plpgsql') return undefined;
  const known = blocks.get(statement);
  if (known !== undefined) return known;
  const body = blockBody(statement);
  const block: Block = body === undefined ? { pieces: [], computed: [] } : pieces(statement.text, body);
  blocks.set(statement, block);
  return block;
}

/** Where the words of a DO block stand in its text. */
export function blockBody({ text }: Statement): Span | undefined {
  return bodyOf(text, tokenize(text));
}

/** The statements of a function's body, from its CREATE statement; their places count in that text. */
export function functionStatements(definition: string): readonly NestedStatement[] {
  const { body, language } = routineBody(definition);
  const whole = containerOf(definition);
  if (body === undefined) return none;
  if (language === 'plpgsql') return readPieces(whole, pieces(definition, body).pieces);
  if (language !== 'sql') return none;
  return readPieces(whole, [{ ...body, word: '', tokens: tokenize(definition, body.start, body.end), inLoop: false }]);
}

/** Those that it puts together. */
export function computedInFunction(definition: string): readonly NestedStatement[] {
  if (!/\bexecute\b/i.test(definition)) return none;
  const { body, language } = routineBody(definition);
  if (body === undefined || language !== 'plpgsql') return none;
  const whole = containerOf(definition);
  return pieces(definition, body).computed.flatMap((piece) => readComputed(whole, piece));
}

function routineBody(definition: string): { readonly body: Span | undefined; readonly language: string } {
  const tokens = tokenize(definition);
  return { body: bodyOf(definition, tokens), language: languageOf(definition, tokens) };
}

function containerOf(text: string): Container {
  const start: Position = { line: 0, character: 0 };
  return { text, span: { start: 0, end: text.length }, range: { start, end: start } };
}

/** The word behind LANGUAGE. A parameter may have that name, and stands in parentheses. */
function languageOf(definition: string, tokens: readonly Token[]): string {
  let depth = 0;
  for (const [position, token] of tokens.entries()) {
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    if (depth === 0 && token.word === 'language') return wordOf(definition, tokens[position + 1]);
  }
  return '';
}

function wordOf(text: string, token: Token | undefined): string {
  return token === undefined ? '' : text.slice(token.start, token.end).replaceAll(/['"]/g, '').toLowerCase();
}

/** Where the words of the body stand. In plain quotes it has its own quotes doubled, and its places are then not those of the file. */
function bodyOf(text: string, tokens: readonly Token[]): Span | undefined {
  const token = tokens.find(({ kind }) => kind === 'dollar string');
  if (token !== undefined) return withoutTags(text, token);
  const plain = tokens.find(({ kind }, position) => kind === 'string' && ['as', 'do'].includes(tokens[position - 1]?.word ?? ''));
  return plain === undefined ? undefined : plainText(text, plain);
}

function plainText(text: string, literal: Span): Span | undefined {
  const inside = { start: literal.start + 1, end: literal.end - 1 };
  return text[literal.start] === "'" && !/['\\]/.test(text.slice(inside.start, inside.end)) ? inside : undefined;
}

function withoutTags(text: string, token: Span): Span {
  const length = text.indexOf('$', token.start + 1) + 1 - token.start;
  return { start: token.start + length, end: Math.max(token.end - length, token.start + length) };
}

type Container = Pick<Statement, 'text' | 'span' | 'range'>;

function readPieces(container: Container, found: readonly Piece[]): readonly NestedStatement[] {
  if (found.length === 0) return none;
  const text = asSql(container.text, found);
  // All in one call: each counts the lines of the whole text.
  return readRequests(text, found, {}).flatMap((statements, piece) =>
    statements
      // Variables of the block make some statements unreadable alone; that says nothing about the block.
      .filter((statement) => statement.unreadable === undefined)
      .map((statement) => ({ ...statement, ...placed(statement, container), inLoop: found[piece]?.inLoop === true })),
  );
}

/** Read from the text that it makes, which is in no file: all of it is told at the EXECUTE. */
function readComputed(container: Container, piece: ComputedPiece): readonly NestedStatement[] {
  const composed = composedText(container.text.slice(piece.start, piece.end));
  if (composed === undefined) return none;
  const made = withNames(composed);
  const span = movedSpan(piece.statement, container.span.start);
  const range = movedRange(new LineIndex(container.text).range(piece.statement), container.range.start);
  const text = container.text.slice(piece.statement.start, piece.statement.end);
  return readStatements(made, { start: 0, end: made.length }, {})
    .filter((statement) => statement.unreadable === undefined)
    .map(({ unresolved: _, ...statement }) => ({
      ...statement,
      text,
      span,
      range,
      operations: statement.operations.map(({ insertAt: __, ...operation }) => ({ ...operation, span }) as Operation),
      inLoop: piece.inLoop,
    }));
}

/** The text as it stands in the outer statement, and places of the file in place of places in that. */
function placed(statement: Statement, { text, span, range }: Container): Pick<Statement, 'text' | 'span' | 'range' | 'operations'> {
  return {
    text: text.slice(statement.span.start, statement.span.end),
    span: movedSpan(statement.span, span.start),
    range: movedRange(statement.range, range.start),
    operations: movedOperations(statement.operations, span.start),
  };
}

function movedRange(range: Range, base: Position): Range {
  const move = ({ line, character }: Position): Position => ({
    line: line + base.line,
    character: line === 0 ? character + base.character : character,
  });
  return { start: move(range.start), end: move(range.end) };
}

interface Piece extends Span {
  /** The first word of the statement; EXECUTE's own for a text that it runs. */
  readonly word: string;
  readonly tokens: readonly Token[];
  readonly inLoop: boolean;
}

/** The expression of which EXECUTE runs the value, or which the variable was given that it names. */
interface ComputedPiece extends Span {
  /** EXECUTE with all of it. */
  readonly statement: Span;
  readonly inLoop: boolean;
}

/** Words behind which a statement of PL/pgSQL begins (manual, "Structure of PL/pgSQL", "Control Structures"). */
export const beforeStatements = new Set([';', 'begin', 'then', 'else', 'loop', '>>']);

/** The first words of SQL statements that change something or lock something. PERFORM is SELECT by another name. */
const sqlStatements = new Set([
  'perform',
  ...['alter', 'analyze', 'call', 'cluster', 'comment', 'commit', 'copy', 'create', 'delete', 'drop', 'grant', 'insert', 'lock', 'merge'],
  ...['refresh', 'reindex', 'reset', 'revoke', 'rollback', 'set', 'truncate', 'update', 'vacuum', 'with'],
]);

/** Those of them after which the same objects exist, defined as before. */
const definesNothing = new Set([
  ...['perform', 'analyze', 'call', 'commit', 'copy', 'delete', 'insert', 'lock', 'merge', 'refresh', 'reindex', 'rollback', 'truncate'],
  ...['reset', 'set', 'update', 'vacuum'],
]);

const endings = new Set(['commit', 'rollback', 'call']);

/**
 * Can a PL/pgSQL body end the transaction that it runs in, and go on in the next (manual, PL/pgSQL, "Transaction Management")? What a
 * procedure does that it calls is not known, so it may.
 */
export function endsTransactions(body: string): boolean {
  const tokens = tokenize(body);
  return tokens.some(({ word }, position) => endings.has(word) && beforeStatements.has(tokens[position - 1]?.word ?? ''));
}

/** The stretches of a PL/pgSQL body that are SQL statements, and those of which EXECUTE makes some. */
function pieces(text: string, body: Span): Pick<Block, 'pieces' | 'computed'> {
  const tokens = tokenize(text, body.start, body.end);
  const found: Piece[] = [];
  const computed: ComputedPiece[] = [];
  let loops = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.word === 'loop') loops += tokens[index - 1]?.word === 'end' ? -1 : 1;
    const begins = beforeStatements.has(tokens[index - 1]?.word ?? '');
    if (!begins || (token.word !== 'execute' && !sqlStatements.has(token.word))) continue;
    let last = index;
    while (last < tokens.length && tokens[last]?.word !== ';') last++;
    const piece = token.word === 'execute' ? executed(text, tokens.slice(index + 1, last)) : written(tokens.slice(index, last));
    const inLoop = loops > 0;
    if (piece !== undefined) found.push({ ...piece, word: token.word, inLoop });
    else if (token.word === 'execute') {
      const expression = executedExpression(text, tokens, index, last);
      if (expression !== undefined) computed.push({ ...expression, statement: spanOf(tokens, index, last), inLoop });
    }
    index = last;
  }
  return { pieces: found, computed };
}

/** What stands behind EXECUTE at this place up to INTO and USING; of a variable alone, what it was given last before. */
function executedExpression(text: string, tokens: readonly Token[], execute: number, end: number): Span | undefined {
  const options = tokens.findIndex(({ word }, place) => place > execute && place < end && (word === 'using' || word === 'into'));
  const last = options === -1 ? end : options;
  if (last <= execute + 1) return undefined;
  if (last > execute + 2) return spanOf(tokens, execute + 1, last);
  const variable = identifierAt(text, tokens[execute + 1]);
  const given = tokens.findLastIndex(
    ({ word }, place) => place < execute && word === ':=' && identifierAt(text, tokens[place - 1]) === variable,
  );
  const semicolon = tokens.findIndex(({ word }, place) => place > given && word === ';');
  return given === -1 || semicolon <= given + 1 ? undefined : spanOf(tokens, given + 1, semicolon);
}

function identifierAt(text: string, token: Token | undefined): string {
  return token === undefined ? '' : text.slice(token.start, token.end).toLowerCase();
}

/** From one token up to another. */
function spanOf(tokens: readonly Token[], first: number, end: number): Span {
  return { start: tokens[first]?.start ?? 0, end: tokens[end - 1]?.end ?? 0 };
}

/**
 * The text with what PL/pgSQL adds to SQL taken out of these stretches, and all places as they are: PERFORM is SELECT, and INTO with its
 * variables (manual, "Executing a Command with a Single-Row Result") becomes white space.
 */
export function asSql(text: string, found: readonly { readonly tokens: readonly Token[] }[]): string {
  let result = '';
  let copied = 0;
  const replace = (start: number, end: number, newText: string) => {
    result += text.slice(copied, start) + newText;
    copied = end;
  };
  for (const { tokens } of found) {
    const [first] = tokens;
    if (first?.word === 'perform') replace(first.start, first.end, 'SELECT ');
    const target = intoTarget(tokens);
    if (target !== undefined) replace(target.start, target.end, ' '.repeat(target.end - target.start));
  }
  return result + text.slice(copied);
}

/** INTO [STRICT] target [, target]: outside of parentheses, and not that of INSERT INTO or MERGE INTO. */
function intoTarget(tokens: readonly Token[]): Span | undefined {
  let depth = 0;
  for (const [position, token] of tokens.entries()) {
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    const before = tokens[position - 1]?.word;
    if (depth > 0 || token.word !== 'into' || before === 'insert' || before === 'merge') continue;
    let last = position + (tokens[position + 1]?.word === 'strict' ? 2 : 1);
    while (tokens[last + 1]?.word === ',' || tokens[last + 1]?.word === '.') last += 2;
    const end = tokens[last]?.end;
    return end === undefined ? undefined : { start: token.start, end };
  }
  return undefined;
}

type Cut = Pick<Piece, 'start' | 'end' | 'tokens'>;

function written(tokens: readonly Token[]): Cut | undefined {
  const [first] = tokens;
  const last = tokens.at(-1);
  return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end, tokens };
}

function executed(text: string, tokens: readonly Token[]): Cut | undefined {
  const span = executedText(text, tokens);
  return span && { ...span, tokens: tokenize(text, span.start, span.end) };
}

/** The constant text of EXECUTE, perhaps with USING or INTO behind it. One with doubled quotes is not what stands in the file. */
function executedText(text: string, tokens: readonly Token[]): Span | undefined {
  const [literal, next] = tokens;
  if (literal === undefined || (next !== undefined && next.word !== 'using' && next.word !== 'into')) return undefined;
  if (literal.kind === 'dollar string') return withoutTags(text, literal);
  return literal.kind === 'string' ? plainText(text, literal) : undefined;
}
