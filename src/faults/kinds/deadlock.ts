import { uncontested } from './contention';
import { ownFailure } from './inside';

/** A second session takes the same locks in the other order, and the server ends the migration's statement to break the circle. */
export const deadlockFault = ownFailure({
  name: 'deadlock',
  happened: 'A deadlock with another session was broken by failing the migration',
  spared: uncontested(
    'It takes two sessions that wait for each other, and this statement waits for no lock that another session could hold.',
  ),
  eachForItself: true,
});
