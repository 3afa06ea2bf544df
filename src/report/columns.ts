import { eastAsianWidth } from 'get-east-asian-width';

/**
 * Characters of one column that never join others: ASCII, letters with accents, dashes, quotes, `·`, `…`, boxes and `✓`. Almost all text is
 * made of these, and a report has thousands of pieces of it. As escapes: what is ASCII in its source starts faster (`runProgram`).
 */
const plain = /^[ -~\u00b7\u00c0-\u024f\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2500-\u257f\u2713]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how colours are written
const colours = /\u001b\[[\d;]*m/g;
const combining = ['\u0300-\u036f', '\u1ab0-\u1aff', '\u1dc0-\u1dff', '\u20d0-\u20ff', '\ufe20-\ufe2f'].join('');
const invisible = new RegExp(`^[\\p{Control}\\p{Surrogate}\\p{Default_Ignorable_Code_Point}${combining}]`, 'u');
const emoji = /(?![#*0-9]|\p{Regional_Indicator}$)\p{Emoji}|[#*0-9]\ufe0f?\u20e3/u;

let segmenter: Intl.Segmenter | undefined;

/** Does each character take one column, and nothing else? */
export function isPlain(text: string): boolean {
  return plain.test(text);
}

/** How many columns a terminal gives to the text; colours do not count. */
export function columnsOf(text: string): number {
  const shown = text.includes('\u001b') ? text.replace(colours, '') : text;
  return isPlain(shown) ? shown.length : columnsOfCharacters(shown);
}

/** Character by character as people see them: an emoji of several code points is one. */
function columnsOfCharacters(text: string): number {
  // Made for the first text that needs it: this alone takes longer than a small report, and most programs never come here.
  segmenter ??= new Intl.Segmenter();
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (invisible.test(segment)) continue;
    columns += emoji.test(segment) ? 2 : eastAsianWidth(segment.codePointAt(0) ?? 0);
  }
  return columns;
}
