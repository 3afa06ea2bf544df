import type { ExecutionOutcome } from '../engines/postgres/carrier';
import type { ExecutionPlan } from '../model/plan';
import type { SimulatedStatement } from '../model/simulation';

/** The statements with what was measured. A lock is held from its statement to the end of its transaction. */
export function simulatedStatements(plan: ExecutionPlan, outcome: ExecutionOutcome): readonly SimulatedStatement[] {
  const measured = new Map(outcome.statements.map((statement) => [statement.index, statement]));
  const durationOf = (index: number): number => measured.get(index)?.durationMs ?? 0;
  return plan.statements.map(({ statement, transaction, locks, cost }) => {
    const group = plan.transactions.find((candidate) => candidate.index === transaction);
    const laterInTransaction = group?.statements.filter((index) => index >= statement.index) ?? [statement.index];
    const heldMs = laterInTransaction.reduce((sum, index) => sum + durationOf(index), 0);
    return {
      index: statement.index,
      text: statement.text,
      range: statement.range,
      transaction,
      durationMs: round(durationOf(statement.index)),
      locks: locks.map((lock) => ({ ...lock, heldMs: round(heldMs) })),
      rewrites: cost === 'rewrite' ? locks.slice(0, 1).map((lock) => lock.relation) : [],
      rows: measured.get(statement.index)?.rows ?? 0,
    };
  });
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
