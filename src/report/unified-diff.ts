/** Lines of context around a change. */
const contextLines = 3;
/** Beyond this the differing middle is shown as one change: comparing every pair of lines would take too long. */
const comparedPairsLimit = 4_000_000;

type Edit = { readonly mark: ' ' | '-' | '+'; readonly line: string };

/** What turns one text into another, as `diff -u` writes it. Empty when they are the same; no `from` means a new file. */
export function unifiedDiff(path: string, from: string | undefined, to: string): readonly string[] {
  if (from === to) return [];
  const edits = lineEdits(splitLines(from ?? ''), splitLines(to));
  return [from === undefined ? '--- /dev/null' : `--- a/${path}`, `+++ b/${path}`, ...hunks(edits)];
}

/** A last line without a line end is told apart, as in `diff -u`, by its missing terminator. */
function splitLines(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function lineEdits(from: readonly string[], to: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
  let end = 0;
  while (end < from.length - start && end < to.length - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end += 1;
  const same = (line: string): Edit => ({ mark: ' ', line });
  return [
    ...from.slice(0, start).map(same),
    ...middleEdits(from.slice(start, from.length - end), to.slice(start, to.length - end)),
    ...from.slice(from.length - end).map(same),
  ];
}

/** The longest common subsequence by dynamic programming: `lengths[i][j]` is its length for the rest of both texts. */
function middleEdits(from: readonly string[], to: readonly string[]): readonly Edit[] {
  const removed = (line: string): Edit => ({ mark: '-', line });
  const added = (line: string): Edit => ({ mark: '+', line });
  if (from.length * to.length > comparedPairsLimit) return [...from.map(removed), ...to.map(added)];
  const width = to.length + 1;
  const lengths = new Uint32Array((from.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = from.length - 1; row >= 0; row -= 1) {
    for (let column = to.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        from[row] === to[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const edits: Edit[] = [];
  let row = 0;
  let column = 0;
  while (row < from.length || column < to.length) {
    const [left, right] = [from[row], to[column]];
    if (left !== undefined && left === right) {
      edits.push({ mark: ' ', line: left });
      row += 1;
      column += 1;
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      edits.push(removed(left));
      row += 1;
    } else if (right !== undefined) {
      edits.push(added(right));
      column += 1;
    }
  }
  return edits;
}

function hunks(edits: readonly Edit[]): readonly string[] {
  const shown = edits.map((_, index) =>
    edits.slice(Math.max(0, index - contextLines), index + contextLines + 1).some((edit) => edit.mark !== ' '),
  );
  const lines: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let index = 0; index < edits.length; ) {
    if (!shown[index]) {
      oldLine += 1;
      newLine += 1;
      index += 1;
      continue;
    }
    let end = index;
    while (end < edits.length && shown[end]) end += 1;
    const hunk = edits.slice(index, end);
    const oldCount = hunk.filter((edit) => edit.mark !== '+').length;
    const newCount = hunk.filter((edit) => edit.mark !== '-').length;
    lines.push(`@@ -${oldCount === 0 ? oldLine - 1 : oldLine},${oldCount} +${newCount === 0 ? newLine - 1 : newLine},${newCount} @@`);
    lines.push(...hunk.map((edit) => `${edit.mark}${edit.line}`));
    oldLine += oldCount;
    newLine += newCount;
    index = end;
  }
  return lines;
}
