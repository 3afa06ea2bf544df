import { type Replacement, SubstitutedText } from '../substituted';
import { quoteIdentifier, quoteLiteral } from './identifiers';

/**
 * Replaces psql variables (`:name`, `:'name'`, `:"name"`) and `${name}` whose values are known, everywhere: tools that replace
 * placeholders do it on the text, inside string literals and function bodies too. Unknown ones stay as they are.
 */
export function substitute(text: string, placeholders: Readonly<Record<string, string>>): SubstitutedText {
  const names = Object.keys(placeholders);
  if (names.length === 0 || !(text.includes(':') || text.includes('${'))) return new SubstitutedText(text, []);
  // The forms are fixed, so this is a search for known words rather than a reading of SQL.
  const known = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  // After an even run of colons: `::name` is a cast, `:::name` a cast to what the variable holds.
  const pattern = new RegExp(`(?<=(?<!:)(?:::)*):(?:'(${known})'|"(${known})"|(${known})(?![A-Za-z0-9_$]))|\\$\\{(${known})\\}`, 'g');
  const replacements: Replacement[] = [];
  let sent = '';
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, literal, identifier, plain, braced] = match;
    const name = literal ?? identifier ?? plain ?? braced ?? '';
    const value = placeholders[name] ?? '';
    sent += text.slice(last, match.index);
    const start = sent.length;
    if (literal !== undefined) sent += quoteLiteral(value);
    else sent += identifier !== undefined ? quoteIdentifier(value) : value;
    last = match.index + whole.length;
    replacements.push({ source: { start: match.index, end: last }, sent: { start, end: sent.length } });
  }
  return new SubstitutedText(replacements.length === 0 ? text : sent + text.slice(last), replacements);
}

/** The name in `:name`, `:'name'`, `:"name"` or `${name}`. */
export function placeholderName(text: string): string {
  return text.startsWith('${') ? text.slice(2, -1) : text.slice(1).replace(/^['"]|['"]$/g, '');
}

/** An identifier or literal of the same length, so that the parser can read the statement and its offsets stay true. */
export function standIn(text: string): string {
  if (text.startsWith('${')) return `_${text.slice(1).replace(/[^A-Za-z0-9]/g, '_')}`;
  const quote = text.charAt(1);
  return quote === "'" || quote === '"' ? `${quote}_${text.slice(2)}` : `_${text.slice(1)}`;
}
