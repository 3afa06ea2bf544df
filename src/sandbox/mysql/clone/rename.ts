/** A string, a comment, or a name in backticks or without; what stands in a string or a comment is nobody's name. */
const tokens =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|\/\*(?![!M])[\s\S]*?\*\/|--(?=\s)[^\n]*|#[^\n]*|`(?:[^`]|``)*`|[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/g;

/** The text with database `source` called `target` wherever it qualifies a name, in `source.table` and `` `source`.`table` ``. */
export function withDatabaseRenamed(text: string, source: string, target: string): string {
  if (!text.includes(source)) return text;
  return text.replace(tokens, (token, at: number) => {
    const name = token.startsWith('`') ? token.slice(1, -1).replaceAll('``', '`') : token;
    if (name !== source || !/^\s*\./.test(text.slice(at + token.length)) || /\.\s*$/.test(text.slice(0, at))) return token;
    return `\`${target.replaceAll('`', '``')}\``;
  });
}
