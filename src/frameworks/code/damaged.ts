import { parseCode } from '../../code/parse';
import type { UnreadCall } from '../../model/migration';
import type { SourceFile } from '../../model/run-protocol';
import { LineIndex } from '../../parse/lines';

const shownLength = 60;

/** What in a file is no JavaScript or TypeScript: those lines were left out when the rest was read. */
export function damagedCode({ text, path }: SourceFile): readonly UnreadCall[] {
  const { problems } = parseCode(text, path);
  if (problems.length === 0) return [];
  const lines = new LineIndex(text);
  return problems.map(({ message, span }) => {
    const range = lines.range(span);
    const line = text.slice(lines.offset({ line: range.start.line, character: 0 }), span.end).trim();
    return { range, text: line.slice(-shownLength), why: `it is no JavaScript: ${message}` };
  });
}
