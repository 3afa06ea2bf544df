/** An identifier as SQL text, as SHOW CREATE writes it: always in backticks. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `schema.name` as SQL text; the name alone when there is no schema: it is looked for in the database that is in use. */
export function quoteQualified(schema: string | undefined, name: string): string {
  return schema === undefined || schema === '' ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A string literal, as long as NO_BACKSLASH_ESCAPES is not set (manual, String Literals). */
export function quoteLiteral(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n').replaceAll('\0', '\\0')}'`;
}

/** What a quoted identifier names; a bare one names itself. */
export function unquoteIdentifier(text: string): string {
  const quote = text.charAt(0);
  if (quote !== '`' && quote !== '"') return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', b: '\b', Z: '\u001a' };

/** The value of a string literal in quotes (manual, String Literals). */
export function unquoteLiteral(text: string): string {
  const quote = text.charAt(0);
  return text
    .slice(1, -1)
    .replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character)
    .replaceAll(quote + quote, quote);
}
