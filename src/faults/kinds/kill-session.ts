import type { Point } from '../../model/fault';
import { type Course, committedAt, transactionOf } from '../course';
import { nothingToEndMidway } from './inside';
import type { FaultKind } from './kind';
import { undoneEquivalence } from './undone';

/** Somebody ends the session on the server: an operator, a pooler, a failover. What had committed stays; the open transaction is undone. */
export const killSessionFault: FaultKind = {
  name: 'kill-session',
  happened: 'The session was terminated',
  impossible: nothingToEndMidway,
  completed: committedAt,
  equivalence: (course, point) => (course.engine.name === 'mongodb' ? idleEquivalence(course, point) : undoneEquivalence(course, point)),
};

/**
 * A session of MongoDB is no connection: one that does nothing has nothing to lose but its transaction, and its client goes on to the end
 * (manual, "killSessions").
 */
function idleEquivalence(course: Course, { kind, statement }: Point): string | undefined {
  if (kind === 'during' || kind === 'commit') return undefined;
  const isInTransaction = statement !== undefined && transactionOf(course, statement)?.kind !== 'autocommit';
  return isInTransaction ? undefined : 'it goes on';
}
