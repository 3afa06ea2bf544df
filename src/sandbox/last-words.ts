/**
 * The lines of a log that tell why a server or a command stopped, in one line: those that `telling` matches, or else all. Of many the first
 * is given, which is often the cause, and the last ones, which say what came of it.
 */
export function lastWords(lines: readonly string[], telling: RegExp): string {
  const found = lines.filter((line) => telling.test(line));
  const chosen = found.length > 0 ? found : lines.slice(-3);
  return (chosen.length > 3 ? [...chosen.slice(0, 1), ...chosen.slice(-2)] : chosen).join(' | ');
}
