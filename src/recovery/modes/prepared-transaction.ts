import { quoteLiteral } from '../../parse/postgres/identifiers';
import { none } from '../check';
import { preparedQuery } from '../postgres/sessions';
import { sqlStep } from '../situation';
import { defineMode, type Finding } from './mode';

/** A transaction that was prepared keeps its locks, over restarts too, until somebody ends it (manual, PREPARE TRANSACTION). */
export const preparedTransaction = defineMode<Finding>({
  name: 'prepared transaction left',
  endsTransactions: true,
  detect: ({ before, partial }) =>
    partial.preparedTransactions
      .filter((gid) => !before.preparedTransactions.includes(gid))
      .map((gid) => ({ object: gid, detail: 'It holds its locks, also after a restart, until it is ended.', query: preparedQuery })),
  back: (found) =>
    found.map(({ object, detail }) =>
      sqlStep(`Roll back the prepared transaction ${object}`, detail, `ROLLBACK PREPARED ${quoteLiteral(object)}`),
    ),
  forward: (found) =>
    found.map(({ object }) =>
      sqlStep(
        `Commit the prepared transaction ${object}`,
        'All of its work is done and waits for this.',
        `COMMIT PREPARED ${quoteLiteral(object)}`,
      ),
    ),
  validate: (found) => [
    none(
      'No prepared transaction of the migration is left',
      `SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database() AND gid IN (${found.map(({ object }) => quoteLiteral(object)).join(', ')})`,
    ),
  ],
});
