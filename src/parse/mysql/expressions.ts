import type { Volatility } from '../../model/operation';
import type { Cursor } from './cursor';
import type { Token } from './lexer';

/**
 * Steps over one expression: to a comma, a closing bracket or one of these words outside of brackets. Its inside is not checked beyond its
 * brackets; that it is not empty is.
 */
export function skipExpression(cursor: Cursor, stops: ReadonlySet<string>): void {
  const start = cursor.index;
  let cases = 0;
  while (!cursor.atEnd) {
    const word = cursor.word();
    if (word === '(') {
      cursor.skipBrackets();
      continue;
    }
    if (word === ')' || word === ',' || word === ';') break;
    if (word === 'case') cases++;
    if (word === 'end' && cases > 0) cases--;
    else if (cases === 0 && stops.has(word) && cursor.word(-1) !== '.' && cursor.index > start) break;
    cursor.index++;
  }
  if (cursor.index === start) cursor.fail('an expression');
}

/** The same, as it stands in the text. */
export function expressionText(cursor: Cursor, stops: ReadonlySet<string>): string {
  const from = cursor.index;
  skipExpression(cursor, stops);
  return cursor.since(from);
}

/** Functions that give another value for each row or each call (MySQL manual, "Expression Default Values"; "Replication and Functions"). */
const volatileFunctions = new Set(
  `uuid uuid_short sys_guid rand random_bytes sleep nextval lastval setval get_lock release_lock last_insert_id connection_id found_rows
  row_count load_file sysdate uuid_v4 uuid_v7 next previous`.split(/\s+/),
);

const stableFunctions = new Set(
  `now current_timestamp localtime localtimestamp current_date curdate current_time curtime utc_date utc_time utc_timestamp unix_timestamp
  user current_user session_user system_user current_role database schema version`.split(/\s+/),
);

/** Words that stand before a bracket and are no function. */
const notFunctions = new Set(
  `in and or not on using values value exists any all some as by where having when then else set select distinct over between like from
  join union except intersect partition xor div limit case index key interval return into is rows range row table update offset end
  primary unique check references add call with only rlike regexp sounds`.split(/\s+/),
);

/** The functions that are called in these tokens, in lower case, each once. A function of a database by its last name. */
export function functionsIn(tokens: readonly Token[], text: string): string[] {
  const found = new Set<string>();
  tokens.forEach((token, index) => {
    const isCall =
      tokens[index + 1]?.word === '(' && (token.kind === 'word' ? !notFunctions.has(token.word) : token.kind === 'quoted identifier');
    const bare = token.kind === 'word' && bareFunctions.has(token.word) && tokens[index - 1]?.word !== '.';
    if (isCall || bare) found.add(token.kind === 'word' ? token.word : text.slice(token.start + 1, token.end - 1).toLowerCase());
  });
  return [...found];
}

/** What may be called without brackets. */
const bareFunctions = new Set(
  'current_timestamp current_date current_time localtime localtimestamp utc_date utc_time utc_timestamp current_user current_role'.split(
    ' ',
  ),
);

/** How changeable the value of these tokens is: its most changeable part decides. */
export function volatilityOf(tokens: readonly Token[], text: string): Volatility {
  const functions = functionsIn(tokens, text);
  if (functions.some((name) => volatileFunctions.has(name))) return 'volatile';
  if (tokens.some(({ word }, index) => word === 'select' || (word === 'next' && tokens[index + 1]?.word === 'value'))) return 'volatile';
  const hasColumn = tokens.some(({ kind }, index) => kind === 'quoted identifier' && tokens[index + 1]?.word !== '(');
  if (hasColumn || tokens.some(({ kind }) => kind === 'variable' || kind === 'placeholder')) return 'unknown';
  return functions.some((name) => stableFunctions.has(name)) ? 'stable' : 'constant';
}

/** Is it one literal, perhaps with a sign, an introducer or the name of its type before it? Gives its text. */
export function literalText(cursor: Cursor, from: number, to: number): string | undefined {
  const tokens = cursor.tokens.slice(from, to);
  const [first] = tokens;
  if (first === undefined) return undefined;
  const text = cursor.raw({ start: first.start, end: tokens.at(-1)?.end ?? first.end });
  if (tokens.length === 1) return first.kind === 'string' || first.kind === 'number' || literalWords.has(first.word) ? text : undefined;
  const rest = tokens.slice(1);
  if (first.word === '-' || first.word === '+') return rest.length === 1 && rest[0]?.kind === 'number' ? text : undefined;
  const introduces = first.kind === 'string' || first.word.startsWith('_') || typedLiterals.has(first.word);
  return introduces && rest.every(({ kind }) => kind === 'string') ? text : undefined;
}

const literalWords = new Set(['null', 'true', 'false', 'default']);
const typedLiterals = new Set(['date', 'time', 'timestamp']);
