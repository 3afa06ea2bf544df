import { atPoint, type MysqlFault } from './fault';

/**
 * The server's answer never arrives, and the client gives up. The server learns nothing of it: its side of the connection stays open,
 * with whatever transaction and locks it has, until the execution is closed.
 */
export const lostAck: MysqlFault = {
  name: 'lost-ack',
  ambush: atPoint,
  async strike({ connection, release }) {
    connection.cut({ client: 'reset', server: 'keep' });
    await release();
  },
  aftermath: 'idles',
};
