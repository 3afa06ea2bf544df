import { insideOnly, type MysqlFault } from './fault';

/** ER_LOCK_DEADLOCK. */
const deadlocked = '1213';

/**
 * A session of ours holds a row that the statement waits for, and then asks for one that the migration holds. InnoDB ends the transaction
 * that has done less (manual, "Deadlock Detection"), so ours has done more.
 */
export const deadlock: MysqlFault = {
  name: 'deadlock',
  ambush: insideOnly({
    contested: true,
    raises: { code: deadlocked, afterMs: 1000, settings: () => ({}), provesWaiting: true },
    needsBarrier:
      'It takes two sessions that wait for each other for rows: the statement waits for none that another session could hold, or holds none while it waits.',
    waitsBack: true,
  }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
