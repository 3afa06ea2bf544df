/**
 * Names that PostgreSQL chooses where the text gives none, so that a generated rollback names the right object. The rules are those of
 * `makeObjectName`, `ChooseIndexName` and `ChooseConstraintName` (src/backend/commands/indexcmds.c, src/backend/catalog/pg_constraint.c):
 * parts joined by underscores, at most 63 bytes, the longer of the two name parts shortened first, a number appended until it is free.
 */
const maximumBytes = 63;

/** `table_columns_label`, shortened to 63 bytes of UTF-8, never in the middle of a character. */
export function makeObjectName(first: string, second: string | undefined, label: string): string {
  const overhead = 1 + byteLength(label) + (second === undefined ? 0 : 1);
  const available = maximumBytes - overhead;
  let firstBytes = byteLength(first);
  let secondBytes = second === undefined ? 0 : byteLength(second);
  while (firstBytes + secondBytes > available) {
    if (firstBytes > secondBytes) firstBytes--;
    else secondBytes--;
  }
  const parts = [clip(first, firstBytes), ...(second === undefined ? [] : [clip(second, secondBytes)]), label];
  return parts.join('_');
}

/** The first of `base_label`, `base_label1`, `base_label2` ... that is not taken. */
export function chooseName(first: string, second: string | undefined, label: string, isTaken: (name: string) => boolean): string {
  for (let attempt = 0; ; attempt++) {
    const name = makeObjectName(first, second, attempt === 0 ? label : `${label}${attempt}`);
    if (!isTaken(name)) return name;
  }
}

/** The middle part of the name of an index or a foreign key: its columns joined, cut off once it is over-long anyway. */
export function joinColumnNames(columns: readonly string[]): string {
  let joined = '';
  for (const column of columns) {
    if (joined !== '') joined += '_';
    joined += clip(column, maximumBytes);
    if (byteLength(joined) > maximumBytes) break;
  }
  return joined;
}

/**
 * What the server calls the key columns of an index: the column's name, or for an expression what a SELECT would call it; equal names
 * get a number (`ChooseIndexColumnNames`). `keys` are column names or expression texts.
 */
export function indexColumnNames(keys: readonly string[], isColumn: (key: string) => boolean): string[] {
  const names: string[] = [];
  for (const key of keys) {
    const wanted = isColumn(key) ? key : expressionName(key);
    let name = wanted;
    for (let number = 1; names.includes(name); number++) name = `${wanted}${number}`;
    names.push(name);
  }
  return names;
}

/** The name of an expression (`FigureColname`): a function gives its name, a cast its column's; an operator has none and gives `expr`. */
function expressionName(text: string): string {
  const bare = stripParentheses(text.trim());
  const call = /^(?:"?[\w$]+"?\.)?"?([a-z_][\w$]*)"?\s*\(/i.exec(bare);
  if (call?.[1] !== undefined && closesAtEnd(bare, call[0].length - 1)) return call[1].toLowerCase();
  const column = /^(?:[\w$]+\.)?([a-z_][\w$]*)(?:::.*)?$/i.exec(bare);
  if (column?.[1] !== undefined) return column[1].toLowerCase();
  return /^case\b/i.test(bare) ? 'case' : 'expr';
}

function stripParentheses(text: string): string {
  return text.startsWith('(') && closesAtEnd(text, 0) ? stripParentheses(text.slice(1, -1).trim()) : text;
}

/** Does the parenthesis at `open` close at the very end of the text, or before nothing but a cast? */
function closesAtEnd(text: string, open: number): boolean {
  let depth = 0;
  for (let offset = open; offset < text.length; offset++) {
    if (text[offset] === '(') depth++;
    else if (text[offset] === ')' && --depth === 0)
      return /^\s*(::.*)?$/.test(text.slice(offset + 1)) && (open > 0 || offset === text.length - 1);
  }
  return false;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function clip(text: string, bytes: number): string {
  let clipped = '';
  let used = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > bytes) break;
    clipped += character;
  }
  return clipped;
}
