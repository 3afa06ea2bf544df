import { type FaultName, faultNames, type Point } from '../model/fault';
import type { CellResult, SimulatedStatement, Simulation } from '../model/simulation';

/** One row: a statement with the points before, during and after it, or a point between statements. */
export interface MatrixRow {
  readonly kind: 'start' | 'statement' | 'commit' | 'unrecorded' | 'unlock';
  readonly label: string;
  /** In a statement's row the statement itself. */
  readonly statement?: SimulatedStatement;
  /** Number of its transaction, for rows inside of one. */
  readonly transaction?: number;
  /** The points of the row, in the order in which the execution comes by them. */
  readonly points: readonly Point[];
}

/** The matrix of a simulation: points down the page, faults across. Every report draws the same one. */
export interface Matrix {
  readonly faults: readonly FaultName[];
  readonly rows: readonly MatrixRow[];
  /** Kinds of points that statement rows have here: `before` and `after`, or `during` as well. */
  readonly statementPoints: readonly Point['kind'][];
  cell(fault: FaultName, point: Point): CellResult | undefined;
}

const statementPointKinds: readonly Point['kind'][] = ['before', 'during', 'after'];

/** Arranges the cells of a simulation. */
export function matrixOf(simulation: Pick<Simulation, 'cells' | 'statements'>): Matrix {
  const cells = new Map(simulation.cells.map((cell) => [key(cell.fault, cell.point), cell]));
  const present = new Set(simulation.cells.map((cell) => cell.fault));
  const points = distinctPoints(simulation.cells);
  return {
    faults: faultNames.filter((fault) => present.has(fault)),
    rows: rowsOf(points, simulation.statements),
    statementPoints: statementPointKinds.filter((kind) => points.some((point) => point.kind === kind)),
    cell: (fault, point) => cells.get(key(fault, point)),
  };
}

function key(fault: FaultName, point: Point): string {
  return `${fault}@${point.kind}:${point.statement ?? ''}`;
}

function distinctPoints(cells: readonly CellResult[]): readonly Point[] {
  return [...new Map(cells.map((cell) => [`${cell.point.kind}:${cell.point.statement ?? ''}`, cell.point])).values()];
}

function rowsOf(points: readonly Point[], statements: readonly SimulatedStatement[]): readonly MatrixRow[] {
  const of = (kind: Point['kind'], statement?: number) =>
    points.filter((point) => point.kind === kind && (statement === undefined || point.statement === statement));
  const lastStatement = statements.at(-1)?.index;
  const single = (kind: 'start' | 'unrecorded' | 'unlock', label: string): MatrixRow[] => {
    const found = of(kind);
    return found.length === 0 ? [] : [{ kind, label, points: found }];
  };
  const commit = (statement: SimulatedStatement): MatrixRow[] => {
    const found = of('commit', statement.index);
    return found.length === 0 ? [] : [{ kind: 'commit', label: 'COMMIT', transaction: statement.transaction, points: found }];
  };

  const rows: MatrixRow[] = single('start', 'connected, nothing sent');
  for (const statement of statements) {
    const found = statementPointKinds.flatMap((kind) => of(kind, statement.index));
    rows.push({ kind: 'statement', label: statement.text, statement, transaction: statement.transaction, points: found });
    if (statement.index !== lastStatement) rows.push(...commit(statement));
  }
  // The history row may be written inside the last transaction or after it: the cells come in the order of the execution.
  const recordFirst =
    points.findIndex((point) => point.kind === 'unrecorded') <
    points.findIndex((point) => point.kind === 'commit' && point.statement === lastStatement);
  const record = single('unrecorded', 'history not yet written');
  const last = statements.at(-1);
  const lastCommit = last ? commit(last) : [];
  rows.push(...(recordFirst ? [...record, ...lastCommit] : [...lastCommit, ...record]));
  rows.push(...single('unlock', 'lock not yet released'));
  return rows;
}
