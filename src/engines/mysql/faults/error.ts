import type { Point } from '../../../model/fault';
import type { Location, Script } from '../../execution/script';
import { endsOf, refusedRequest, refusedWithin } from '../execution/texts';
import type { Ambush, MysqlFault } from './fault';

/** The server refuses what comes next at the point: the statement, the COMMIT, the history write, the release of the lock. */
export const error: MysqlFault = {
  name: 'error',
  ambush(script, point) {
    const target = refused(script, point);
    return target && refuse(script, target);
  },
  strike: ({ release }) => release(),
  aftermath: 'ends',
};

function refused(script: Script, point: Point): Location | undefined {
  switch (point.kind) {
    case 'before':
    case 'during':
      return script.locate(point.statement);
    case 'commit':
      return script.commitOf(point.statement);
    default: {
      const place = script.place(point);
      if (place?.kind === 'inside') return place;
      if (place?.kind === 'response') return { request: place.request + 1, position: 0 };
      return place && { request: place.request, position: 0 };
    }
  }
}

function refuse(script: Script, { request, position }: Location): Ambush | undefined {
  const step = script.step(request);
  if (!step) return undefined;
  const statements = script.statementsOf(request);
  const statement = statements[position];
  const ends = step.kind === 'commit' ? 'rolls back' : statement === undefined ? 'nothing' : endsOf(statement);
  const order = statements.length > 1 ? refusedWithin(statements, position, ends) : refusedRequest(ends);
  return { place: { kind: 'request', request }, order };
}
