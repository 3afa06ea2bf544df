import { withControlClient } from '../connect';
import { atPoint, type PostgresFault } from './fault';

/**
 * Another session ends this one with pg_terminate_backend. A server process that waits for its client tells it so (57P01) and ends; one
 * that is executing does so at its next check for interrupts, which every wait for a lock has (manual, "Server Signaling Functions").
 */
export const killSession: PostgresFault = {
  name: 'kill-session',
  ambush: atPoint,
  async strike({ address, connection, release }) {
    const { serverProcessId } = connection;
    if (serverProcessId === undefined) throw new Error('The session to terminate is not known.');
    // The client hears the farewell, and not the answer that it was waiting for.
    connection.dropResponse();
    await withControlClient(address, (client) => client.query('SELECT pg_catalog.pg_terminate_backend($1)', [serverProcessId]));
    // What was held stays held until the server has closed the session: a request that went on now would be executed.
    await connection.serverClosed;
    await release();
  },
  aftermath: 'ends',
};
