import type { Node } from '@pgsql/types';
import type { Span } from '../../model/text';
import type { Tokens } from './tokens';

/**
 * One statement as the operations see it: its syntax tree, and ways to get at the text, for what the tree does not hold (expressions
 * as written, places where a fix can insert).
 */
export interface StatementSource {
  readonly node: Node;
  /** The statement's text, as it is sent. */
  readonly text: string;
  /** Tokens of `text`. */
  readonly tokens: Tokens;
  /** A location of the syntax tree as an offset in `text`. The tree leaves out zero; -1 is unknown and becomes the text's end. */
  offset(location: number | undefined): number;
  /** A span of `text` as a span of the file. */
  fileSpan(span: Span): Span;
}

/** Byte offsets, as PostgreSQL counts, to UTF-16 offsets in the same text. */
export class ByteIndex {
  /** After each character beyond ASCII: its end in bytes and in code units. */
  private readonly bytes: number[] = [];
  private readonly units: number[] = [];

  constructor(text: string) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is for what is not ASCII.
    if (/^[\x00-\x7f]*$/.test(text)) return;
    let bytes = 0;
    for (let unit = 0; unit < text.length; unit++) {
      const code = text.charCodeAt(unit);
      if (code < 0x80) {
        bytes++;
        continue;
      }
      if (code < 0x800) bytes += 2;
      else if (code >= 0xd800 && code < 0xdc00) {
        bytes += 4;
        unit++;
      } else bytes += 3;
      this.bytes.push(bytes);
      this.units.push(unit + 1);
    }
  }

  toUnits(byte: number): number {
    let low = 0;
    let high = this.bytes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.bytes[middle] ?? 0) <= byte) low = middle + 1;
      else high = middle;
    }
    return byte - (this.bytes[low - 1] ?? 0) + (this.units[low - 1] ?? 0);
  }
}

/** Code points, as PostgreSQL counts in error positions, to UTF-16 code units. */
export function codePointsToUnits(text: string, codePoints: number): number {
  let unit = 0;
  for (let count = 0; count < codePoints && unit < text.length; count++) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}
