import type { Carrier, ExecutionOutcome } from '../engines/carrier';
import type { DatabaseEngine } from '../engines/engine';
import type { StatementMeasure } from '../engines/measure';
import type { ExecutionPlan } from '../model/plan';
import type { Laboratory } from './laboratory';
import { bareStatements } from './statements';

/** So many statements may turn out to refuse a transaction that the plan did not know of, each at the price of one more run. */
const greatestAttempts = 6;

/** What is measured, and how it ended when nothing was measured. */
export interface MeasuringSubject {
  readonly carrier: Carrier;
  readonly beforeDatabase: string;
  readonly plan: ExecutionPlan;
  readonly plain: ExecutionOutcome;
}

/**
 * Runs the migration once more, with nothing else on the server, and asks the server what each statement does to it. Statements that
 * could not be measured are not in the result; it is empty when the migration does not run as it did without being measured.
 */
export async function measureStatements(laboratory: Laboratory, subject: MeasuringSubject): Promise<ReadonlyMap<number, StatementMeasure>> {
  const { openMeter } = laboratory.engine;
  if (openMeter === undefined) return new Map();
  const bare = bareStatements(subject.plan);
  for (let attempt = 0; attempt < greatestAttempts; attempt++) {
    const { outcome, measures } = await measuringRun(laboratory, openMeter, subject, bare);
    const refused = refusedStatement(outcome, subject.plain);
    if (refused === undefined) return measures;
    // A procedure that commits, say: what the plan can't know. It must not be put into a transaction with the probes.
    if (bare.has(refused)) return new Map();
    bare.add(refused);
  }
  return new Map();
}

async function measuringRun(
  laboratory: Laboratory,
  openMeter: NonNullable<DatabaseEngine['openMeter']>,
  { carrier, beforeDatabase }: MeasuringSubject,
  bare: ReadonlySet<number>,
) {
  return laboratory.withClone(beforeDatabase, async (database) => {
    const address = laboratory.sandbox.address(database);
    const instrument = await openMeter(address, bare);
    const execution = carrier.start({ address, instrument, signal: laboratory.signal });
    try {
      const outcome = await execution.outcome;
      return { outcome, measures: await instrument.close() };
    } finally {
      await execution.close();
      await instrument.close();
    }
  });
}

/** The statement at which the run under measurement fell behind the plain one. */
function refusedStatement(outcome: ExecutionOutcome, plain: ExecutionOutcome): number | undefined {
  if (outcome.result === plain.result && outcome.statements.length === plain.statements.length) return undefined;
  return plain.statements[outcome.statements.length]?.index ?? outcome.statements.length + 1;
}
