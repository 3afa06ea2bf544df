import { UUID } from 'bson';
import { encoded } from '../../../wire/mongodb/messages';
import { askOnce } from '../../../wire/mongodb/own-client';
import { atPoint, type MongodbFault } from './fault';

/**
 * Another session ends this one with killSessions: its transaction is aborted, its cursors are closed, and what it runs is interrupted, which
 * the client is told with code 11601 (manual, "killSessions"). The connection stays, and a session that does nothing has nothing to lose: the
 * client goes on.
 */
export const killSession: MongodbFault = {
  name: 'kill-session',
  ambush: atPoint('interrupted'),
  async strike({ address, connection, release }) {
    const session = connection.lastRequest?.session;
    if (session !== undefined) await askOnce(address, encoded({ killSessions: [{ id: new UUID(session) }], $db: 'admin' }));
    await release();
  },
  aftermath: 'ends',
};
