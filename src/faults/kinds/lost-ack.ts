import { committedAt } from '../course';
import type { FaultKind } from './kind';

/**
 * The server did the work, and its answer never arrives: the network drops packets in silence. The client gives up; the server's side of
 * the connection stays open until TCP keepalive or an operator ends it, and an open transaction keeps its locks until then.
 */
export const lostAckFault: FaultKind = {
  name: 'lost-ack',
  happened: 'The answer was lost',
  impossible(course, point) {
    switch (point.kind) {
      case 'start':
      case 'before':
        return 'Nothing was asked at this point, so there is no answer to lose.';
      case 'unrecorded':
        return `The history write has not been sent; the lost answer before it is the cell lost-ack@${course.recordsInTransaction || course.transactions.at(-1)?.kind !== 'framework' ? 'after' : 'commit'}:${course.statementCount}.`;
      default:
        return undefined;
    }
  },
  /** The work stays when it had committed; an open transaction is undone when its session is ended. */
  completed: (course, point) => (course.requests === 'single-request' ? course.statementCount : committedAt(course, point)),
  equivalence(course, point) {
    // The answers to one request travel together: losing one of them is losing the end of the request.
    return course.requests === 'single-request' && point.kind === 'after' ? 'request' : undefined;
  },
};
