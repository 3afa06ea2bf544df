import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type Token, tokenize } from '../parse/postgres/lexer';
import { identifierOf } from './definitions';

/** An UPDATE or DELETE of one table, taken apart. */
export interface SimpleWrite {
  /** All up to WHERE. */
  readonly head: string;
  readonly assignments: readonly { readonly column: string; readonly expression: string }[];
}

/** Undefined for forms with more tables, a RETURNING, a WITH, an alias or lists on the left: those a batch could not just repeat. */
export function readSimpleWrite(text: string): SimpleWrite | undefined {
  const tokens = tokenize(text);
  const verb = tokens[0]?.word;
  if (verb !== 'update' && verb !== 'delete') return undefined;
  const top = topLevel(tokens);
  const where = top.find((token) => token.word === 'where');
  const end = where?.start ?? text.length;
  if (top.some((token) => ['returning', 'using'].includes(token.word))) return undefined;
  let position = verb === 'delete' ? 2 : 1;
  if (tokens[position]?.word === 'only') position++;
  position += tokens[position + 1]?.word === '.' ? 3 : 1;
  const head = text.slice(0, end).trim();
  if (verb === 'delete') return tokens[position] === undefined || tokens[position] === where ? { head, assignments: [] } : undefined;
  if (tokens[position]?.word !== 'set') return undefined;
  const body = tokens.slice(position + 1).filter((token) => token.start < end);
  if (topLevel(body).some((token) => token.word === 'from')) return undefined;
  const assignments = splitAtCommas(body).map((part) => {
    const column = part[0] === undefined ? undefined : identifierOf(text, part[0]);
    const first = part[2];
    const last = part.at(-1);
    if (column === undefined || part[1]?.word !== '=' || first === undefined || last === undefined) return undefined;
    return { column, expression: text.slice(first.start, last.end) };
  });
  const known = assignments.filter((assignment) => assignment !== undefined);
  return known.length === assignments.length ? { head, assignments: known } : undefined;
}

/**
 * A condition that rows no longer meet once they are written, so that the update can be stopped and started again: the WHERE itself
 * when it asks about an assigned column, else that a value still differs. Undefined when writing a row twice would change it twice.
 */
export function remainingRows(write: SimpleWrite, where: string | undefined): string | undefined {
  if (write.assignments.length === 0) return where ?? 'true';
  const columns = write.assignments.map((assignment) => assignment.column);
  for (const { column, expression } of write.assignments) {
    const tokens = tokenize(expression);
    const usesAssigned = tokens.some((token) => columns.includes(identifierOf(expression, token) ?? ''));
    if (usesAssigned && !isIdempotent(expression, tokens, column)) return undefined;
  }
  const asksAssigned = where !== undefined && tokenize(where).some((token) => columns.includes(identifierOf(where, token) ?? ''));
  if (asksAssigned) return where;
  if (write.assignments.some(({ expression }) => callsUnknown(expression))) return undefined;
  const differs = write.assignments
    .map(({ column, expression }) => `${quoteIdentifier(column)} IS DISTINCT FROM ${wrapped(expression)}`)
    .join(' OR ');
  if (where === undefined) return differs;
  return `(${where}) AND (${differs})`;
}

/** Functions of which applying them twice is applying them once. */
const idempotent = new Set(['lower', 'upper', 'trim', 'btrim', 'ltrim', 'rtrim', 'coalesce']);

/** Functions that give the same value for the same arguments, so that a row can be asked whether it has it already. */
const repeatable = new Set([
  ...idempotent,
  'concat',
  'replace',
  'substring',
  'substr',
  'left',
  'right',
  'length',
  'round',
  'floor',
  'ceil',
  'abs',
  'greatest',
  'least',
  'nullif',
  'md5',
  'date_trunc',
  'to_char',
  'cast',
  'array',
]);

function isIdempotent(expression: string, tokens: readonly Token[], column: string): boolean {
  return tokens.every((token) => {
    if (['string', 'number'].includes(token.kind) || ['(', ')', ',', '::'].includes(token.word)) return true;
    return identifierOf(expression, token) === column || idempotent.has(token.word);
  });
}

function callsUnknown(expression: string): boolean {
  const tokens = tokenize(expression);
  return tokens.some(
    (token, position) =>
      (token.kind === 'word' && tokens[position + 1]?.word === '(' && !repeatable.has(token.word)) ||
      /^(current_|local)(date|time)/.test(token.word),
  );
}

function wrapped(expression: string): string {
  return tokenize(expression).length === 1 ? expression : `(${expression})`;
}

function topLevel(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    return depth === 0;
  });
}

function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.word === '(' || token.word === '[') depth++;
    if (token.word === ')' || token.word === ']') depth--;
    if (depth === 0 && token.word === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
