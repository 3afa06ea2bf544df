import { atPoint, type MysqlFault } from './fault';

/**
 * The client is gone. Its side gets an RST, as from a host that has restarted; the server's side a FIN. A server that is executing does
 * not look at its socket, so it finishes the statement, then reads the end of the connection and undoes the open transaction.
 */
export const disconnect: MysqlFault = {
  name: 'disconnect',
  ambush: atPoint,
  async strike({ killClient, release }) {
    await killClient();
    await release();
  },
  aftermath: 'ends',
};
