import type { Point } from '../../model/fault';
import { type Course, runningAt } from '../course';
import { nobodyElseHolds } from './contention';
import { ownFailure } from './inside';

/** A second session takes the same locks in the other order, and the server ends the migration's statement to break the circle. */
export const deadlockFault = ownFailure({
  name: 'deadlock',
  happened: 'A deadlock with another session was broken by failing the migration',
  spared,
  eachForItself: true,
});

function spared(course: Course, point: Point): string | undefined {
  const running = runningAt(course, point);
  return running !== undefined && nobodyElseHolds(course, running)
    ? 'It takes two sessions that wait for each other, and this statement waits for no lock that another session could hold.'
    : undefined;
}
