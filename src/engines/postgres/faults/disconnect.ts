import { atPoint, type PostgresFault } from './fault';

/**
 * The client is gone. Its side gets an RST, as from a host that has restarted; the server's side a FIN. A server that is executing does
 * not look at its socket, so it finishes the request, then reads the end of the connection and undoes the open transaction. (With an RST
 * on its side too, a request that sends notices would be given up at the second of them, if the RST is there by then: a matter of chance.)
 */
export const disconnect: PostgresFault = {
  name: 'disconnect',
  ambush: atPoint,
  async strike({ killClient, release }) {
    await killClient();
    await release();
  },
  aftermath: 'ends',
};
