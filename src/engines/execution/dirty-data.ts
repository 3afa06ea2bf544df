import type { EngineFault, WireTypes } from './wire';

/**
 * What a statement fails on is in the database already: it is only held for a moment before it is sent, so that a migration which ends
 * earlier is told from one that comes to the statement.
 */
export function dirtyDataFault<W extends WireTypes>(): EngineFault<W> {
  return {
    name: 'dirty-data',
    ambush(script, point) {
      const location = script.locate(point.statement);
      return location && { place: { kind: 'request', request: location.request } };
    },
    strike: ({ release }) => release(),
    aftermath: 'ends',
  };
}
