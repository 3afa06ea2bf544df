import type { MatrixView, Tile } from './matrix';

/** Where the keyboard is in the matrix. `column` is a narrow column, or `headerColumn` for the statement itself. */
export interface GridPosition {
  readonly row: number;
  readonly column: number;
}

export const headerColumn = -1;

/** The tile that covers a position. */
export function tileAt(matrix: MatrixView, position: GridPosition): Tile | undefined {
  return matrix.rows[position.row]?.tiles.find(({ start, span }) => position.column >= start && position.column < start + span);
}

/** Where a cell is drawn. */
export function positionOf(matrix: MatrixView, cellId: string): GridPosition | undefined {
  for (const [row, { tiles }] of matrix.rows.entries()) {
    const tile = tiles.find(({ cells }) => cells.some((cell) => cell.id === cellId));
    if (tile !== undefined) return { row, column: tile.start };
  }
  return undefined;
}

/**
 * Where a key leads, as in the grid pattern of the ARIA practices guide; undefined for keys that don't move. Up and down keep the
 * column, also across rows whose tiles are wider.
 */
export function move(matrix: MatrixView, from: GridPosition, key: string, control: boolean): GridPosition | undefined {
  const lastRow = matrix.rows.length - 1;
  switch (key) {
    case 'ArrowLeft':
      return besides(matrix, from, -1);
    case 'ArrowRight':
      return besides(matrix, from, 1);
    case 'ArrowUp':
      return { row: Math.max(0, from.row - 1), column: from.column };
    case 'ArrowDown':
      return { row: Math.min(lastRow, from.row + 1), column: from.column };
    case 'Home':
      return { row: control ? 0 : from.row, column: headerColumn };
    case 'End': {
      const row = control ? lastRow : from.row;
      return { row, column: matrix.rows[row]?.tiles.at(-1)?.start ?? headerColumn };
    }
    default:
      return undefined;
  }
}

function besides(matrix: MatrixView, from: GridPosition, direction: 1 | -1): GridPosition {
  const starts = [headerColumn, ...(matrix.rows[from.row]?.tiles.map(({ start }) => start) ?? [])];
  const here = starts.findLastIndex((start) => start <= from.column);
  return { row: from.row, column: starts[here + direction] ?? starts[here] ?? headerColumn };
}

/** The nearest position that exists: there may be no tile, and only statements have a header that does something. */
export function reachable(matrix: MatrixView, position: GridPosition | undefined): GridPosition {
  const row = position?.row ?? 0;
  const column = position?.column ?? matrix.rows[row]?.tiles[0]?.start ?? headerColumn;
  const here = matrix.rows[row];
  if (column === headerColumn && here?.statement === undefined) return { row, column: here?.tiles[0]?.start ?? headerColumn };
  if (column !== headerColumn && here !== undefined && tileAt(matrix, { row, column }) === undefined) {
    const nearest = here.tiles.findLast(({ start }) => start <= column) ?? here.tiles[0];
    return { row, column: nearest?.start ?? headerColumn };
  }
  return { row, column };
}
