import { withControlClient } from '../connect';
import { atPoint, type MysqlFault } from './fault';

/**
 * Another session ends this one with KILL. A session that waits for its client ends at once; one that executes at its next look at the
 * flag, which every wait for a lock has; a schema change that is being carried out is undone first (manual, "KILL Statement").
 */
export const killSession: MysqlFault = {
  name: 'kill-session',
  ambush: atPoint,
  async strike({ address, connection, release }) {
    const { serverProcessId } = connection;
    if (serverProcessId === undefined) throw new Error('The session to end is not known.');
    // The client hears the farewell, and not the answer that it was waiting for.
    connection.dropResponse();
    await withControlClient(address, (client) => client.query(`KILL CONNECTION ${serverProcessId}`));
    // What was held stays held until the server has closed the session: a request that went on now would be executed.
    await connection.serverClosed;
    await release();
  },
  aftermath: 'ends',
};
