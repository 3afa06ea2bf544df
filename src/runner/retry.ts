import { lostData } from '../faults/lost-data';
import type { RetryMeasurement } from '../faults/verdict';
import type { CellResult, RecoveryStep } from '../model/simulation';
import type { State } from '../model/state';
import { fingerprint, physicalFingerprint } from '../state/fingerprint';
import { historyDiffers } from '../state/history';
import { capture } from './capture';
import type { Laboratory } from './laboratory';
import { runPlainly } from './run';
import type { Trace } from './trace';
import { foundTwice, type HeldState } from './twice';

export interface RetryResult {
  readonly measured: RetryMeasurement;
  /** For the report. */
  readonly reported: NonNullable<CellResult['retry']>;
}

/** Starts the whole migration again in a clone of a partial state, as its framework would, and says where that ends. */
export async function retry(laboratory: Laboratory, trace: Trace, partial: HeldState): Promise<RetryResult> {
  return laboratory.withClone(partial.database, async (database) => {
    const outcome = await runPlainly(laboratory, database, trace.carrier);
    const state = await capture(laboratory, database, { ...trace.reading, columnHashes: true });
    if (outcome.result === 'success' || outcome.result === 'skipped') return succeeded(laboratory, trace, partial, { state, database });
    const error = outcome.error ?? { code: '', message: `the connection was lost (${outcome.result})` };
    const inTheWay = outcome.result === 'refused' || historyDiffers(trace.before, partial.state);
    const afterRelease = inTheWay && (await reachesAfterRelease(laboratory, trace, partial.database));
    const effect = destroys(trace, partial.state, state) ? destruction : undefined;
    return {
      measured: { outcome: 'error', refusedByHistory: inTheWay, afterRelease },
      reported: { outcome: 'error', error, ...(effect !== undefined && { effect }) },
    };
  });
}

async function succeeded(laboratory: Laboratory, trace: Trace, partial: HeldState, retried: HeldState): Promise<RetryResult> {
  const { fingerprints } = trace;
  const reached = fingerprint(retried.state, fingerprints.reference);
  if (reached === fingerprints.after) return { measured: { outcome: 'after' }, reported: { outcome: 'after' } };
  if (physicalFingerprint(retried.state, fingerprints.reference) === fingerprints.physicalBefore) {
    return { measured: { outcome: 'before' }, reported: { outcome: 'before' } };
  }
  if (destroys(trace, partial.state, retried.state)) {
    return { measured: { outcome: 'differs', twice: false, destroys: true }, reported: { outcome: 'differs', effect: destruction } };
  }
  const twice = await foundTwice(laboratory, trace, partial, retried);
  return {
    measured: { outcome: 'differs', twice: twice !== undefined, destroys: false },
    reported: { outcome: 'differs', ...(twice !== undefined && { effect: twice }) },
  };
}

const destruction = 'rows or values are gone that were there before it';

/** Data that the fault had left, and that the retry removed though the migration means to keep it. */
function destroys({ before, after }: Trace, partial: State, retried: State): boolean {
  return lostData(before, after, retried) && !lostData(before, after, partial);
}

/**
 * Whether the migration runs through once what the failed attempt wrote is out of the way: its lock alone, or all that it wrote to the
 * history.
 */
async function reachesAfterRelease(laboratory: Laboratory, trace: Trace, partialDatabase: string): Promise<boolean> {
  const { release, markNotApplied } = trace.framework.run(trace.migration.engine);
  for (const steps of [release?.(trace.migration) ?? [], markNotApplied(trace.migration)]) {
    if (steps.length > 0 && (await reachesAfter(laboratory, trace, partialDatabase, steps))) return true;
  }
  return false;
}

async function reachesAfter(
  laboratory: Laboratory,
  trace: Trace,
  partialDatabase: string,
  first: readonly RecoveryStep[],
): Promise<boolean> {
  const { reference, before, after } = trace.fingerprints;
  const texts = first.map((step) => step.text);
  return laboratory.withClone(partialDatabase, async (database) => {
    await laboratory.engine.executeSteps(laboratory.sandbox.address(database), texts, laboratory.signal);
    const read = async () => fingerprint(await capture(laboratory, database, trace.reading), reference);
    // From exactly the state before, the retry is the plain run, which was made already.
    if ((await read()) === before) return after !== undefined && trace.failsByItself === undefined;
    const { result } = await runPlainly(laboratory, database, trace.carrier);
    return (result === 'success' || result === 'skipped') && (await read()) === after;
  });
}
