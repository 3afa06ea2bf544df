import { cellId, type FaultName, type Point, type Verdict } from '../../../src/model/fault';
import type { CellResult, RecoveryPlan, SimulatedStatement, Simulation } from '../../../src/model/simulation';
import type { Run } from '../../../webview/logic/panel-state';

/** A statement that took `durationMs` and held one lock. */
export function statement(
  index: number,
  transaction: number,
  mode = 'ACCESS EXCLUSIVE',
  durationMs = 10,
  heldMs = durationMs,
): SimulatedStatement {
  const locks = [{ relation: 'public.orders', mode, heldMs }];
  return { index, text: `ALTER TABLE orders ADD COLUMN c${index} text`, transaction, durationMs, locks, rewrites: [], rows: 0 };
}

interface CellSpec {
  readonly fault: FaultName;
  readonly point: Point;
  readonly verdict?: Verdict;
  readonly impossible?: string;
  readonly sameAs?: string;
  readonly result?: Partial<CellResult>;
}

/** A finished run with these cells; cells without a verdict are impossible or not run yet. */
export function runOf(statements: readonly SimulatedStatement[], transactions: Run['transactions'], specs: readonly CellSpec[]): Run {
  const cells = specs.map(({ fault, point, impossible, sameAs }) => ({
    id: cellId(fault, point),
    point,
    fault,
    ...(impossible !== undefined && { impossible }),
    ...(sameAs !== undefined && { sameAs }),
  }));
  const results = specs.flatMap(({ fault, point, verdict, result }): CellResult[] => {
    if (verdict === undefined && result === undefined) return [];
    const id = cellId(fault, point);
    return [{ id, point, fault, status: 'done', fingerprint: id, ...(verdict !== undefined && { verdict }), ...result }];
  });
  return {
    migration: { id: '1', framework: 'sql', engine: 'postgres', engineVersion: '18', sandbox: 'embedded', seed: 1, rows: 10 },
    statements,
    transactions,
    cells,
    results: Object.fromEntries(results.map((result) => [result.id, result])),
  };
}

export function plan(verified: boolean, more: Partial<RecoveryPlan> = {}): RecoveryPlan {
  return { steps: [], verified, ...more };
}

export function recovery(back: RecoveryPlan, forward: RecoveryPlan): { readonly recovery: NonNullable<CellResult['recovery']> } {
  return { recovery: { back, forward, recommended: 'back', because: 'It is shorter.' } };
}

/** The same run, as its `finished` event tells it. */
export function simulationOf(run: Run, more: Partial<Simulation> = {}): Simulation {
  const { migration, statements, transactions } = run;
  const summary = { cells: run.cells.length, done: 0, byVerdict: {}, recoveryVerified: 0, durationMs: 1000, perCellMs: 10 };
  return {
    migration,
    statements,
    transactions,
    states: { before: { fingerprint: 'b' } },
    cells: Object.values(run.results),
    summary,
    ...more,
  };
}
