import type { Point } from '../../model/fault';
import { type Course, committedAt, committedStatements, lastOfRequest, leftKey, progressAt, recordedAt } from '../course';
import { nothingToBeInside } from './inside';
import type { FaultKind } from './kind';

/** The connection is cut at both ends. The server finishes the request that it is executing, then undoes the open transaction. */
export const disconnectFault: FaultKind = {
  name: 'disconnect',
  happened: 'The connection was cut',
  impossible: nothingToBeInside,
  completed,
  equivalence(course, point) {
    if (point.kind === 'unlock' || (point.kind === 'start' && course.preparesBeforehand)) return undefined;
    if (recordedAt(course, point)) return 'recorded';
    return leftKey(course, completed(course, point), finishedRequest(course, point) ?? progressAt(course, point).done);
  },
};

function completed(course: Course, point: Point): number {
  const finished = finishedRequest(course, point);
  return finished === undefined ? committedAt(course, point) : committedStatements(course, finished, false);
}

/** A request that has reached the server runs to its end, with nobody there to hear of it: the last statement of it. */
function finishedRequest(course: Course, { kind, statement }: Point): number | undefined {
  if (statement === undefined) return undefined;
  const last = lastOfRequest(course, statement);
  if (kind === 'after' || kind === 'during') return last;
  const received = kind === 'before' && statement > 1 && lastOfRequest(course, statement - 1) === last;
  return received ? last : undefined;
}
