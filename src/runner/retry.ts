import { executeSteps } from '../engines/postgres/steps';
import type { RetryMeasurement } from '../faults/verdict';
import type { CellResult } from '../model/simulation';
import type { State } from '../model/state';
import { fingerprint, physicalFingerprint } from '../state/fingerprint';
import { capture } from './capture';
import type { Laboratory } from './laboratory';
import { runPlainly } from './run';
import type { Trace } from './trace';

export interface RetryResult {
  readonly measured: RetryMeasurement;
  /** For the report. */
  readonly reported: NonNullable<CellResult['retry']>;
}

/** Starts the whole migration again in a clone of a partial state, as its framework would, and says where that ends. */
export async function retry(laboratory: Laboratory, trace: Trace, partialDatabase: string): Promise<RetryResult> {
  const { outcome, state } = await runInClone(laboratory, trace, partialDatabase, []);
  if (outcome.result === 'success' || outcome.result === 'skipped') return succeeded(trace, state);
  const error = outcome.error ?? { code: '', message: `the connection was lost (${outcome.result})` };
  const refusedByHistory = outcome.result === 'refused';
  const afterRelease = refusedByHistory && (await reachesAfterRelease(laboratory, trace, partialDatabase));
  return { measured: { outcome: 'error', refusedByHistory, afterRelease }, reported: { outcome: 'error', error } };
}

function succeeded(trace: Trace, state: State): RetryResult {
  const { fingerprints } = trace;
  const reached = fingerprint(state, fingerprints.reference);
  if (reached === fingerprints.after) return { measured: { outcome: 'after' }, reported: { outcome: 'after' } };
  if (physicalFingerprint(state, fingerprints.reference) === fingerprints.physicalBefore) {
    return { measured: { outcome: 'before' }, reported: { outcome: 'before' } };
  }
  return { measured: { outcome: 'differs', twice: sameSchema(trace, state) }, reported: { outcome: 'differs' } };
}

/** The schema is as after and only rows differ: what the migration does to rows was done twice. */
function sameSchema(trace: Trace, state: State): boolean {
  if (trace.after === undefined) return false;
  const schemaOnly = (whole: State): State => ({ ...whole, data: [], sequences: [] });
  return physicalFingerprint(schemaOnly(state)) === physicalFingerprint(schemaOnly(trace.after));
}

/** Whether the migration runs through once its history is cleared of the failed attempt. */
async function reachesAfterRelease(laboratory: Laboratory, trace: Trace, partialDatabase: string): Promise<boolean> {
  const release = trace.framework.run.markNotApplied(trace.migration).map((step) => step.text);
  const { outcome, state } = await runInClone(laboratory, trace, partialDatabase, release);
  return outcome.result === 'success' && fingerprint(state, trace.fingerprints.reference) === trace.fingerprints.after;
}

async function runInClone(laboratory: Laboratory, trace: Trace, partialDatabase: string, first: readonly string[]) {
  return laboratory.withClone(partialDatabase, async (database) => {
    await executeSteps(laboratory.sandbox.address(database), first, laboratory.signal);
    const outcome = await runPlainly(laboratory, database, trace.carrier);
    return { outcome, state: await capture(laboratory, database, trace.reading) };
  });
}
