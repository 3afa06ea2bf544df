import type { State } from '../model/state';

/** Whether the history and lock tables of one state hold other rows than those of the other, as captures have them. */
export function historyDiffers(one: State, other: State): boolean {
  return JSON.stringify(one.bookkeeping) !== JSON.stringify(other.bookkeeping);
}
