import type { Verdict } from '../../src/model/fault';
import type { MatrixRow, MatrixView, Tile } from './matrix';

/** What the matrix is looked through for: one verdict, or cells without one. */
export type Filter = Verdict | 'impossible' | 'failed';

export function matches(tile: Tile, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  return tile.view.kind === 'done' ? tile.view.verdict === filter : tile.view.kind === filter;
}

/** The same matrix without the rows in which nothing matches. */
export function filtered(matrix: MatrixView, filter: Filter | undefined): MatrixView {
  if (filter === undefined) return matrix;
  return { ...matrix, rows: matrix.rows.filter(({ tiles }) => tiles.some((tile) => matches(tile, filter))) };
}

/** Fewer statements than these are not worth folding. */
const leastToFold = 3;

/** Statements of one transaction, one after the other, that look alike under every fault: drawn as one row that can be unfolded. */
export interface Fold {
  /** Key of the first row, which stands for all. */
  readonly key: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Not all of their cells have been run: they may turn out to differ. */
  readonly pending: boolean;
}

export interface FoldedMatrix extends MatrixView {
  /** By key of the row that stands for them. */
  readonly folds: ReadonlyMap<string, Fold>;
}

/** Folds runs of statements that look alike, but for those whose first row's key is in `open`. */
export function folded(matrix: MatrixView, open: ReadonlySet<string>): FoldedMatrix {
  const rows: MatrixRow[] = [];
  const folds = new Map<string, Fold>();
  for (let at = 0; at < matrix.rows.length; ) {
    const row = matrix.rows[at];
    if (row === undefined) break;
    const run = alikeFrom(matrix.rows, at);
    const [first, last] = [run[0]?.statement?.index, run.at(-1)?.statement?.index];
    if (run.length < leastToFold || first === undefined || last === undefined) {
      rows.push(row);
      at += 1;
      continue;
    }
    const pending = row.tiles.some(({ view }) => view.kind === 'pending');
    folds.set(row.key, { key: row.key, first, last, count: run.length, pending });
    const bracket = row.bracket && { ...row.bracket, last: run.at(-1)?.bracket?.last ?? row.bracket.last };
    rows.push(...(open.has(row.key) ? run : [{ ...row, ...(bracket && { bracket }) }]));
    at += run.length;
  }
  return { ...matrix, rows, folds };
}

function alikeFrom(rows: readonly MatrixRow[], from: number): readonly MatrixRow[] {
  const first = rows[from];
  if (first?.statement === undefined || first.bracket === undefined || first.bracket.kind === 'autocommit') return first ? [first] : [];
  const look = lookOf(first);
  const run = [first];
  for (const row of rows.slice(from + 1)) {
    if (row.statement === undefined || row.bracket?.index !== first.bracket.index || lookOf(row) !== look) break;
    run.push(row);
  }
  return run;
}

function lookOf({ tiles }: MatrixRow): string {
  return JSON.stringify(tiles.map(({ start, span, view }) => [start, span, view.kind === 'done' ? view.verdict : view.kind]));
}
