import type { MongodbFault } from './fault';

/**
 * The documents on which the command fails are in the database already: it is only held for a moment before it is sent, so that a migration
 * which ends earlier is told from one that comes to the command.
 */
export const dirtyData: MongodbFault = {
  name: 'dirty-data',
  ambush(script, point) {
    const location = script.locate(point.statement);
    return location && { place: { kind: 'request', request: location.request } };
  },
  strike: ({ release }) => release(),
  aftermath: 'ends',
};
