import type { RegExpValue } from '../../value';

/** Longest text that a pattern is run on, by how often it may repeat something without bound: beyond that it could take seconds. */
const lengthByRepetitions = [1_000_000, 100_000, 10_000, 2_000, 500];

/**
 * A regular expression of the code that is read, if running it on a text of this length is harmless: patterns that repeat what repeats
 * can take longer than anyone waits, so those are not run.
 */
export function compiled(value: RegExpValue, text: string, added: string): RegExp | undefined {
  const repetitions = repetitionsIn(value.pattern);
  if (repetitions === undefined || text.length > (lengthByRepetitions[repetitions] ?? 0)) return undefined;
  try {
    const flags = new Set([...value.flags.replace(/[yd]/g, ''), ...added]);
    return new RegExp(value.pattern, [...flags].join(''));
  } catch {
    return undefined;
  }
}

/** How many unbounded repetitions a pattern has; undefined when one stands in another, or it looks back at a group. */
function repetitionsIn(pattern: string): number | undefined {
  const plain = pattern
    .replace(/\\[1-9k]/g, '\u0001')
    .replace(/\\[\s\S]/g, 'a')
    .replace(/\[(?:[^\]])*\]/g, 'a');
  if (plain.includes('\u0001') || pattern.length > 500) return undefined;
  // A group that is itself repeated may hold nothing that repeats or has alternatives.
  for (const group of plain.matchAll(/\(([^()]*(?:\([^()]*\)[^()]*)*)\)(?:[*+]|\{\d+,?\d*\})/g)) {
    if (/[*+|{]/.test((group[1] ?? '').replace(/^\?[:=!<]*/, ''))) return undefined;
  }
  if (/\([^()]*\([^()]*\(/.test(plain) && /\)[*+{]/.test(plain)) return undefined;
  return [...plain.matchAll(/[*+]|\{\d+,\d*\}/g)].length;
}
