import type { TextEdit } from '../model/text';
import { LineIndex } from '../parse/lines';

/** The one replacement that turns `before` into `after`, without what they have in common at both ends: cursors elsewhere stay put. */
export function smallestReplacement(before: string, after: string): TextEdit {
  const longest = Math.min(before.length, after.length);
  let start = 0;
  while (start < longest && before[start] === after[start]) start += 1;
  let common = 0;
  while (common < longest - start && before[before.length - 1 - common] === after[after.length - 1 - common]) common += 1;
  const range = new LineIndex(before).range({ start, end: before.length - common });
  return { range, newText: after.slice(start, after.length - common) };
}
