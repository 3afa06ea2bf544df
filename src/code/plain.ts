import { likeliest, type Place, type TextPiece, type TextValue, type Value } from './value';

/**
 * Arguments as ordinary JavaScript values, so that a framework's writers are ordinary functions over strings. A hole in a string is written
 * as a mark with its name in it; the mark survives concatenation, and `writtenText` turns it back into a hole.
 */
const opening = '\ue000';
const closing = '\ue001';
const mark = /\ue000([^\ue000\ue001]*)\ue001/g;

/** Stands for a value that is not plain: a function, an instance, a native. */
export class Opaque {
  constructor(readonly value: Value) {}
}

/** Stands for a value that is not known, where it is not text. In a string it becomes its mark: `String(missing)`, `${missing}`. */
export class Missing {
  constructor(readonly name: string) {}

  toString(): string {
    return holeMark(this.name);
  }
}

/** The mark of a hole. */
export function holeMark(name: string): string {
  return `${opening}${name.replace(/[\ue000\ue001]/g, '')}${closing}`;
}

/** Whether a string from `plainValue` has parts that are not known. */
export function hasHole(text: string): boolean {
  return text.includes(opening);
}

/** Splits at a separator, but not within the names of holes. */
export function splitMarked(text: string, separator: string): readonly string[] {
  if (!hasHole(text)) return text.split(separator);
  const parts = [''];
  for (const [piece] of text.matchAll(/\ue000[^\ue001]*\ue001|[^\ue000]+/g)) {
    const [first = '', ...rest] = piece.startsWith(opening) ? [piece] : piece.split(separator);
    parts[parts.length - 1] += first;
    parts.push(...rest);
  }
  return parts;
}

/** The text of a value with marks for its holes. */
export function markedText(text: TextValue): string {
  return text.pieces.map((piece) => (piece.kind === 'hole' ? holeMark(piece.name) : piece.text)).join('');
}

/**
 * A value as an ordinary one: strings (with marks), numbers, booleans, bigint, null, undefined, regular expressions, arrays, objects. What is not known becomes
 * `Missing`; functions, classes, instances and natives become `Opaque`, unless `natives` says what they are (a column type, a literal).
 * Of a choice the likeliest is taken. Properties of `open` objects that are not known are left out.
 */
export function plainValue(value: Value, natives: (value: Value) => unknown = () => undefined): unknown {
  return toPlain(value, natives, 0);
}

/** Deeper structures are not configuration, and may hold themselves. */
const maximumDepth = 20;

function toPlain(given: Value, natives: (value: Value) => unknown, depth: number): unknown {
  const own = natives(given);
  if (own !== undefined) return own;
  const value = likeliest(given);
  const chosen = value === given ? undefined : natives(value);
  if (chosen !== undefined) return chosen;
  if (depth > maximumDepth) return new Opaque(value);
  switch (value.kind) {
    case 'text':
      return markedText(value);
    case 'primitive':
      return value.value;
    case 'unknown':
      return new Missing(value.name);
    case 'array':
      return value.items.map((item) => toPlain(item, natives, depth + 1));
    case 'object': {
      if (value.type !== undefined) return new Opaque(value);
      return Object.fromEntries([...value.properties].map(([name, property]) => [name, toPlain(property, natives, depth + 1)]));
    }
    default:
      return new Opaque(value);
  }
}

/** SQL made of plain strings, as text whose marks are holes again. `place` is the call that it was written for. */
export function writtenText(text: string, place: Place): TextValue {
  const pieces: TextPiece[] = [];
  let last = 0;
  const add = (end: number): void => {
    if (end > last) pieces.push({ kind: 'written', text: text.slice(last, end), source: place });
  };
  for (const match of text.matchAll(mark)) {
    add(match.index);
    pieces.push({ kind: 'hole', name: match[1] ?? '', source: place });
    last = match.index + match[0].length;
  }
  add(text.length);
  return { kind: 'text', pieces };
}
