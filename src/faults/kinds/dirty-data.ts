import { ownFailure } from './inside';
import type { FaultKind } from './kind';

/** Rows are there that the statement can't take. Each statement is broken by rows of its own, so that no two of these cells begin alike. */
export const dirtyDataFault: FaultKind = {
  ...ownFailure({ name: 'dirty-data', happened: 'Rows that were there before the migration broke the statement' }),
  equivalence: () => undefined,
};
