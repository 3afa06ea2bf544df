import { committedStatements, progressAt } from '../course';
import type { FaultKind } from './kind';

/** The server's process is killed and restarted. What had committed is recovered from the log; all else is gone. */
export const crashFault: FaultKind = {
  name: 'crash',
  happened: 'The server crashed',
  impossible: () => undefined,
  equivalence(course, point) {
    if (point.kind === 'unlock') return undefined;
    if (point.kind === 'start' && course.preparesBeforehand) return undefined;
    const { done, commitDone } = progressAt(course, point);
    const recorded = point.kind === 'commit' && course.recordsInTransaction && done === course.statementCount;
    return recorded ? 'recorded' : `committed ${committedStatements(course, done, commitDone)}`;
  },
};
