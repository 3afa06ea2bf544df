import type { Point } from '../../model/fault';
import { type Course, committedAt, recordedAt } from '../course';
import type { FaultKind } from './kind';

/** The connection is cut at both ends. The server finishes the request that it is executing, then undoes the open transaction. */
export const disconnectFault: FaultKind = {
  name: 'disconnect',
  happened: 'The connection was cut',
  impossible: () => undefined,
  completed,
  equivalence(course, point) {
    if (point.kind === 'unlock' || (point.kind === 'start' && course.preparesBeforehand)) return undefined;
    return recordedAt(course, point) ? 'recorded' : `committed ${completed(course, point)}`;
  },
};

/** A single request that has reached the server runs to its end, with nobody there to hear of it. */
function completed(course: Course, point: Point): number {
  const received = point.kind === 'after' || (point.kind === 'before' && point.statement !== 1);
  return course.requests === 'single-request' && received ? course.statementCount : committedAt(course, point);
}
