import { ownFailure } from './inside';

/** The server's own statement_timeout fires. */
export const statementTimeoutFault = ownFailure({
  name: 'statement-timeout',
  happened: 'The statement_timeout fired',
});
