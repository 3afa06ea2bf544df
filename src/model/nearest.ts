/** ` Did you mean "goose"?`, where one of the names is a slip of the finger away from what was written; otherwise nothing. */
export function didYouMean(written: string, names: readonly string[]): string {
  const near = nearest(written, names);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

/** The name with the fewest letters added, left out, replaced or exchanged; none when more than a third of the word would differ. */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const mostSlips = (name: string) => Math.max(1, Math.floor(Math.min(name.length, written.length) / 3));
  const ranked = names
    // The lengths alone may differ by more; what was written can be a whole file.
    .filter((name) => Math.abs(name.length - written.length) <= mostSlips(name))
    .map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= mostSlips(name))
    .sort((left, right) => left.distance - right.distance);
  return ranked[0]?.name;
}

/** The restricted Damerau-Levenshtein distance: two neighbours that are exchanged count as one slip. */
function editDistance(from: string, to: string): number {
  let last: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = at(row, column - 1) + (from[line - 1] === to[column - 1] ? 0 : 1);
      const isExchanged = line > 1 && column > 1 && from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      next.push(Math.min(at(next, column - 1) + 1, at(row, column) + 1, replaced, isExchanged ? at(last, column - 2) + 1 : Infinity));
    }
    [last, row] = [row, next];
  }
  return at(row, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
