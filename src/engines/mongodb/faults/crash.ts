import { atPoint, type MongodbFault } from './fault';

/**
 * The server dies. Whoever owns it kills it while the execution is held (for many executions at once), and the connections end by
 * themselves; striking only makes sure that the client does not wait on one of which nobody told it that it is dead.
 */
export const crash: MongodbFault = {
  name: 'crash',
  ambush: atPoint('lost'),
  async strike({ connection }) {
    connection.cut({ client: 'reset', server: 'reset' });
  },
  aftermath: 'dies',
};
