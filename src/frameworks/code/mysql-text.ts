const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\u001a': '\\Z',
  '"': '\\"',
  "'": "\\'",
  '\\': '\\\\',
};

/** What stands between the quotes of a string for MySQL, as knex and Sequelize write it (`util/string.js`, `sql-string.js`). */
export function escapedText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are escaped.
  return text.replace(/[\0\b\t\n\r\x1a"'\\]/g, (found) => escapes[found] ?? found);
}
