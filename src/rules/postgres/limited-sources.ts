import { type Token, tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';

/**
 * The names under which an UPDATE or DELETE joins a number of rows that does not grow with a table: CTEs and subqueries in FROM or USING that have
 * a LIMIT or are VALUES, `small` tables, and CTEs and aliases that stand for one of those.
 */
export function limitedSources(statement: string, small: Iterable<string> = []): ReadonlySet<string> {
  const tokens = tokenize(statement).filter(({ kind }) => kind !== 'comment');
  const names = new Set(small);
  const nameAt = (position: number) => {
    const token = tokens[position];
    return token === undefined || notNames.has(token.word) ? undefined : identifierOf(statement, token);
  };
  for (const [position, token] of tokens.entries()) {
    if (token.word === '(') {
      const end = closing(tokens, position);
      if (!isLimited(statement, tokens.slice(position + 1, end), names)) continue;
      const name = beforeAs(tokens, position, nameAt) ?? nameAt(tokens[end + 1]?.word === 'as' ? end + 2 : end + 1);
      if (name !== undefined) names.add(name);
    } else if (names.has(nameAt(position) ?? '') && isInFrom(tokens[position - 1])) {
      const alias = nameAt(tokens[position + 1]?.word === 'as' ? position + 2 : position + 1);
      if (alias !== undefined) names.add(alias);
    }
  }
  return names;
}

const notNames = new Set([
  'where',
  'set',
  'on',
  'returning',
  'from',
  'using',
  'as',
  'join',
  'cross',
  'left',
  'inner',
  'for',
  'select',
  'and',
  'or',
]);

/** VALUES, LIMIT of the query itself and not of one inside of it, or the rows of a limited source. */
export function isLimited(text: string, tokens: readonly Token[], names: ReadonlySet<string>): boolean {
  let depth = 0;
  if (tokens[0]?.word === 'values') return true;
  if (tokens[0]?.word !== 'select') return false;
  return tokens.some((token, position) => {
    if (token.word === '(') depth++;
    else if (token.word === ')') depth--;
    if (depth > 0) return false;
    if (token.word === 'limit') return isValue(tokens[position + 1]);
    const source = token.word === 'from' ? tokens[position + 1] : undefined;
    return source !== undefined && names.has(identifierOf(text, source) ?? '') && tokens[position + 2]?.word !== ',';
  });
}

/** What can stand for a number: also the `?` that knex and others fill in. */
export function isValue(token: Token | undefined): boolean {
  return token !== undefined && (['number', 'string', 'parameter', 'variable'].includes(token.kind) || token.word === '?');
}

/** `name AS (`, `name (columns) AS MATERIALIZED (`: the name of a CTE. */
function beforeAs(tokens: readonly Token[], position: number, nameAt: (position: number) => string | undefined): string | undefined {
  let place = position - 1;
  while (['materialized', 'not'].includes(tokens[place]?.word ?? '')) place--;
  if (tokens[place]?.word !== 'as') return undefined;
  place--;
  if (tokens[place]?.word === ')') while (place >= 0 && tokens[place--]?.word !== '(');
  return nameAt(place);
}

function isInFrom(token: Token | undefined): boolean {
  return token !== undefined && ['from', 'using', 'join', ','].includes(token.word);
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let place = open; place < tokens.length; place++) {
    if (tokens[place]?.word === '(') depth++;
    else if (tokens[place]?.word === ')' && --depth === 0) return place;
  }
  return tokens.length;
}
