import { type Replacement, SubstitutedText } from '../substituted';
import type { Token } from './lexer';

/**
 * Replaces `${name}` whose value is known, everywhere: tools that replace placeholders do it on the text, inside of string literals and
 * routines too. Unknown ones stay as they are. The `mysql` client has no variables of its own.
 */
export function substitute(text: string, placeholders: Readonly<Record<string, string>>): SubstitutedText {
  if (Object.keys(placeholders).length === 0 || !text.includes('${')) return new SubstitutedText(text, []);
  const replacements: Replacement[] = [];
  let sent = '';
  let last = 0;
  for (const match of text.matchAll(/\$\{([^{}\n]*)\}/g)) {
    const name = match[1] ?? '';
    const value = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
    if (value === undefined) continue;
    sent += text.slice(last, match.index);
    const start = sent.length;
    sent += value;
    last = match.index + match[0].length;
    replacements.push({ source: { start: match.index, end: last }, sent: { start, end: sent.length } });
  }
  return new SubstitutedText(replacements.length === 0 ? text : sent + text.slice(last), replacements);
}

/** Names of the placeholders among these tokens, each once. */
export function unresolvedIn(tokens: readonly Token[], text: string): string[] {
  const found = tokens.filter(({ kind }) => kind === 'placeholder').map(({ start, end }) => text.slice(start + 2, end - 1));
  return [...new Set(found)];
}
