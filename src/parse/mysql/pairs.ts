import type { Token } from './lexer';

/** What needs something behind it. `*`, `+` and `-` stand alone or before a value elsewhere, so they are none. */
const open = new Set([
  ',',
  '.',
  '=',
  ':=',
  '<',
  '>',
  '<=',
  '>=',
  '<=>',
  '<>',
  '!=',
  '/',
  '%',
  '||',
  '&&',
  '->',
  '->>',
  'and',
  'or',
  'xor',
  'where',
  'having',
]);

/** What is never the beginning of a value. */
const noValue = new Set([
  ')',
  ',',
  ';',
  '=',
  ':=',
  '<',
  '>',
  '<=',
  '>=',
  '<=>',
  '<>',
  '!=',
  '/',
  '%',
  '||',
  '&&',
  '->',
  '->>',
  'and',
  'or',
  'xor',
  'where',
  'having',
]);

/**
 * Expressions are stepped over by their brackets. What is wrong in every one of them is found all the same: an operator or a comma that
 * nothing stands behind, or nothing before. Gives the number of the token that can't stand where it does; the number of tokens is the end.
 */
export function misplaced(tokens: readonly Token[]): number | undefined {
  for (let index = 0; index < tokens.length; index++) {
    const word = tokens[index]?.word ?? '';
    const isName = tokens[index - 1]?.word === '.';
    const next = tokens[index + 1];
    if (open.has(word) && !isName && (next === undefined || noValue.has(next.word)) && !(word === '.' && isWord(next))) return index + 1;
    if (word === '(' && next !== undefined && next.word !== ')' && next.word !== ';' && noValue.has(next.word)) return index + 1;
  }
  return undefined;
}

/** Behind a point every word is a name. */
function isWord(token: Token | undefined): boolean {
  return token?.kind === 'word';
}
