import { quoteLiteral } from '../../parse/postgres/identifiers';
import { type RecoverySituation, sqlStep } from '../situation';
import type { FailureMode } from './mode';

function left({ before, partial }: RecoverySituation): string[] {
  return partial.preparedTransactions.filter((name) => !before.preparedTransactions.includes(name));
}

/** A transaction that was prepared keeps its locks, over restarts too, until somebody ends it (manual, PREPARE TRANSACTION). */
export const preparedTransaction: FailureMode = {
  name: 'prepared transaction left',
  back: (situation) =>
    left(situation).map((name) =>
      sqlStep(
        `Roll back the prepared transaction ${name}`,
        'It holds its locks, also after a restart, until it is ended.',
        `ROLLBACK PREPARED ${quoteLiteral(name)}`,
      ),
    ),
  forward: (situation) =>
    left(situation).map((name) =>
      sqlStep(
        `Commit the prepared transaction ${name}`,
        'All of its work is done and waits for this.',
        `COMMIT PREPARED ${quoteLiteral(name)}`,
      ),
    ),
};
