import type { Point } from '../../../model/fault';
import type { Script } from '../../execution/script';
import type { Ambush as AnyAmbush, EngineFault } from '../../execution/wire';
import type { MongodbWire } from '../execution/types';
import type { Entrance } from './inside/entrance';

export type Ambush = AnyAmbush<MongodbWire>;

/** One kind of fault on MongoDB: one file, listed in `registry.ts`. */
export type MongodbFault = EngineFault<MongodbWire>;

/** The place of the point itself; inside of a write of many documents, with the rest of it as said. */
export function atPoint(rest: Extract<Entrance, { kind: 'held' }>['rest']): MongodbFault['ambush'] {
  return (script, point) => ambushOf(script, point, { kind: 'held', rest });
}

/** A failure of the command's own: it strikes inside of it and nowhere else. */
export function insideOnly(entrance: Entrance): MongodbFault['ambush'] {
  return (script, point) => (point.kind === 'during' ? ambushOf(script, point, entrance) : undefined);
}

function ambushOf(script: Script, point: Point, entrance: Entrance): Ambush | undefined {
  const place = script.place(point);
  return place && { place, ...(point.kind === 'during' && { enters: entrance }) };
}
