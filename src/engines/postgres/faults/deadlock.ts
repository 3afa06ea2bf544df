import { insideOnly, type PostgresFault } from './fault';

/**
 * A session of ours holds what the statement waits for, and then asks for a table that the migration holds. Of two sessions in a circle the
 * one fails whose deadlock_timeout passes first (manual, "Lock Management"), so the migration's is short and ours is an hour.
 */
export const deadlock: PostgresFault = {
  name: 'deadlock',
  ambush: insideOnly({
    contested: true,
    raises: { code: '40P01', afterMs: 100, settings: (afterMs) => ({ deadlock_timeout: `${afterMs}ms` }), provesWaiting: true },
    needsBarrier:
      'It takes two sessions that wait for each other: the statement waits for nothing that another session could hold, or holds nothing while it waits.',
    waitsBack: true,
  }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
