import { type FaultName, faultNames, type Point } from '../model/fault';
import type { CellResult, SimulatedStatement, Simulation } from '../model/simulation';
import { generalReason } from '../model/words';

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

/** One fault, with those points around a statement at which it can strike at all. */
export interface FaultColumn {
  readonly fault: FaultName;
  /** Never empty. */
  readonly slots: readonly Point['kind'][];
  /** Faults of a statement's own execution have nothing to show between statements. */
  readonly inside: boolean;
}

/** The matrix of a simulation: points down the page, faults across. Every report draws the same one. */
export interface Matrix {
  readonly faults: readonly FaultName[];
  /** The same faults in the order in which they are drawn: those that can strike anywhere first. */
  readonly columns: readonly FaultColumn[];
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
  const columns = faultNames.filter((fault) => present.has(fault)).map((fault) => columnOf(fault, simulation.cells));
  return {
    faults: faultNames.filter((fault) => present.has(fault)),
    columns: [...columns.filter(({ inside }) => !inside), ...columns.filter(({ inside }) => inside)],
    rows: rowsOf(points, simulation.statements),
    statementPoints: statementPointKinds.filter((kind) => points.some((point) => point.kind === kind)),
    cell: (fault, point) => cells.get(key(fault, point)),
  };
}

function columnOf(fault: FaultName, all: readonly CellResult[]): FaultColumn {
  const cells = all.filter((cell) => cell.fault === fault);
  const possible = cells.filter(({ status }) => status !== 'impossible');
  const kindsOf = (some: readonly CellResult[]) => statementPointKinds.filter((kind) => some.some(({ point }) => point.kind === kind));
  const [strikes, planned] = [kindsOf(possible), kindsOf(cells)];
  const fallback: readonly Point['kind'][] = planned.includes('during') ? ['during'] : planned.length === 0 ? ['before'] : planned;
  const slots = strikes.length > 0 ? strikes : fallback;
  return { fault, slots, inside: slots.every((kind) => kind === 'during') && possible.every(({ point }) => point.kind === 'during') };
}

/** A row, and how many statements after it look the same under every fault: they are in one transaction, and are not drawn. */
export interface FoldedRow {
  readonly row: MatrixRow;
  readonly alike: number;
}

const leastToFold = 3;

/** The rows with statements of one transaction that end alike folded into the first of them. */
export function foldRows(matrix: Matrix, transactions: Simulation['transactions']): readonly FoldedRow[] {
  const together = new Set(transactions.filter(({ kind }) => kind !== 'autocommit').map(({ index }) => index));
  const folded: FoldedRow[] = [];
  for (let at = 0; at < matrix.rows.length; ) {
    const row = matrix.rows[at];
    if (row === undefined) break;
    const foldable = row.statement !== undefined && row.transaction !== undefined && together.has(row.transaction);
    const next = matrix.rows.slice(at + 1);
    const end = next.findIndex(
      (other) => other.statement === undefined || other.transaction !== row.transaction || look(matrix, other) !== look(matrix, row),
    );
    const alike = foldable ? (end === -1 ? next.length : end) : 0;
    const isFolded = alike + 1 >= leastToFold;
    folded.push({ row, alike: isFolded ? alike : 0 });
    at += isFolded ? alike + 1 : 1;
  }
  return folded;
}

function look(matrix: Matrix, { points }: MatrixRow): string {
  const cells = matrix.faults.flatMap((fault) => points.map((point) => ({ kind: point.kind, cell: matrix.cell(fault, point) })));
  return cells.map(({ kind, cell }) => `${kind} ${cell?.verdict ?? cell?.status ?? ''}`).join();
}

/** Why points of a simulation have no result, each reason once. */
export function impossibleReasons(
  cells: readonly CellResult[],
): readonly { readonly fault: FaultName; readonly why: string; readonly count: number }[] {
  const reasons = new Map<string, { fault: FaultName; why: string; count: number }>();
  for (const { fault, status, why = 'It cannot strike here.' } of cells) {
    if (status !== 'impossible') continue;
    const general = generalReason(why);
    const known = reasons.get(`${fault} ${general}`) ?? { fault, why, count: 0 };
    reasons.set(`${fault} ${general}`, { fault, why: known.why === why ? why : general, count: known.count + 1 });
  }
  return [...reasons.values()].sort((left, right) => faultNames.indexOf(left.fault) - faultNames.indexOf(right.fault));
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
