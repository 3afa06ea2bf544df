import type { Point } from '../../../model/fault';
import { type Entrance, struckFromOutside } from '../../execution/entry';
import type { Script } from '../../execution/script';
import type { Ambush as AnyAmbush, EngineFault } from '../../execution/wire';
import type { PostgresWire } from '../execution/types';

export type Ambush = AnyAmbush<PostgresWire>;

/** One kind of fault on Postgres: one file, listed in `registry.ts`. */
export type PostgresFault = EngineFault<PostgresWire>;

/** The place of the point itself, which is where most faults strike. */
export function atPoint(script: Script, point: Point): Ambush | undefined {
  const place = script.place(point);
  return place && { place, ...(point.kind === 'during' && { enters: struckFromOutside }) };
}

/** A failure of the statement's own: it strikes inside of it and nowhere else. */
export function insideOnly(entrance: Entrance): PostgresFault['ambush'] {
  return (script, point) => {
    const place = point.kind === 'during' ? script.place(point) : undefined;
    return place && { place, enters: entrance };
  };
}
