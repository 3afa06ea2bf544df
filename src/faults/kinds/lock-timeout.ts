import type { Point } from '../../model/fault';
import { type Course, runningAt } from '../course';
import { nobodyElseHolds } from './contention';
import { ownFailure } from './inside';

/** Another session holds what the statement needs, for longer than lock_timeout allows. */
export const lockTimeoutFault = ownFailure({
  name: 'lock-timeout',
  happened: "The lock_timeout fired behind another session's lock",
  spared,
  eachForItself: true,
});

function spared(course: Course, point: Point): string | undefined {
  const running = runningAt(course, point);
  return running !== undefined && nobodyElseHolds(course, running)
    ? 'The statement waits for no lock that another session could hold: it touches nothing that was there before.'
    : undefined;
}
