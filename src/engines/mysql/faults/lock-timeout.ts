import { insideOnly, type MysqlFault } from './fault';

/** ER_LOCK_WAIT_TIMEOUT: of a metadata lock and of a lock on a row alike. */
const lockWaitTimeout = '1205';

/**
 * A session of ours holds what the statement waits for, for longer than its lock_wait_timeout (tables) and innodb_lock_wait_timeout (rows),
 * which count whole seconds.
 */
export const lockTimeout: MysqlFault = {
  name: 'lock-timeout',
  ambush: insideOnly({
    contested: true,
    raises: {
      code: lockWaitTimeout,
      afterMs: 1000,
      settings: (afterMs) => {
        const seconds = String(Math.ceil(afterMs / 1000));
        return { lock_wait_timeout: seconds, innodb_lock_wait_timeout: seconds };
      },
      provesWaiting: true,
    },
    needsBarrier: 'The statement waits for no lock that another session could hold.',
  }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
