import type { RecoverySituation } from './situation';

type Progress = Pick<RecoverySituation, 'completed' | 'beyond'>;

/** Is a statement done in the partial state? */
export function isDone({ completed, beyond = [] }: Progress, index: number): boolean {
  return index <= completed || beyond.includes(index);
}

/** Is it done, or may it be the one that was interrupted? */
export function isReached(progress: Progress, index: number): boolean {
  return index === progress.completed + 1 || isDone(progress, index);
}
