import { insideOnly, type MongodbFault } from './fault';

/** The command's maxTimeMS is over while the server carries it out: MaxTimeMSExpired. */
export const statementTimeout: MongodbFault = {
  name: 'statement-timeout',
  ambush: insideOnly({ kind: 'timed out' }),
  // It strikes by itself.
  strike: async () => undefined,
  aftermath: 'ends',
};
