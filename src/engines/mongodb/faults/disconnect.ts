import { atPoint, type MongodbFault } from './fault';

/**
 * The client is gone. Its side gets an RST, as from a host that has restarted; the server's side a FIN. A mongod ends commands that only read
 * when their client has left, and finishes those that write (SERVER-39150). An open transaction belongs to its logical session and not to a
 * connection: it stays until transactionLifetimeLimitSeconds, 60 s by default, have gone by (manual, "Production Considerations").
 */
export const disconnect: MongodbFault = {
  name: 'disconnect',
  ambush: atPoint('finished'),
  async strike({ killClient, release }) {
    await killClient();
    await release();
  },
  aftermath: 'ends',
};
