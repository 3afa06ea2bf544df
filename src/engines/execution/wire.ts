import type { Socket } from 'node:net';
import type { FaultName, Point } from '../../model/fault';
import type { Statement } from '../../model/migration';
import type { DatabaseAddress } from '../../model/sandbox';
import type { WireConnection } from '../../wire/connection';
import type { Inside, Instrument } from '../carrier';
import type { Place, Script } from './script';

/** The types of one protocol and of the engine behind it. */
export interface WireTypes {
  readonly connection: WireConnection<{ readonly bytes: Buffer }>;
  readonly request: { readonly connection: unknown; readonly number: number };
  readonly order: PlainOrder;
  readonly completion: { readonly results: readonly WireResult[]; readonly error?: WireError; readonly durationMs: number };
  readonly error: WireError;
  /** How a fault wants the server to be inside of a statement. */
  readonly entrance: object;
  readonly instrument: Instrument;
}

/** What every protocol can do with a request: nothing of the response is passed on until it is released. */
export interface PlainOrder {
  readonly holdResponse?: boolean;
}

export type AnyOrder<W extends WireTypes> = W['order'] | PlainOrder;

export interface WireResult {
  readonly arrivedAfterMs: number;
}

export interface WireError {
  readonly code: string;
  readonly message: string;
}

/** Where a fault waits for its moment, and what is sent then in place of the held request. */
export interface Ambush<W extends WireTypes> {
  readonly place: Place;
  readonly order?: W['order'];
  /** The server is let into the statement at this place, and held there. */
  readonly enters?: W['entrance'];
}

/** What a fault has at hand when it strikes: the execution is held at the place that it asked for. */
export interface Scene<W extends WireTypes> {
  readonly address: DatabaseAddress;
  readonly signal: AbortSignal;
  readonly connection: W['connection'];
  /** The client dies: a tool with all of its connections. */
  killClient(): Promise<void>;
  /** Lets go on what is held: the request (as `Ambush.order` has it), the response, or the statements behind the gate. */
  release(): Promise<void>;
}

/** One kind of fault on one engine. */
export interface EngineFault<W extends WireTypes> {
  readonly name: FaultName;
  /** Where the execution is held for this point; undefined when it can't strike there. */
  ambush(script: Script, point: Point): Ambush<W> | undefined;
  /** Carries it out. */
  strike(scene: Scene<W>): Promise<void>;
  /**
   * What the server's session does afterwards, so that the outcome is told only when the state is final. `ends`: it has ended when the
   * server closes the connection. `idles`: it finishes what it was asked and stays. `dies`: with the whole server.
   */
  readonly aftermath: 'ends' | 'idles' | 'dies';
}

/** Holds the server inside a request of several statements. */
export interface Gate {
  /** Lets through whoever waits. Resolves when nothing is held any more. Idempotent. */
  open(): Promise<void>;
}

/** The way into one statement over the wire: as a request of its own, or behind a gate in a request of several. */
export interface WayIn<W extends WireTypes> {
  readonly inside: Inside | undefined;
  /** Prepares everything while a request is held, and says as what to send it. Never rejects. */
  withRequest(request: W['request'], statement: Statement | undefined): Promise<W['order']>;
  /** The request of several statements, with a gate before the one at `position`. */
  gatedRequest(request: W['request'], statements: readonly Statement[], position: number): W['order'];
  /** The server has come to the gate: prepares everything, and has it opened. */
  throughGate(connection: W['connection'], open: () => Promise<void>): Promise<void>;
  /** What must be asked on a connection before its next request; once. */
  takeRestoration(connection: W['connection']): string | undefined;
  /** The server has answered the request of the statement. */
  answer(completion: W['completion']): void;
  /** The fault strikes from outside. */
  struck(): void;
  /** Lets the server go on. Idempotent. */
  release(): Promise<void>;
}

/** What becomes of a way in. */
export interface WayInEvents<W extends WireTypes> {
  /** The server is inside of the statement that this connection sent. */
  arrived(connection: W['connection']): void;
  failed(error: unknown): void;
}

/** What an execution wants to hear of its connections. */
export interface ConnectionEvents<W extends WireTypes> {
  request(request: W['request']): Promise<AnyOrder<W>> | AnyOrder<W> | undefined;
  completed(request: W['request'], completion: W['completion']): void;
  farewell(error: W['error']): void;
  copied(connection: W['connection'], rows: Buffer): void;
  /** The server has come to the gate in a request. */
  atGate(connection: W['connection']): void;
}

/** What an execution does by the words of one engine. */
export interface ExecutionDialect<W extends WireTypes> {
  /** As people write it. */
  readonly displayName: string;
  /** The fault of this name, where the engine has it. */
  fault(name: FaultName): EngineFault<W> | undefined;
  connect(
    client: Socket,
    address: DatabaseAddress,
    number: number,
    events: ConnectionEvents<W>,
    instrument: W['instrument'] | undefined,
  ): W['connection'];
  /** The connection that a request came by. */
  connectionOf(request: W['request']): W['connection'];
  /** A closed gate. Rejects when no connection can be made. */
  closeGate(address: DatabaseAddress): Promise<Gate>;
  /** A request of several statements with a gate before the one at `position`. */
  gated(statements: readonly Statement[], position: number, address: DatabaseAddress): W['order'];
  /** The same request so that the arrival of each result tells when its statement was done; undefined where it does anyway. */
  marked(statements: readonly Statement[]): W['order'] | undefined;
  /** Ordinals of the results that the client does not see. */
  hidden(request: W['request'], order: AnyOrder<W> | undefined): ReadonlySet<number>;
  /** Rows that a statement wrote, returned or copied. */
  rowsOf(result: W['completion']['results'][number]): number;
  wayIn(address: DatabaseAddress, entrance: W['entrance'], patience: number, events: WayInEvents<W>): WayIn<W>;
  /** The engine's own kind of instrument. Throws for one of another engine. */
  ownInstrument(instrument: Instrument): W['instrument'];
  /** What an instrument makes of a request with these statements; undefined: it goes as it is. */
  instrumented(
    instrument: W['instrument'],
    request: W['request'],
    statements: readonly Statement[],
  ): Promise<W['order'] | undefined> | W['order'] | undefined;
  /** Sessions of the server's, by number, that this connection was used for and that do not end with it. Absent: there are none. */
  sessionsOf?(connection: W['connection']): readonly number[];
  /** Ends those of all connections of an execution that is closed, with what they still hold. Never rejects. */
  endSessions?(address: DatabaseAddress, connections: readonly W['connection'][]): Promise<void>;
  /** The server has answered a request. */
  answered(instrument: W['instrument'], request: W['request']): void;
}
