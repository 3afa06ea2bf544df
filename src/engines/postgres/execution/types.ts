import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { RequestOrder, WireRequest } from '../../../wire/postgres/handlers';
import type { ServerReport } from '../../../wire/postgres/messages';
import type { Completion } from '../../../wire/postgres/responses';
import type { Entrance } from '../../execution/entry';
import type { PostgresInstrument } from '../measure/instrument';

/** What an execution on PostgreSQL is made of. */
export interface PostgresWire {
  readonly connection: PostgresConnection;
  readonly request: WireRequest;
  readonly order: RequestOrder;
  readonly completion: Completion;
  readonly error: ServerReport;
  readonly entrance: Entrance;
  readonly instrument: PostgresInstrument;
}
