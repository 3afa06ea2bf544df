/** What ended a server, whatever it said of its clients before and after. */
const decisive = /terminated by signal|PANIC/;

/**
 * The lines of a log that tell why a server or a command stopped, in one line: those that `telling` matches, or else all. Of many the one that
 * names the end is given, or else the first, which is often the cause, and the last ones, which say what came of it.
 */
export function lastWords(lines: readonly string[], telling: RegExp): string {
  const found = lines.filter((line) => telling.test(line));
  const chosen = found.length > 0 ? found : lines.slice(-3);
  if (chosen.length <= 3) return chosen.join(' | ');
  const [last = ''] = chosen.slice(-1);
  const end = chosen.findLast((line) => decisive.test(line));
  return (end === undefined || end === last ? [...chosen.slice(0, 1), ...chosen.slice(-2)] : [end, last]).join(' | ');
}
