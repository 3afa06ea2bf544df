import type { FaultName, Point } from '../../../model/fault';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { RequestOrder } from '../../../wire/postgres/handlers';
import type { Place, Script } from '../execution/script';
import { type Entrance, struckFromOutside } from './inside/entry';

/** Where a fault waits for its moment, and what is sent then in place of the held request. */
export interface Ambush {
  readonly place: Place;
  readonly order?: RequestOrder;
  /** The server is let into the statement at this place, and held there. */
  readonly enters?: Entrance;
}

/** What a fault has at hand when it strikes: the execution is held at the place that it asked for. */
export interface Scene {
  readonly address: DatabaseAddress;
  readonly signal: AbortSignal;
  readonly connection: PostgresConnection;
  /** The client dies: a tool with all of its connections. */
  killClient(): Promise<void>;
  /** Lets go on what is held: the request (as `Ambush.order` has it), the response, or the statements behind the gate. */
  release(): Promise<void>;
}

/** One kind of fault on Postgres: one file, listed in `registry.ts`. */
export interface PostgresFault {
  readonly name: FaultName;
  /** Where the execution is held for this point; undefined when it can't strike there. */
  ambush(script: Script, point: Point): Ambush | undefined;
  /** Carries it out. */
  strike(scene: Scene): Promise<void>;
  /**
   * What the server's process does afterwards, so that the outcome is told only when the state is final. `ends`: it has ended when the
   * server closes the connection. `idles`: it finishes what it was asked and stays. `dies`: with the whole server.
   */
  readonly aftermath: 'ends' | 'idles' | 'dies';
}

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
