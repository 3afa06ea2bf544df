import { type Token, tokenize } from '../parse/postgres/lexer';
import { identifierOf } from './definitions';

/**
 * Names that PostgreSQL chooses where the text gives none, so that a generated rollback names the right object. The rules are those of
 * `makeObjectName`, `ChooseIndexName` and `ChooseConstraintName` (src/backend/commands/indexcmds.c, src/backend/catalog/pg_constraint.c):
 * parts joined by underscores, at most 63 bytes, the longer of the two name parts shortened first, a number appended until it is free.
 */
const maximumBytes = 63;

/** `table_columns_label`, shortened to 63 bytes of UTF-8, never in the middle of a character. */
export function makeObjectName(first: string, second: string | undefined, label: string): string {
  const whole = second === undefined ? `${first}_${label}` : `${first}_${second}_${label}`;
  if (byteLength(whole) <= maximumBytes) return whole;
  const overhead = 1 + byteLength(label) + (second === undefined ? 0 : 1);
  const available = maximumBytes - overhead;
  let firstBytes = byteLength(first);
  let secondBytes = second === undefined ? 0 : byteLength(second);
  while (firstBytes + secondBytes > available) {
    if (firstBytes > secondBytes) firstBytes--;
    else secondBytes--;
  }
  const parts = [clip(first, firstBytes), ...(second === undefined ? [] : [clip(second, secondBytes)]), label];
  return parts.join('_');
}

/** The first of `base_label`, `base_label1`, `base_label2` ... that is not taken. */
export function chooseName(first: string, second: string | undefined, label: string, isTaken: (name: string) => boolean): string {
  for (let attempt = 0; ; attempt++) {
    const name = makeObjectName(first, second, attempt === 0 ? label : `${label}${attempt}`);
    if (!isTaken(name)) return name;
  }
}

/** The middle part of the name of an index or a foreign key: its columns joined, cut off once it is over-long anyway. */
export function joinColumnNames(columns: readonly string[]): string {
  let joined = '';
  for (const column of columns) {
    if (joined !== '') joined += '_';
    joined += clip(column, maximumBytes);
    if (byteLength(joined) > maximumBytes) break;
  }
  return joined;
}

/**
 * What the server calls the key columns of an index: the column's name, or for an expression what a SELECT would call it; equal names
 * get a number (`ChooseIndexColumnNames`). `keys` are column names or expression texts.
 */
export function indexColumnNames(keys: readonly string[], isColumn: (key: string) => boolean): string[] {
  const names: string[] = [];
  for (const key of keys) {
    const wanted = isColumn(key) ? key : expressionName(key);
    let name = wanted;
    for (let number = 1; names.includes(name); number++) name = `${wanted}${number}`;
    names.push(name);
  }
  return names;
}

/**
 * The name of an expression (`FigureColname`): a function gives its name, a cast the name of what it casts, CASE `case`, and anything
 * with an operator has none and gives `expr`.
 */
function expressionName(text: string): string {
  let tokens = withoutParentheses(tokenize(text));
  const cast = topLevelIndex(tokens, '::');
  if (cast !== -1) tokens = withoutParentheses(tokens.slice(0, cast));
  if (tokens[0]?.word === 'case') return 'case';
  const open = tokens.findIndex((token) => token.word === '(');
  // `schema.function(...)` or `table.column`: names and dots only, and for a call nothing behind its parentheses.
  const path = tokens.slice(0, open === -1 ? tokens.length : open);
  const isPath =
    path.length > 0 && path.every((token, position) => (position % 2 === 0 ? identifierOf(text, token) !== undefined : token.word === '.'));
  const last = path.at(-1);
  if (!isPath || last === undefined || (open !== -1 && closingIndex(tokens, open) !== tokens.length - 1)) return 'expr';
  return identifierOf(text, last) ?? 'expr';
}

function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.word !== '(' || closingIndex(tokens, 0) !== tokens.length - 1) return tokens;
  return withoutParentheses(tokens.slice(1, -1));
}

function closingIndex(tokens: readonly Token[], open: number): number {
  let depth = 0;
  return tokens.findIndex((token, position) => {
    if (position < open) return false;
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    return depth === 0;
  });
}

function topLevelIndex(tokens: readonly Token[], word: string): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    return depth === 0 && token.word === word;
  });
}

/** In UTF-8. Written out, as most names are short and an encoder costs more than that. */
function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    // The halves of a character beyond the basic plane have two bytes each.
    bytes += code < 0x800 || isSurrogate(code) ? 1 : 2;
  }
  return bytes;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function clip(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  let clipped = '';
  let used = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > bytes) break;
    clipped += character;
  }
  return clipped;
}
