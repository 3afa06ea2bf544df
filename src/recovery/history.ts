import type { RecoveryStep } from '../model/simulation';
import { historyDiffers } from '../state/history';
import { type RecoverySituation, textStep } from './situation';

/** Takes the attempt out of the framework's history. Where the history is as before, there is nothing to take out. */
export function historyBack({ before, partial, protocol, migration }: RecoverySituation): readonly RecoveryStep[] {
  return historyDiffers(before, partial) ? protocol.markNotApplied(migration) : [];
}

/** Records the migration in the framework's history. Where it is recorded already, although the rest is not done, nothing is to be written. */
export function historyForward(situation: RecoverySituation): readonly RecoveryStep[] {
  const { after, partial, protocol, migration } = situation;
  if (!keepsHistory(situation)) return situation.completed < migration.up.statements.length ? [] : [keepFromRunning];
  return after === undefined || historyDiffers(after, partial) ? protocol.markApplied(migration) : [];
}

/** Does the tool that runs the migration write down which ones have run? */
export function keepsHistory({ protocol }: Pick<RecoverySituation, 'protocol'>): boolean {
  return protocol.bookkeepingTables.length > 0;
}

const keepFromRunning = textStep(
  'Keep it from being run again',
  'All of it is done, and no history says so.',
  'Tell whoever started it that it has ended, and stop the job that would try again.',
);
