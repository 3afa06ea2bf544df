import type { MongodbConnection } from '../../../wire/mongodb/connection';
import type { Completion, RequestOrder, ServerError, WireRequest } from '../../../wire/mongodb/handlers';
import type { Instrument } from '../../carrier';
import type { Entrance } from '../faults/inside/entrance';

/** What looks on while a migration runs undisturbed. Nothing is measured on MongoDB so far. */
export interface MongodbInstrument extends Instrument {
  readonly engine: 'mongodb';
}

/** What an execution on MongoDB is made of. */
export interface MongodbWire {
  readonly connection: MongodbConnection;
  readonly request: WireRequest;
  readonly order: RequestOrder;
  readonly completion: Completion;
  readonly error: ServerError;
  readonly entrance: Entrance;
  readonly instrument: MongodbInstrument;
}
