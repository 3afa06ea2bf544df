import { commitsInside } from '../../../plan/transactional';
import { struckFromOutside } from '../../execution/entry';
import type { PostgresFault } from './fault';

/**
 * The disk runs full: whoever owns the sandbox fills it while the execution is held, and frees it when it has ended. A statement that commits
 * on its way is held in its middle, so that some of it is done; any other needs its space from the beginning, and is held before it is sent.
 */
export const diskFull: PostgresFault = {
  name: 'disk-full',
  ambush(script, point) {
    const location = script.locate(point.statement);
    const statement = location && script.statementsOf(location.request)[location.position];
    if (statement === undefined) return undefined;
    const place = script.place({ ...point, kind: 'before' });
    return place && { place, ...(commitsInside(statement) && { enters: struckFromOutside }) };
  },
  strike: ({ release }) => release(),
  aftermath: 'ends',
};
