import { Lexer } from './lexer';

/**
 * The tokens of one statement, without comments and without commands of psql: for the token of each number its word (as `Token.word`) and
 * where it stands in the statement's text. Lists side by side, since an object for each would cost more than finding it.
 */
export interface Tokens {
  readonly words: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** The same while they are found. */
export interface OpenTokens extends Tokens {
  readonly words: string[];
  readonly starts: number[];
  readonly ends: number[];
}

export function noTokens(): OpenTokens {
  return { words: [], starts: [], ends: [] };
}

/** The tokens of a text that is one statement. */
export function tokensOf(text: string): Tokens {
  const tokens = noTokens();
  const lexer = new Lexer(text);
  while (lexer.next() !== 'end') {
    if (lexer.kind === 'comment') continue;
    tokens.words.push(lexer.word);
    tokens.starts.push(lexer.start);
    tokens.ends.push(lexer.end);
  }
  return tokens;
}
