import type { Tokenize } from '../../command/matcher';

/** What is read of a text: two insertions of so many documents that differ only behind it are told apart by their order. */
const longestText = 200_000;

/** A comment, a string of any kind, a regular expression behind what no value can stand behind, a number with its sign, a word, or a sign. */
const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<=[(,[:{]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*|(?<![\w$)\]]\s*)-?\d[\d.]*(?:e[+-]?\d+)?\b|[\p{L}_$][\p{L}\p{N}_$]*|[^\s]/giu;

/** Cuts mongosh's text so far that values can be told from all else. */
export const tokenizeShell: Tokenize = (text) =>
  [...text.slice(0, longestText).matchAll(token)].map(({ 0: word, index }) => ({
    kind: kindOf(word),
    start: index,
    end: index + word.length,
    word,
  }));

function kindOf(word: string): string {
  if (/^\/[/*]/.test(word)) return 'comment';
  // Patterns are values, too.
  if (/^["'`]/.test(word) || (word.length > 1 && word.startsWith('/'))) return 'string';
  if (/^-?\d/.test(word)) return 'number';
  return /^[\p{L}_$]/u.test(word) ? 'word' : 'sign';
}
