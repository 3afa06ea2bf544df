/** The three kinds of quotes of JavaScript. */
export type CodeQuote = "'" | '"' | '`';

/** Text as it must stand between quotes of this kind, so that the string holds it unchanged. */
export function escapeForQuotes(text: string, quote: CodeQuote): string {
  if (quote === '`') return text.replace(/\\|`|\$(?=\{)/g, '\\$&').replaceAll('\r', '\\r');
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** A literal that holds this SQL: in plain quotes where it is one line without any, else as a template. Line ends become `\n`. */
export function codeLiteral(text: string): string {
  const unified = text.replaceAll('\r\n', '\n');
  const quote: CodeQuote = /['\n\r\\]/.test(unified) ? '`' : "'";
  return `${quote}${escapeForQuotes(unified, quote)}${quote}`;
}
