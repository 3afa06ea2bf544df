import type { MysqlConnection } from '../../../wire/mysql/connection';
import type { RequestOrder, WireRequest } from '../../../wire/mysql/handlers';
import type { ServerReport } from '../../../wire/mysql/messages';
import type { Completion } from '../../../wire/mysql/responses';
import type { Entrance } from '../../execution/entry';
import type { MysqlInstrument } from './instrument';

/** What an execution on MySQL or MariaDB is made of. */
export interface MysqlWire {
  readonly connection: MysqlConnection;
  readonly request: WireRequest;
  readonly order: RequestOrder;
  readonly completion: Completion;
  readonly error: ServerReport;
  readonly entrance: Entrance;
  readonly instrument: MysqlInstrument;
}
