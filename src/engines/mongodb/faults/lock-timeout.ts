import { insideOnly, type MongodbFault } from './fault';

/**
 * Another session's transaction has written a document that the command writes. In a transaction the command fails with WriteConflict at once;
 * outside of one it waits, for as long as its maxTimeMS lets it (manual, "Production Considerations").
 */
export const lockTimeout: MongodbFault = {
  name: 'lock-timeout',
  ambush: insideOnly({ kind: 'blocked' }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
