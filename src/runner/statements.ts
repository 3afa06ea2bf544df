import type { ExecutionOutcome, FinishedStatement } from '../engines/carrier';
import type { StatementMeasure } from '../engines/measure';
import type { ExecutionPlan, PlannedStatement } from '../model/plan';
import { postgresLockModes } from '../model/plan';
import type { SimulatedStatement, StatementLock } from '../model/simulation';

/**
 * The statements with what they take: times from a run in which nobody looked on, all else from one that was measured. What could not be
 * measured is what the plan says.
 */
export function simulatedStatements(
  plan: ExecutionPlan,
  outcome: ExecutionOutcome,
  measures: ReadonlyMap<number, StatementMeasure>,
): readonly SimulatedStatement[] {
  const finished = new Map(outcome.statements.map((statement) => [statement.index, statement]));
  return plan.statements.map((planned) => {
    const { statement, transaction } = planned;
    const own = finished.get(statement.index);
    const measure = own && measures.get(statement.index);
    const heldMs = round(heldFor(planned, plan, finished));
    return {
      index: statement.index,
      text: statement.text,
      range: statement.range,
      transaction,
      durationMs: round(own?.durationMs ?? 0),
      ...(measure === undefined ? fromPlan(planned, heldMs, own) : fromMeasure(planned, heldMs, measure, own)),
    };
  });
}

type Found = Pick<SimulatedStatement, 'locks' | 'rewrites' | 'rows' | 'walBytes' | 'measured'>;

function fromPlan({ locks, cost }: PlannedStatement, heldMs: number, own: FinishedStatement | undefined): Found {
  return {
    locks: [...locks].sort(weakestFirst).map(({ relation, mode }) => ({ relation, mode, heldMs })),
    rewrites: cost === 'rewrite' ? locks.slice(0, 1).map((lock) => lock.relation) : [],
    rows: own?.rows ?? 0,
  };
}

function fromMeasure(planned: PlannedStatement, heldMs: number, measure: StatementMeasure, own: FinishedStatement | undefined): Found {
  const { taken, held, rewrites, rows, walBytes } = measure;
  // A lock that an earlier statement of the transaction has already does not come a second time; the statement needs it all the same.
  const again = planned.locks.filter(
    ({ relation, mode }) =>
      !taken.some((lock) => lock.relation === relation) && held.some((lock) => lock.relation === relation && lock.mode === mode),
  );
  const locks: readonly Omit<StatementLock, 'heldMs'>[] = [...taken, ...again.map(({ relation, mode }) => ({ relation, mode }))];
  return {
    locks: [...locks].sort(weakestFirst).map((lock) => ({ ...lock, heldMs })),
    rewrites,
    rows: rows ?? own?.rows ?? 0,
    ...(walBytes !== undefined && { walBytes }),
    measured: true,
  };
}

function weakestFirst(left: { readonly mode: string }, right: { readonly mode: string }): number {
  const modes: readonly string[] = postgresLockModes;
  return modes.indexOf(left.mode) - modes.indexOf(right.mode);
}

/** From the moment that a statement was sent to the end of the last one in its transaction. */
function heldFor(
  { statement, transaction }: PlannedStatement,
  plan: ExecutionPlan,
  finished: ReadonlyMap<number, FinishedStatement>,
): number {
  const own = finished.get(statement.index);
  if (own === undefined) return 0;
  const members = plan.transactions.find(({ index }) => index === transaction)?.statements ?? [statement.index];
  const ends = members.flatMap((index) => finished.get(index) ?? []).map(({ startedMs, durationMs }) => startedMs + durationMs);
  return Math.max(own.startedMs + own.durationMs, ...ends) - own.startedMs;
}

/** Numbers of the statements that the server takes in no transaction, as far as the plan knows. */
export function bareStatements({ statements }: ExecutionPlan): Set<number> {
  return new Set(statements.flatMap(({ statement, transactional }) => (transactional ? [] : [statement.index])));
}

/** Milliseconds as they are told: to a tenth. */
export function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
