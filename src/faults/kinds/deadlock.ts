import type { Point } from '../../model/fault';
import { type Course, runningAt } from '../course';
import { uncontested } from './contention';
import { ownFailure } from './inside';
import type { FaultKind } from './kind';

/** A second session takes the same locks in the other order, and the server ends the migration's statement to break the circle. */
export const deadlockFault: FaultKind = {
  // MongoDB lets no transaction wait for another's document: see lock-timeout.
  engines: ['postgres', 'mysql', 'mariadb'],
  ...ownFailure({
    name: 'deadlock',
    happened: 'A deadlock with another session was broken by failing the migration',
    spared: (course, point) => neverTheVictim(course, point) ?? waitsForNobody(course, point),
    eachForItself: true,
  }),
};

const waitsForNobody = uncontested(
  'It takes two sessions that wait for each other, and this statement waits for no lock that another session could hold.',
);

/** MySQL and MariaDB: of a circle of metadata locks the session with the least weight is ended, and one that only reads or writes has less. */
function neverTheVictim(course: Course, point: Point): string | undefined {
  return runningAt(course, point)?.commitsImplicitly === true
    ? 'A definition holds no rows while it waits, and in a circle of metadata locks the server ends the session that reads or writes instead.'
    : undefined;
}
