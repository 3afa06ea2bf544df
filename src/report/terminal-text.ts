import { columnsOf, isPlain } from './columns';

/** The width that every terminal has; nothing is set wider. */
export const terminalColumns = 80;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const allUnprintable = new RegExp(unprintable, 'g');

/** Text from a user's file made safe to print: one line, no control characters that a terminal would obey. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}

/** Replaces control characters other than tab and newline, among them the escape that starts terminal commands. */
export function printable(text: string): string {
  return unprintable.test(text) ? text.replace(/\r\n?/g, '\n').replace(allUnprintable, '\ufffd') : text;
}

/** Shortens to `columns`, with an ellipsis. */
export function truncate(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Fills with spaces on the right up to `columns`; colours do not count. */
export function padRight(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Sets text in the middle of `columns`. */
export function centre(text: string, columns: number): string {
  const free = Math.max(0, columns - columnsOf(text));
  return ' '.repeat(Math.floor(free / 2)) + text + ' '.repeat(Math.ceil(free / 2));
}

/** `left` and `right` at the two ends of a line; on two lines when they don't fit on one. */
export function spread(left: string, right: string, columns = terminalColumns): string {
  const free = columns - columnsOf(left) - columnsOf(right);
  return free >= 2 ? left + ' '.repeat(free) + right : `${left}\n${' '.repeat(Math.max(0, columns - columnsOf(right)))}${right}`;
}

/** Breaks prose at spaces. A word longer than a line is broken where the line ends. */
export function wrap(text: string, columns: number): readonly string[] {
  return printable(text)
    .split('\n')
    .flatMap((paragraph) =>
      isPlain(paragraph) && !/^ | {2}| $/.test(paragraph) ? wrapPlain(paragraph, columns) : wrapWords(paragraph.split(/ +/), columns),
    );
}

/** `wrapWords` for text of one column a character, with one space between words and none around: its lines are cut out of it. */
function wrapPlain(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let start = 0;
  while (text.length - start > columns) {
    const space = text.lastIndexOf(' ', start + columns);
    const end = space > start ? space : start + columns;
    lines.push(text.slice(start, end));
    start = space > start ? space + 1 : end;
  }
  lines.push(text.slice(start));
  return lines;
}

function wrapWords(words: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    let rest = word;
    if (line !== '' && columnsOf(line) + 1 + columnsOf(rest) <= columns) {
      line += ` ${rest}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (columnsOf(rest) > columns) {
      const head = takeColumns(rest, columns);
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  lines.push(line);
  return lines;
}

function takeColumns(text: string, columns: number): string {
  let taken = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns && taken !== '') break;
    taken += character;
  }
  return taken;
}

/** Puts `first` before the first line, and as many spaces before the others. */
export function hang(first: string, lines: readonly string[]): readonly string[] {
  const indent = ' '.repeat(columnsOf(first));
  return lines.map((line, index) => (index === 0 ? first : indent) + line);
}

/**
 * Breaks statements at spaces outside quotes and comments, so that they can still be copied and run. A literal longer than a line stays
 * whole.
 */
export function wrapStatements(text: string, columns: number, language: 'sql' | 'mongosh'): readonly string[] {
  const shown = printable(text).trimEnd();
  return joinPieces(language === 'sql' ? sqlPieces(shown) : shellPieces(shown), columns);
}

type Piece = { readonly text: string; readonly breakBefore: 'no' | 'may' | 'must' };

function sqlPieces(text: string): readonly Piece[] {
  // Quoted strings, quoted names, dollar quotes, comments, white space, and all else.
  return cut(text, /'(?:[^']|'')*'?|"[^"]*"?|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\s+|[^\s'"$/-]+|./g);
}

function shellPieces(text: string): readonly Piece[] {
  // Strings, templates, comments, regular expressions (where no value can stand before them), white space, and all else.
  return cut(
    text,
    /"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|`(?:\\[\s\S]|[^`\\])*`?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?<=(?:^|[(,=:[!&|?{};+])\s*)\/(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*|\s+|[^\s"'`/]+|./g,
  );
}

/** Cuts at the tokens that are white space. A line end in the text stays one. */
function cut(text: string, token: RegExp): readonly Piece[] {
  const pieces: Piece[] = [];
  let breakBefore: Piece['breakBefore'] = 'no';
  let current = '';
  for (const [found] of text.matchAll(token)) {
    if (/^\s+$/.test(found)) {
      if (current !== '') pieces.push({ text: current, breakBefore });
      breakBefore = found.includes('\n') ? 'must' : 'may';
      current = breakBefore === 'must' ? found.slice(found.lastIndexOf('\n') + 1) : '';
    } else current += found;
  }
  if (current !== '') pieces.push({ text: current, breakBefore });
  return pieces;
}

function joinPieces(pieces: readonly Piece[], columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    // A quoted piece may span lines: what has to fit is its first one, behind the last one of what is there.
    const fits = columnsOf(line.slice(line.lastIndexOf('\n') + 1)) + 1 + columnsOf(piece.text.split('\n', 1)[0] ?? '') <= columns;
    if (piece.breakBefore === 'no') line += piece.text;
    else if (piece.breakBefore === 'may' && fits) line += ` ${piece.text}`;
    else {
      lines.push(line);
      line = piece.breakBefore === 'may' ? `  ${piece.text}` : piece.text;
    }
  }
  lines.push(line);
  return lines.flatMap((entry) => entry.split('\n'));
}
