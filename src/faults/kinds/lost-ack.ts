import type { Point } from '../../model/fault';
import { type Course, committedAt, committedStatements, lastOfRequest } from '../course';
import { nothingToBeInside } from './inside';
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
        return nothingToBeInside(course, point);
    }
  },
  /** The work stays when it had committed; an open transaction is undone when its session is ended. */
  completed(course, point) {
    const asked = askedAt(course, point);
    return asked === undefined ? committedAt(course, point) : committedStatements(course, asked, false);
  },
  equivalence(course, point) {
    // The answers to one request travel together, and the server finishes it: losing one of them, wherever it is, is losing the end of it.
    const asked = askedAt(course, point);
    return asked === undefined ? undefined : `answer to ${asked}`;
  },
};

/** The last statement of the request that the server has. */
function askedAt(course: Course, { kind, statement }: Point): number | undefined {
  return statement !== undefined && (kind === 'after' || kind === 'during') ? lastOfRequest(course, statement) : undefined;
}
