import { type Engine, engineDisplayName } from '../../model/engine';
import type { Span } from '../../model/text';
import type { Problem } from './cursor';
import type { TokenKind } from './lexer';
import type { Piece } from './split';

/** Why a statement could not be read, in words for the user, and where. */
export interface ReadFailure {
  readonly message: string;
  readonly span: Span;
  readonly isElsewhere?: true;
}

const literals: Readonly<Partial<Record<TokenKind, string>>> = {
  comment: 'comment',
  'quoted identifier': 'quoted identifier',
  variable: 'quoted name of a variable',
};

/** `text`: in which the offsets count. */
export function syntaxFailure({ at, expected }: Problem, piece: Piece, text: string, engine: Engine): ReadFailure {
  const { tokens, start, end } = piece;
  const token = tokens[at];
  const found = token === undefined ? undefined : shortened(text.slice(token.start, token.end));
  const span = token ?? { start: Math.max(tokens.at(-1)?.start ?? start, start), end };
  if (at === 0) return { message: sentence(engine, `no statement begins with "${found ?? ''}"`), span };
  if (token?.word === 'if' && engine.name === 'mysql') return { message: sentence(engine, guardWords), span };
  const what = found === undefined ? `it ends where ${expected} should stand` : `"${found}" stands where ${expected} should`;
  return { message: sentence(engine, what), span };
}

const guardWords = 'only MariaDB has IF EXISTS and IF NOT EXISTS here; in MySQL, look into information_schema first';

/** A literal, a comment or a body that never ends. */
export function endlessFailure({ unterminated, tokens, start, end }: Piece, engine: Engine): ReadFailure | undefined {
  if (unterminated === undefined) return undefined;
  const first = tokens.find((token) => token.start === unterminated.offset) ?? { start: unterminated.offset, end };
  const span = { start: Math.max(first.start, start), end: first.end };
  return { message: sentence(engine, `the ${literals[unterminated.kind] ?? 'quoted string'} that begins here never ends`), span };
}

/** A compound statement without its END. */
export function unclosedFailure({ tokens, start, end }: Piece, engine: Engine): ReadFailure {
  return { message: sentence(engine, 'its body has no END, or is cut by a DELIMITER'), span: tokens[0] ?? { start, end } };
}

function sentence(engine: Engine, what: string): string {
  return `${engineDisplayName(engine.name)} can't read this statement: ${what}.`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 37)}...` : line;
}
