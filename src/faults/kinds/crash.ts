import { committedAt } from '../course';
import { nothingToEndMidway } from './inside';
import type { FaultKind } from './kind';
import { undoneEquivalence } from './undone';

/** The server's process is killed and restarted. What had committed is recovered from the log; all else is gone. */
export const crashFault: FaultKind = {
  name: 'crash',
  happened: 'The server crashed',
  impossible: nothingToEndMidway,
  completed: committedAt,
  equivalence: undoneEquivalence,
};
