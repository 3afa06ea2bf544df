import { atPoint, type MysqlFault } from './fault';

/**
 * The server dies. Whoever owns it kills it while the execution is held (for many executions at once), and the connection ends by
 * itself; striking only makes sure that the client does not wait on a connection of which nobody told it that it is dead.
 */
export const crash: MysqlFault = {
  name: 'crash',
  ambush: atPoint,
  async strike({ connection }) {
    connection.cut({ client: 'reset', server: 'reset' });
  },
  aftermath: 'dies',
};
