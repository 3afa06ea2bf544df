/**
 * Values that a file gives its own variables by `\set NAME VALUE` (manual, psql, "Meta-Commands" and "Variables"): the words of the value
 * are joined without spaces, quotes taken off. Left out: what is set more than once, and what is made of other variables or of a command.
 */
export function psqlVariables(text: string): Readonly<Record<string, string>> {
  const values = new Map<string, string | undefined>();
  for (const [, name = '', rest = ''] of text.matchAll(/^[ \t]*\\set[ \t]+(\w+)[ \t]*([^\r\n]*)$/gm)) {
    values.set(name, values.has(name) ? undefined : writtenValue(rest));
  }
  return Object.fromEntries([...values].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

const word = /\s*(?:'((?:[^'\\]|'')*)'|([^\s'"`:\\]+))/y;

function writtenValue(rest: string): string | undefined {
  const text = rest.trimEnd();
  let value = '';
  word.lastIndex = 0;
  for (let at = 0; at < text.length; at = word.lastIndex) {
    const match = word.exec(text);
    if (match === null) return undefined;
    value += match[1]?.replaceAll("''", "'") ?? match[2] ?? '';
  }
  return value;
}
