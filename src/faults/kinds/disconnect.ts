import type { Point } from '../../model/fault';
import { type Course, committedStatements, progressAt } from '../course';
import type { FaultKind } from './kind';

/** The connection is cut at both ends. The server finishes the request that it is executing, then undoes the open transaction. */
export const disconnectFault: FaultKind = {
  name: 'disconnect',
  happened: 'The connection was cut',
  impossible: () => undefined,
  equivalence(course, point) {
    if (point.kind === 'unlock') return undefined;
    if (point.kind === 'start' && course.preparesBeforehand) return undefined;
    const { done, commitDone } = progressAt(course, point);
    const recorded = point.kind === 'commit' && course.recordsInTransaction && done === course.statementCount;
    return recorded ? 'recorded' : `committed ${committedStatements(course, requestFinished(course, point, done), commitDone)}`;
  },
};

/** A single request that has reached the server runs to its end, with nobody there to hear of it. */
function requestFinished(course: Course, point: Point, done: number): number {
  const inside = course.requests === 'single-request' && (point.kind === 'after' || (point.kind === 'before' && point.statement !== 1));
  return inside ? course.statementCount : done;
}
