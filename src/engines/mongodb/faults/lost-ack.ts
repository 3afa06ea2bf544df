import { atPoint, type MongodbFault } from './fault';

/**
 * The server's answer never arrives, and its connection breaks. The server learns nothing of it. A driver sends a write that it may repeat
 * again by another connection, once, and a commit as well; the server knows it by session and number (manual, "Retryable Writes").
 */
export const lostAck: MongodbFault = {
  name: 'lost-ack',
  ambush: atPoint('finished'),
  async strike({ connection, release }) {
    connection.cut({ client: 'reset', server: 'keep' });
    await release();
  },
  aftermath: 'idles',
};
