import type { MysqlFault } from './fault';

/**
 * The disk runs full: whoever owns the sandbox fills it while the execution is held, and frees it when it has ended. A statement needs its
 * space from the beginning, so it is held before it is sent.
 */
export const diskFull: MysqlFault = {
  name: 'disk-full',
  ambush(script, point) {
    const place = script.place({ ...point, kind: 'before' });
    return place && { place };
  },
  strike: ({ release }) => release(),
  aftermath: 'ends',
};
