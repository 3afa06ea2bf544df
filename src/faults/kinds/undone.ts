import type { Point } from '../../model/fault';
import { type Course, committedAt, leftKey, progressAt, recordedAt, runningAt, staysInPart } from '../course';

/** Where a fault stops the server at the point itself: only what had committed stays, and points with the same of that are alike. */
export function undoneEquivalence(course: Course, point: Point): string | undefined {
  if (point.kind === 'unlock' || (point.kind === 'start' && course.preparesBeforehand)) return undefined;
  if (recordedAt(course, point)) return 'recorded';
  const running = runningAt(course, point);
  if (running !== undefined && (running.escapes || staysInPart(course, running))) return undefined;
  return leftKey(course, committedAt(course, point), progressAt(course, point).done);
}
