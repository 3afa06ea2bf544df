import { type FaultName, faultNames, type PlannedCell, type Point, type PointKind } from '../../src/model/fault';
import type { SimulatedStatement } from '../../src/model/simulation';
import { faultWords } from '../../src/model/words';
import { type CellView, viewCell } from './cells';
import type { Run } from './panel-state';

/** One button of the matrix: one cell, or neighbours that are answered by the same run. */
export interface Tile {
  readonly cells: readonly PlannedCell[];
  /** Position among the matrix's narrow columns, and how many of them it covers. */
  readonly start: number;
  readonly span: number;
  readonly view: CellView;
}

/** How a row stands in its transaction. */
export interface Bracket {
  readonly index: number;
  readonly kind: string;
  readonly first: boolean;
  readonly last: boolean;
}

export interface MatrixRow {
  readonly key: string;
  /** Absent for rows between statements: start, commit, history, lock. */
  readonly statement?: SimulatedStatement;
  readonly point?: Point;
  readonly bracket?: Bracket;
  /** In column order; a fault that has no cell here has no tile. */
  readonly tiles: readonly Tile[];
}

export interface MatrixView {
  readonly faults: readonly { readonly name: FaultName; readonly label: string }[];
  /** Which points around a statement occur at all, in order: the narrow columns under each fault. */
  readonly slots: readonly PointKind[];
  readonly rows: readonly MatrixRow[];
}

const slotKinds: readonly PointKind[] = ['before', 'during', 'after'];

/** Statements and the points between them as rows, faults as columns; whatever the run planned, and nothing else. */
export function buildMatrix(run: Run): MatrixView {
  const faults = faultNames.filter((name) => run.cells.some((cell) => cell.fault === name));
  const present = slotKinds.filter((kind) => run.cells.some((cell) => cell.point.kind === kind));
  const slots: readonly PointKind[] = present.length === 0 ? ['before'] : present;
  const skeleton = skeletonRows(run);
  const brackets = bracketsOf(run, skeleton);
  const cellAt = cellFinder(run);
  const rows = skeleton.map((row, position): MatrixRow => {
    const bracket = brackets[position];
    return { ...row, ...(bracket !== undefined && { bracket }), tiles: tilesOf(run, row, faults, slots, cellAt) };
  });
  return { faults: faults.map((name) => ({ name, label: faultWords[name].label })), slots, rows };
}

type Skeleton = Omit<MatrixRow, 'tiles' | 'bracket'>;

/** Points in the order in which the execution comes by (cells are planned in it), the ones around a statement as one row. */
function skeletonRows(run: Run): readonly Skeleton[] {
  const rows = new Map<string, Skeleton>();
  const statements = new Map(run.statements.map((statement) => [statement.index, statement]));
  const addStatement = (index: number) => {
    const statement = statements.get(index);
    const key = `statement ${index}`;
    if (statement !== undefined && !rows.has(key)) rows.set(key, { key, statement });
  };
  for (const { point } of run.cells) {
    const key = pointKey(point);
    if (slotKinds.includes(point.kind)) addStatement(point.statement ?? 0);
    else if (!rows.has(key)) rows.set(key, { key, point });
  }
  for (const { index } of run.statements) addStatement(index);
  return [...rows.values()];
}

type CellFinder = (fault: FaultName, point: Point) => PlannedCell | undefined;

function cellFinder(run: Run): CellFinder {
  const cells = new Map(run.cells.map((cell) => [`${cell.fault} ${pointKey(cell.point)}`, cell]));
  return (fault, point) => cells.get(`${fault} ${pointKey(point)}`);
}

function pointKey(point: Point): string {
  return `${point.kind} ${point.statement ?? ''}`.trim();
}

function tilesOf(
  run: Run,
  { statement, point }: Skeleton,
  faults: readonly FaultName[],
  slots: readonly PointKind[],
  cellAt: CellFinder,
): readonly Tile[] {
  return faults.flatMap((fault, column) => {
    const start = column * slots.length;
    if (statement !== undefined) {
      const around = slots.map((kind) => cellAt(fault, { kind, statement: statement.index }));
      return joinNeighbours(run, around, start);
    }
    const cell = point && cellAt(fault, point);
    return cell === undefined ? [] : [{ cells: [cell], start, span: slots.length, view: viewCell(run, cell) }];
  });
}

/** Neighbours that one run answers are drawn as one wide tile. */
function joinNeighbours(run: Run, around: readonly (PlannedCell | undefined)[], start: number): readonly Tile[] {
  const tiles: Tile[] = [];
  around.forEach((cell, offset) => {
    if (cell === undefined) return;
    const previous = tiles.at(-1);
    const neighbour = previous?.cells.at(-1);
    if (previous !== undefined && neighbour !== undefined && around[offset - 1] === neighbour && answeredTogether(neighbour, cell)) {
      tiles[tiles.length - 1] = { ...previous, cells: [...previous.cells, cell], span: previous.span + 1 };
    } else {
      tiles.push({ cells: [cell], start: start + offset, span: 1, view: viewCell(run, cell) });
    }
  });
  return tiles;
}

function answeredTogether(left: PlannedCell, right: PlannedCell): boolean {
  if (left.impossible !== undefined || right.impossible !== undefined) return false;
  return (left.sameAs ?? left.id) === (right.sameAs ?? right.id);
}

/** A transaction reaches from its first statement to its COMMIT, when that is a row of its own, and else to its last statement. */
function bracketsOf(run: Run, rows: readonly Skeleton[]): readonly (Bracket | undefined)[] {
  const transactionOf = new Map(run.statements.map((statement) => [statement.index, statement.transaction]));
  const owners = rows.map((row, position) => {
    if (row.statement !== undefined) return row.statement.transaction;
    const next = rows.slice(position).find((later) => later.point?.kind === 'commit' || later.statement !== undefined);
    return next?.point?.statement === undefined ? undefined : transactionOf.get(next.point.statement);
  });
  return owners.map((owner, position) => {
    if (owner === undefined || rows[position]?.point?.kind === 'start') return undefined;
    const kind = run.transactions.find((transaction) => transaction.index === owner)?.kind ?? 'autocommit';
    return { index: owner, kind, first: owners[position - 1] !== owner, last: owners[position + 1] !== owner };
  });
}
