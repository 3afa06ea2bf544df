import type { Table } from '../../model/catalog';
import { type Token, tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';
import { isLimited, isValue, limitedSources } from './limited-sources';

/**
 * Does a WHERE keep the statement to a small number of rows that does not grow with the table: a key equal to a value or in a list, a
 * range of a key, a subquery with LIMIT, or a key equal to a column of a source with LIMIT? `table` is what is known of the table, if anything;
 * `statement` is the whole statement, where such sources stand, and `small` names tables of few rows.
 */
export function limitsRows(where: string, table: Table | undefined, statement = '', small?: Iterable<string>): boolean {
  const tokens = tokenize(where);
  if (joinsFew(where, tokens, table, limitedSources(statement, small))) return true;
  if (tokens.some((token, position) => token.word === 'limit' && isValue(tokens[position + 1]))) return true;
  const conjuncts = splitTopLevel(tokens, 'and');
  if (splitTopLevel(tokens, 'or').length > 1) {
    return splitTopLevel(tokens, 'or').every((part) => splitTopLevel(part, 'and').some((conjunct) => boundsKey(where, conjunct, table)));
  }
  return conjuncts.some((conjunct) => boundsKey(where, conjunct, table)) || boundsRange(where, conjuncts, table);
}

/** `users.id = batch.id`, `id IN (SELECT id FROM batch)`, where `batch` is one of these sources. */
function joinsFew(text: string, tokens: readonly Token[], table: Table | undefined, few: ReadonlySet<string>): boolean {
  if (few.size === 0 || splitTopLevel(tokens, 'or').length > 1) return false;
  return splitTopLevel(tokens, 'and').some((conjunct) => {
    const bare = withoutParentheses(conjunct);
    const middle = bare.findIndex(({ word }) => word === '=' || word === 'in');
    const sides = [bare.slice(0, middle), bare.slice(middle + 1)].map((side) => ({ side, column: columnAt(text, side, 0) }));
    const isFew = (side: readonly Token[]) =>
      side[1]?.word === '.' ? few.has(identifierOf(text, side[0] as Token) ?? '') : isLimited(text, withoutParentheses(side), few);
    return sides.some(({ side }, place) => {
      const other = sides[1 - place];
      return middle > 0 && isFew(side) && other?.column?.end === other?.side.length && identifiesRow(other?.column?.name ?? '', table);
    });
  });
}

/** `id = 5`, `id IN (1, 2)`, `id = ANY ('{1,2}')`, `id BETWEEN 1 AND 1000`, where id identifies a row. */
function boundsKey(text: string, tokens: readonly Token[], table: Table | undefined): boolean {
  const bare = withoutParentheses(tokens);
  if (equalsKeyExpression(text, bare, table)) return true;
  const position = bare.findIndex((token) => identifierOf(text, token) !== undefined && !notColumns.has(token.word));
  const column = position === -1 ? undefined : columnAt(text, bare, position);
  if (column === undefined || !identifiesRow(column.name, table)) return false;
  const operator = bare[column.end]?.word;
  const rest = bare.slice(column.end + 1);
  if (operator === '=') return rest.length > 0 && rest.every(isConstantToken);
  if (operator === 'in' || operator === 'between') return rest.every(isConstantToken);
  return false;
}

/** `lower(email) = 'x'`, where a unique index is over just that. */
function equalsKeyExpression(text: string, tokens: readonly Token[], table: Table | undefined): boolean {
  const middle = tokens.findIndex(({ word }) => word === '=');
  const rest = tokens.slice(middle + 1);
  if (middle < 1 || rest.length === 0 || !rest.every(isConstantToken)) return false;
  const plain = (words: string) => words.replaceAll(/[\s()]/g, '').toLowerCase();
  const asked = plain(text.slice(tokens[0]?.start, tokens[middle - 1]?.end));
  return table?.indexes.some(({ unique, keys: [key, ...others] }) => unique && others.length === 0 && plain(key ?? '') === asked) === true;
}

/** `id >= 1 AND id < 1000`. */
function boundsRange(text: string, conjuncts: readonly (readonly Token[])[], table: Table | undefined): boolean {
  const sides = conjuncts.flatMap((tokens) => {
    const bare = withoutParentheses(tokens);
    const column = columnAt(text, bare, 0);
    if (column === undefined || !identifiesRow(column.name, table)) return [];
    const operator = bare[column.end]?.word ?? '';
    return bare.slice(column.end + 1).every(isConstantToken) && /^[<>]=?$/.test(operator) ? [operator.charAt(0)] : [];
  });
  return sides.includes('<') && sides.includes('>');
}

function columnAt(text: string, tokens: readonly Token[], position: number): { readonly name: string; readonly end: number } | undefined {
  const first = tokens[position];
  if (first === undefined || position > 0) return undefined;
  const qualified = tokens[position + 1]?.word === '.' ? tokens[position + 2] : undefined;
  const name = identifierOf(text, qualified ?? first);
  return name === undefined ? undefined : { name, end: position + (qualified === undefined ? 1 : 3) };
}

const notColumns = new Set(['and', 'or', 'not', 'exists', 'select', 'case', 'true', 'false', 'null']);

function isConstantToken(token: Token): boolean {
  if (['string', 'number', 'parameter', 'variable'].includes(token.kind)) return true;
  return ['(', ')', ',', '::', '-', '[', ']', '.', 'any', 'array', 'and', 'uuid', 'int', 'integer', 'bigint', 'text'].includes(token.word);
}

/** A key of the table; of a table that was not seen, a column that is called like one. */
function identifiesRow(column: string, table: Table | undefined): boolean {
  if (column === 'ctid') return true;
  const unique = [
    ...(table?.constraints ?? [])
      .filter((constraint) => constraint.kind === 'primary key' || constraint.kind === 'unique')
      .map((constraint) => constraint.columns),
    ...(table?.indexes ?? []).filter((index) => index.unique).map((index) => index.keys),
  ];
  if (unique.some((columns) => columns.length === 1 && columns[0] === column)) return true;
  if (unique.some((columns) => columns.includes(column) && columns.length > 1)) return true;
  return (table === undefined || table.complete === false) && ['id', 'uuid', 'key', 'code', 'slug'].includes(column);
}

function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.word !== '(' || tokens.at(-1)?.word !== ')') return tokens;
  let depth = 0;
  for (const [position, token] of tokens.entries()) {
    if (token.word === '(') depth++;
    else if (token.word === ')' && --depth === 0 && position < tokens.length - 1) return tokens;
  }
  return withoutParentheses(tokens.slice(1, -1));
}

/** Parts between a word outside parentheses; the AND of BETWEEN separates nothing. */
export function splitTopLevel(tokens: readonly Token[], word: string): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  let between = false;
  for (const token of withoutParentheses(tokens)) {
    if (token.word === '(') depth++;
    else if (token.word === ')') depth--;
    if (depth === 0 && token.word === 'between') between = true;
    if (depth === 0 && token.word === word && !(word === 'and' && between)) {
      parts.push([]);
      continue;
    }
    if (depth === 0 && token.word === 'and') between = false;
    parts.at(-1)?.push(token);
  }
  return parts;
}
