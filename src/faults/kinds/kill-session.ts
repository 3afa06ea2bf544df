import { committedAt } from '../course';
import { nothingToBeInside } from './inside';
import type { FaultKind } from './kind';
import { undoneEquivalence } from './undone';

/** Somebody ends the session on the server: an operator, a pooler, a failover. What had committed stays; the open transaction is undone. */
export const killSessionFault: FaultKind = {
  name: 'kill-session',
  happened: 'The session was terminated',
  impossible: nothingToBeInside,
  completed: committedAt,
  equivalence: undoneEquivalence,
};
