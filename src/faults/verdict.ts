import type { Verdict } from '../model/fault';

/** What was measured of one cell, in the terms in which a verdict is given. */
export interface Measurements {
  /** Schema and data against before and after; bookkeeping apart. */
  readonly physical: 'before' | 'after' | 'partial';
  /** What the framework's history says of the migration; `none` when the framework keeps no history. */
  readonly recorded: 'applied' | 'failed' | 'absent' | 'none';
  /** Whoever ran the migration was told that it succeeded, although something had struck. */
  readonly reportedSuccess: boolean;
  /** The migration changes neither schema nor data, so that before and after are physically the same. */
  readonly beforeIsAfter: boolean;
  /** Sessions of the migration that are still there and hold locks, or prepared transactions left. */
  readonly blocking: boolean;
  /** Rows or values of before are neither there nor meant to be gone, and no executed way brings them back. */
  readonly lostData: boolean;
  readonly retry: RetryMeasurement;
}

export type RetryMeasurement =
  /** Ended in exactly the state after. */
  | { readonly outcome: 'after' }
  /** Succeeded, and changed nothing: the state is still before. */
  | { readonly outcome: 'before' }
  /**
   * Was refused or failed. `refusedByHistory`: the failed attempt had written to the framework's history or lock tables; `afterRelease`
   * says whether the retry reaches after once that is cleared.
   */
  | { readonly outcome: 'error'; readonly refusedByHistory: boolean; readonly afterRelease: boolean }
  /** Succeeded and ended somewhere else: `twice` when effects are there twice, `destroys` when it removed data that was still there. */
  | { readonly outcome: 'differs'; readonly twice: boolean; readonly destroys: boolean };

/**
 * What a partial state means for the user: first whether something still blocks others, then schema and data against before and
 * after, then bookkeeping, then what a retry does. `docs/faults.md` explains each verdict.
 */
export function judge(measured: Measurements): Verdict {
  if (measured.blocking) return 'stuck';
  if (measured.lostData) return 'data-lost';
  if (isAfter(measured)) return judgeDone(measured);
  // History or tool claim what the database does not hold: nobody will come back to it.
  if (measured.recorded === 'applied' || measured.reportedSuccess) return 'false-success';
  return measured.physical === 'partial' ? judgePartial(measured.retry) : judgeUntouched(measured);
}

function isAfter({ physical, beforeIsAfter, recorded }: Measurements): boolean {
  if (physical !== 'after') return false;
  // A migration that ends where it began is told apart by its history row alone.
  return !beforeIsAfter || recorded === 'applied' || recorded === 'none';
}

function judgeDone({ recorded, retry }: Measurements): Verdict {
  // Without a history nothing keeps whoever has not heard of the end from running it again.
  if (recorded === 'none') return retry.outcome === 'differs' && (retry.twice || retry.destroys) ? judgeElsewhere(retry) : 'complete';
  if (recorded !== 'applied') return 'unrecorded';
  // Recorded, and yet the next run is stopped: by a lock that was left in the history.
  return retry.outcome === 'error' && retry.refusedByHistory && retry.afterRelease ? 'blocked' : 'complete';
}

function judgeUntouched({ retry }: Measurements): Verdict {
  if (retry.outcome === 'differs') return judgeElsewhere(retry);
  // A retry that fails for the migration's own reasons failed before too: nothing stayed, and the cause is there to be fixed.
  if (retry.outcome !== 'error' || !retry.refusedByHistory) return 'rolled-back';
  return retry.afterRelease ? 'blocked' : 'broken';
}

function judgePartial(retry: RetryMeasurement): Verdict {
  switch (retry.outcome) {
    case 'after':
      return 'resumable';
    case 'error':
      return retry.refusedByHistory && retry.afterRelease ? 'blocked' : 'broken';
    case 'before':
      return 'false-success';
    case 'differs':
      return judgeElsewhere(retry);
  }
}

/** A retry that reports success and ends elsewhere: the worst of what it does counts. */
function judgeElsewhere({ destroys, twice }: Extract<RetryMeasurement, { outcome: 'differs' }>): Verdict {
  if (destroys) return 'data-lost';
  return twice ? 'applied-twice' : 'false-success';
}
