import { committedAt, recordedAt } from '../course';
import type { FaultKind } from './kind';

/** The server's process is killed and restarted. What had committed is recovered from the log; all else is gone. */
export const crashFault: FaultKind = {
  name: 'crash',
  happened: 'The server crashed',
  impossible: () => undefined,
  completed: committedAt,
  equivalence(course, point) {
    if (point.kind === 'unlock' || (point.kind === 'start' && course.preparesBeforehand)) return undefined;
    return recordedAt(course, point) ? 'recorded' : `committed ${committedAt(course, point)}`;
  },
};
