import { insideOnly, type MysqlFault } from './fault';

/** MariaDB's ER_STATEMENT_TIMEOUT. */
const statementTimedOut = '1969';

/** MariaDB's max_statement_time fires while the statement is held. MySQL has no timeout for anything but SELECT (manual, max_execution_time). */
export const statementTimeout: MysqlFault = {
  name: 'statement-timeout',
  ambush: insideOnly({
    contested: false,
    raises: {
      code: statementTimedOut,
      afterMs: 300,
      settings: (afterMs) => ({ max_statement_time: String(afterMs / 1000) }),
      provesWaiting: false,
    },
    needsSetting: {
      name: 'max_statement_time',
      otherwise: 'MySQL has no timeout that ends such a statement: max_execution_time is for SELECT alone.',
    },
  }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
