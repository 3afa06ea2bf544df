import type { Loss } from '../state/loss';

/** Where what is lost has to come from. */
export const backup = 'restore them from a backup taken before the migration';

/** Rows or values that a plan can't bring back. */
export interface DataLoss {
  /** What, by whom, and where it would have to come from. */
  readonly text: string;
  readonly loss: Loss;
  /** The values differ, but perhaps only in how the new type writes them. */
  readonly doubtful: boolean;
}
