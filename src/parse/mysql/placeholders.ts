import type { Token } from './lexer';

/** Names of the placeholders among these tokens, each once. */
export function unresolvedIn(tokens: readonly Token[], text: string): string[] {
  const found = tokens.filter(({ kind }) => kind === 'placeholder').map(({ start, end }) => text.slice(start + 2, end - 1));
  return [...new Set(found)];
}
