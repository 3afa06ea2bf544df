import type { RecoveryStep } from '../model/simulation';
import { historyDiffers } from '../state/history';
import type { RecoverySituation } from './situation';

/** Takes the attempt out of the framework's history. Where the history is as before, there is nothing to take out. */
export function historyBack({ before, partial, protocol, migration }: RecoverySituation): readonly RecoveryStep[] {
  return historyDiffers(before, partial) ? protocol.markNotApplied(migration) : [];
}

/** Records the migration in the framework's history. Where it is recorded already, although the rest is not done, nothing is to be written. */
export function historyForward({ after, partial, protocol, migration }: RecoverySituation): readonly RecoveryStep[] {
  return after === undefined || historyDiffers(after, partial) ? protocol.markApplied(migration) : [];
}
