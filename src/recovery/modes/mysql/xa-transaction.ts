import { none } from '../../check';
import { preparedQuery } from '../../mysql/sessions';
import { sqlStep } from '../../situation';
import { defineMode, type Finding } from '../mode';

/** An XA transaction that was prepared keeps its locks, over the end of its session and restarts too (manual, XA Transaction States). */
export const xaTransaction = defineMode<Finding>({
  name: 'prepared XA transaction left',
  engines: ['mysql', 'mariadb'],
  endsTransactions: true,
  detect: ({ before, partial }) =>
    partial.preparedTransactions
      .filter((id) => !before.preparedTransactions.includes(id))
      .map((id) => ({ object: id, detail: 'It holds its locks, also after a restart, until it is ended.', query: preparedQuery })),
  back: (found) => found.map(({ object, detail }) => sqlStep(`Roll back the XA transaction ${object}`, detail, `XA ROLLBACK ${object}`)),
  forward: (found) =>
    found.map(({ object }) =>
      sqlStep(`Commit the XA transaction ${object}`, 'All of its work is done and waits for this.', `XA COMMIT ${object}`),
    ),
  validate: () => [
    none(
      'No prepared XA transaction is left without a session',
      'SELECT count(*) FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = 0',
    ),
  ],
});
