import { insideOnly, type PostgresFault } from './fault';

/** The server's own statement_timeout fires while it is held inside of the statement. */
export const statementTimeout: PostgresFault = {
  name: 'statement-timeout',
  ambush: insideOnly({
    contested: false,
    raises: { code: '57014', afterMs: 100, settings: (afterMs) => ({ statement_timeout: `${afterMs}ms` }), provesWaiting: false },
  }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
