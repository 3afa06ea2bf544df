import { insideOnly, type PostgresFault } from './fault';

/** A session of ours holds what the statement waits for, for longer than its lock_timeout. */
export const lockTimeout: PostgresFault = {
  name: 'lock-timeout',
  ambush: insideOnly({
    contested: true,
    raises: { code: '55P03', afterMs: 40, settings: (afterMs) => ({ lock_timeout: `${afterMs}ms` }), provesWaiting: true },
    needsBarrier: 'The statement waits for no lock that another session could hold.',
  }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
