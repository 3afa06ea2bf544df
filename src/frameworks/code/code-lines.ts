/**
 * A generated statement as lines of code: its SQL comments as comments of JavaScript, and the rest by `send`, which gets it without its
 * semicolon. A statement that is nothing but comments sends nothing.
 */
export function codeLines(sql: string, send: (text: string) => string): readonly string[] {
  const lines = sql.split(/\r?\n/);
  const first = lines.findIndex((line) => !/^\s*(?:--.*)?$/.test(line));
  const comments = (first === -1 ? lines : lines.slice(0, first)).map((line) => line.trim()).filter((line) => line !== '');
  const text = first === -1 ? '' : lines.slice(first).join('\n').trim().replace(/;$/, '');
  return [...comments.map((line) => `// ${line.replace(/^--\s?/, '')}`), ...(text === '' ? [] : [send(text)])];
}
