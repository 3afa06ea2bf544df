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

/** One fault: a column, or a few narrow ones, for those points around a statement at which it can strike at all. */
export interface FaultColumn {
  readonly name: FaultName;
  readonly label: string;
  /** Never empty. What is left out here is told in words, with the reason (see impossible.ts). */
  readonly slots: readonly PointKind[];
  /** Position of its first narrow column. */
  readonly start: number;
  /** Faults of a statement's own execution stand apart from those that can strike anywhere. */
  readonly group: 'anywhere' | 'inside';
}

export interface MatrixView {
  readonly faults: readonly FaultColumn[];
  /** Points around a statement that occur in any column. */
  readonly slots: readonly PointKind[];
  readonly rows: readonly MatrixRow[];
}

const slotKinds: readonly PointKind[] = ['before', 'during', 'after'];

/** Statements and the points between them as rows, faults as columns; whatever the run planned, and nothing else. */
export function buildMatrix(run: Run): MatrixView {
  const faults = faultColumns(run);
  const skeleton = skeletonRows(run);
  const brackets = bracketsOf(run, skeleton);
  const cellAt = cellFinder(run);
  const rows = skeleton.map((row, position): MatrixRow => {
    const bracket = brackets[position];
    return { ...row, ...(bracket !== undefined && { bracket }), tiles: tilesOf(run, row, faults, cellAt) };
  });
  return { faults, slots: slotKinds.filter((kind) => faults.some(({ slots }) => slots.includes(kind))), rows };
}

/** Those that can strike anywhere first. */
function faultColumns(run: Run): readonly FaultColumn[] {
  const present = faultNames.filter((name) => run.cells.some((cell) => cell.fault === name));
  const columns = present.map((name) => {
    const cells = run.cells.filter((cell) => cell.fault === name);
    const slots = possibleSlots(cells);
    const isInside = slots.every((kind) => kind === 'during') && cells.every((cell) => isAround(cell) || cell.impossible !== undefined);
    return { name, label: faultWords[name].label, slots, group: isInside ? ('inside' as const) : ('anywhere' as const) };
  });
  const ordered = [...columns.filter(({ group }) => group === 'anywhere'), ...columns.filter(({ group }) => group === 'inside')];
  let start = 0;
  return ordered.map((column) => {
    const placed = { ...column, start };
    start += column.slots.length;
    return placed;
  });
}

/** The points at which the fault can strike at some statement; where it can at none, those that were planned. */
function possibleSlots(cells: readonly PlannedCell[]): readonly PointKind[] {
  const kindsOf = (some: readonly PlannedCell[]) => slotKinds.filter((kind) => some.some(({ point }) => point.kind === kind));
  const possible = kindsOf(cells.filter(({ impossible }) => impossible === undefined));
  if (possible.length > 0) return possible;
  const planned = kindsOf(cells);
  if (planned.includes('during')) return ['during'];
  return planned.length === 0 ? ['before'] : planned;
}

function isAround({ point }: PlannedCell): boolean {
  return slotKinds.includes(point.kind);
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

function tilesOf(run: Run, { statement, point }: Skeleton, faults: readonly FaultColumn[], cellAt: CellFinder): readonly Tile[] {
  return faults.flatMap(({ name, slots, start, group }) => {
    if (statement !== undefined) {
      const around = slots.map((kind) => cellAt(name, { kind, statement: statement.index }));
      return joinNeighbours(run, around, start);
    }
    const cell = point && cellAt(name, point);
    // What strikes inside statements alone has nothing to show between them.
    if (cell === undefined || (group === 'inside' && cell.impossible !== undefined)) return [];
    return [{ cells: [cell], start, span: slots.length, view: viewCell(run, cell) }];
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
