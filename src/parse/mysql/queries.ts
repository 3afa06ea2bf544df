import type { ObjectName } from '../../model/operation';
import type { Cursor } from './cursor';
import type { Token } from './lexer';
import { unquoted } from './names';

/** What is known inside of one bracket while tables are looked for. */
interface Level {
  /** Between FROM and what ends its list: a comma is followed by a table. */
  inList: boolean;
  /** The next name is a table's. */
  expectsTable: boolean;
  /** EXTRACT(x FROM y) and its like: FROM names no table. */
  readonly isCall: boolean;
}

const listEnds = new Set(
  'where group having order limit union except intersect window for into set procedure values on_duplicate returning lock offset fetch'.split(
    ' ',
  ),
);
const callsWithFrom = new Set(['extract', 'trim', 'substring', 'substr', 'mid', 'position', 'overlay']);

/** The tables that a query names from here to the cursor's end, each once; names of its WITH are none. The cursor stays where it is. */
export function relationsIn(cursor: Cursor): ObjectName[] {
  return relationsOf(cursor.tokens.slice(cursor.index), cursor.text);
}

/** The same for tokens. */
export function relationsOf(tokens: readonly Token[], text: string): ObjectName[] {
  const common = commonNames(tokens, text);
  const found = new Map<string, ObjectName>();
  const levels: Level[] = [{ inList: false, expectsTable: false, isCall: false }];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    const level = levels.at(-1);
    if (token === undefined || level === undefined) break;
    if (level.expectsTable && isNameToken(token)) {
      level.expectsTable = false;
      const isTableFunction = tokens[index + 1]?.word === '(';
      const { name, next } = dottedName(tokens, index, text);
      if (!isTableFunction && !(name.schema === undefined && common.has(name.name))) found.set(`${name.schema ?? ''}\0${name.name}`, name);
      index = next - 1;
      continue;
    }
    follow(levels, level, token, tokens[index - 1]?.word ?? '');
  }
  return [...found.values()];
}

function isNameToken({ kind, word }: Token): boolean {
  if (kind === 'quoted identifier' || kind === 'placeholder') return true;
  return kind === 'word' && word !== 'lateral' && word !== 'select' && word !== 'only' && word !== 'values';
}

function follow(levels: Level[], level: Level, { word }: Token, previous: string): void {
  if (word === '(') {
    const inherits = level.expectsTable;
    level.expectsTable = false;
    levels.push({ inList: inherits, expectsTable: inherits, isCall: callsWithFrom.has(previous) });
  } else if (word === ')') {
    if (levels.length > 1) levels.pop();
  } else if (word === 'select') {
    level.inList = false;
    level.expectsTable = false;
  } else if (word === 'from') {
    level.inList = !level.isCall;
    level.expectsTable = !level.isCall;
  } else if (word === 'join' || word === 'straight_join') level.expectsTable = true;
  else if (word === ',') level.expectsTable = level.inList;
  // TABLE t is a query.
  else if (word === 'table') level.expectsTable = true;
  else if (listEnds.has(word)) level.inList = false;
}

/** `name`, `database.name` at this token, and the number of the token behind it. */
function dottedName(tokens: readonly Token[], start: number, text: string): { readonly name: ObjectName; readonly next: number } {
  const part = (at: number): string => {
    const token = tokens[at];
    return token === undefined ? '' : unquoted(text.slice(token.start, token.end));
  };
  let first = part(start);
  let next = start + 1;
  // `${prefix}users` is one name.
  while (
    tokens[next]?.start === tokens[next - 1]?.end &&
    (tokens[next]?.kind === 'placeholder' || tokens[next - 1]?.kind === 'placeholder')
  ) {
    if (tokens[next]?.kind !== 'word' && tokens[next]?.kind !== 'placeholder') break;
    first += part(next++);
  }
  if (tokens[next]?.word !== '.') return { name: { name: first }, next };
  return { name: { schema: first, name: part(next + 1) }, next: next + 2 };
}

/** The names that WITH gives: `name AS (`, `name (columns) AS (`. */
function commonNames(tokens: readonly Token[], text: string): ReadonlySet<string> {
  const found = new Set<string>();
  if (!tokens.some(({ word }) => word === 'with')) return found;
  tokens.forEach((token, index) => {
    const before = tokens[index - 1]?.word;
    if ((before !== 'with' && before !== 'recursive' && before !== ',') || !isNameToken(token)) return;
    let next = index + 1;
    if (tokens[next]?.word === '(') while (next < tokens.length && tokens[next++]?.word !== ')');
    if (tokens[next]?.word === 'as' && tokens[next + 1]?.word === '(') found.add(unquoted(text.slice(token.start, token.end)));
  });
  return found;
}
