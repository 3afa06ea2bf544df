import type { Span } from '../../model/text';

/**
 * Cuts text that is not JavaScript as a whole into what may be its statements, from `offset` on: at semicolons outside of brackets and
 * strings, and before lines that begin the next call. It is for damaged text, so a string ends with its line at the latest.
 */
export function* piecesOf(text: string, offset: number): Generator<Span> {
  let start = offset;
  while (start < text.length) {
    const end = endOfPiece(text, start);
    yield { start, end };
    start = end;
  }
}

/** What is skipped as a whole: comments, strings, templates, regular expressions. */
const opaque =
  /\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[^\r\n]|[^"\\\r\n])*"?|'(?:\\[^\r\n]|[^'\\\r\n])*'?|`(?:\\[\s\S]|[^`\\])*`?|(?<=(?:^|[(,=:[!&|?{};+])\s*)\/(?:\\[^\r\n]|\[(?:\\[^\r\n]|[^\]\\\r\n])*\]|[^/\\[\r\n*])+\/[a-z]*/y;

/** A line that goes on with another call, where no bracket is open. */
const nextCall = /[\r\n]\s*(?=(?:await\s+)?(?:(?:db|session|rs|sh)\s*[.[]|use\s|show\s))/y;

/** What the shell reads beside JavaScript: a line of its own. */
const helperLine = /\s*(?:use|show)[ \t]+[\w.$-]+[ \t]*;?[ \t]*(?=[\r\n]|$)/y;

function endOfPiece(text: string, start: number): number {
  helperLine.lastIndex = start;
  if (helperLine.test(text)) return helperLine.lastIndex;
  let depth = 0;
  for (let at = start; at < text.length; ) {
    opaque.lastIndex = at;
    const skipped = /["'`/]/.test(text.charAt(at)) ? opaque.exec(text)?.[0].length : undefined;
    if (skipped !== undefined) {
      at += skipped;
      continue;
    }
    const character = text.charAt(at);
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && depth > 0) depth--;
    // One that closes nothing is a piece of its own.
    else if (')]}'.includes(character)) return text.slice(start, at).trim() === '' ? at + 1 : at;
    else if (character === ';' && depth === 0) return at + 1;
    nextCall.lastIndex = at;
    if (depth === 0 && nextCall.test(text) && text.slice(start, at).trim() !== '') return at;
    at++;
  }
  return text.length;
}
