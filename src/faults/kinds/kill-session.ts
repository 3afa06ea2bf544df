import { committedAt, retriesByItself } from '../course';
import { nothingToBeInside } from './inside';
import type { FaultKind } from './kind';
import { undoneEquivalence } from './undone';

/** Somebody ends the session on the server: an operator, a pooler, a failover. What had committed stays; the open transaction is undone. */
export const killSessionFault: FaultKind = {
  name: 'kill-session',
  happened: 'The session was terminated',
  impossible: nothingToBeInside,
  completed: committedAt,
  // A session of MongoDB that does nothing has nothing to lose but its transaction: its client goes on.
  equivalence: (course, point) => (retriesByItself(course) ? undefined : undoneEquivalence(course, point)),
};
