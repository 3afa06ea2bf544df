import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlClient, rowsOf, withControlClient } from '../connect';
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
    await withControlClient(address, async (client) => {
      await client.query(`KILL CONNECTION ${serverProcessId}`);
      // What was held stays held until the server has closed the session: a request that went on now would be executed.
      await connection.serverClosed;
      await untilEnded(client, serverProcessId);
    });
    await release();
  },
  aftermath: 'ends',
};

const pollMs = 5;
const maximumMs = 30_000;

/**
 * MariaDB closes the connection before the session has looked at the flag: one that got its lock in this moment would still change the table
 * (6 of 300 times on 11.8, an ALTER by COPY). One that can't be ended is not waited for without end.
 */
async function untilEnded(client: ControlClient, serverProcessId: number): Promise<void> {
  const limit = performance.now() + maximumMs;
  while (performance.now() < limit) {
    const rows = await rowsOf(client, `SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${Math.trunc(serverProcessId)}`);
    if (rows.length === 0) return;
    await sleep(pollMs);
  }
}
