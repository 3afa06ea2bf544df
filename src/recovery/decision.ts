import type { CellResult, RecoveryPlan } from '../model/simulation';

/** What a decision between back and forward rests on: measurements, not opinions. */
export interface DecisionInput {
  readonly back: RecoveryPlan;
  readonly forward: RecoveryPlan;
  /** Statements whose effects are there, of `total`. */
  readonly completed: number;
  readonly total: number;
  readonly retryReaches?: NonNullable<CellResult['retry']>['outcome'];
}

export interface Decision {
  readonly recommended: 'back' | 'forward';
  readonly because: string;
}

/**
 * Forward only with a proven retry or a verified plan; back where data is damaged or the outcome is unsure.
 */
export function decide({ back, forward, completed, total, retryReaches }: DecisionInput): Decision {
  if (forward.verified && !back.verified) {
    const why = back.loses === undefined ? 'the way back could not be verified' : `the way back loses ${back.loses}`;
    return { recommended: 'forward', because: `The way forward was executed and ended in after; ${why}.` };
  }
  if (back.verified && !forward.verified) {
    const why = forward.problem ?? 'it did not end in exactly the state after';
    return { recommended: 'back', because: `The way back was executed and ended in before; the way forward is not proven: ${why}` };
  }
  if (back.verified && forward.verified)
    return bothVerified({ back, forward, completed, total, ...(retryReaches !== undefined && { retryReaches }) });
  if (forward.verifiedExceptLoss && !back.verifiedExceptLoss) {
    return {
      recommended: 'forward',
      because: `Neither way is without loss; the way forward was proven in all but ${forward.loses ?? 'that'}.`,
    };
  }
  const lost = back.loses === undefined ? 'restore the database to a point before the migration' : `it needs ${back.loses}`;
  return {
    recommended: 'back',
    because: `Neither way could be verified. When unsure, go back: ${lost}. Writes made since then are lost by a restore.`,
  };
}

function bothVerified({ back, forward, completed, total, retryReaches }: DecisionInput): Decision {
  if (completed >= total) {
    return { recommended: 'forward', because: 'Both ways were verified, and all statements are done: only the record of it is missing.' };
  }
  if (retryReaches === 'after') {
    return { recommended: 'forward', because: 'Both ways were verified, and running the migration again was tried: it ended in after.' };
  }
  if (completed > 0 && forward.steps.length < back.steps.length) {
    const left = total - completed;
    return {
      recommended: 'forward',
      because: `Both ways were verified; forward is shorter: ${completed} of ${total} statements are done, ${left} ${left === 1 ? 'is' : 'are'} left.`,
    };
  }
  return {
    recommended: 'back',
    because: 'Both ways were verified. Going back leaves time to find out why it failed before it is run again.',
  };
}
