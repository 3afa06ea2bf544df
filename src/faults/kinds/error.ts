import { committedAt, committedStatements, leftKey, progressAt, transactionOf } from '../course';
import type { FaultKind } from './kind';

/** The server refuses a request. Nothing of it is done, and the framework gets to react on a connection that still works. */
export const errorFault: FaultKind = {
  name: 'error',
  happened: 'The server refused',
  impossible({ engine }, point) {
    if (point.kind === 'start') return 'Nothing is sent at this point, so there is nothing that the server could refuse.';
    if (point.kind === 'during')
      return `What a server refuses half way it refuses for a reason: see ${engine.name === 'mongodb' ? 'lock-timeout, statement-timeout' : 'lock-timeout, statement-timeout, deadlock, disk-full'} and dirty-data.`;
    if (point.kind === 'after') return 'The statement has finished; the server can no longer refuse it.';
    return undefined;
  },
  completed(course, point) {
    // A COMMIT that is refused commits nothing.
    if (point.kind === 'commit') return committedStatements(course, progressAt(course, point).done, false);
    // What commits implicitly has done so before it is refused.
    return committedAt(course, point.kind === 'before' ? { ...point, kind: 'during' } : point);
  },
  equivalence(course, point) {
    if (point.kind !== 'before' || point.statement === undefined) return undefined;
    // A transaction in which any statement is refused is undone as a whole, whichever statement it was.
    const transaction = transactionOf(course, point.statement);
    if (transaction === undefined) return undefined;
    return `transaction ${transaction.index}: ${leftKey(course, committedAt(course, { ...point, kind: 'during' }), progressAt(course, point).done)}`;
  },
};
