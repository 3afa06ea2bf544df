import type { Point } from '../../../model/fault';
import type { Script } from '../../execution/script';
import { refused } from './commands';
import type { Ambush, MongodbFault } from './fault';

/** The server refuses what comes next at the point: the command, the commit, the write of the changelog, the release of the lock. */
export const error: MongodbFault = {
  name: 'error',
  ambush(script, point): Ambush | undefined {
    const request = refusedRequest(script, point);
    if (request === undefined || script.step(request) === undefined) return undefined;
    return { place: { kind: 'request', request }, order: { command: refused } };
  },
  strike: ({ release }) => release(),
  aftermath: 'ends',
};

function refusedRequest(script: Script, point: Point): number | undefined {
  switch (point.kind) {
    case 'before':
    case 'during':
      return script.locate(point.statement)?.request;
    case 'commit':
      return script.commitOf(point.statement)?.request;
    default: {
      const place = script.place(point);
      return place?.kind === 'response' ? place.request + 1 : place?.request;
    }
  }
}
