import { MysqlConnection } from '../../../wire/mysql/connection';
import type { RequestOrder } from '../../../wire/mysql/handlers';
import type { AnyOrder, ExecutionDialect } from '../../execution/wire';
import { WayIn } from '../faults/inside/way-in';
import { mysqlFault } from '../faults/registry';
import { closeGate } from './gate';
import { ownInstrument } from './instrument';
import { gated } from './texts';
import type { MysqlWire } from './types';

/** How an execution goes on MySQL and MariaDB. */
export const mysqlDialect: ExecutionDialect<MysqlWire> = {
  displayName: 'MySQL and MariaDB',
  fault: mysqlFault,
  connect: (client, address, number, events) => new MysqlConnection(client, address, { ...events, announced: events.atGate }, number),
  connectionOf: ({ connection }) => connection,
  closeGate,
  gated: (statements, position, address) => gated(statements, position, address.database),
  // The server sends each result as soon as its statement is done.
  marked: () => undefined,
  hidden: (_request, order: AnyOrder<MysqlWire> | undefined) => new Set((order as RequestOrder | undefined)?.hide),
  rowsOf: ({ rows }) => rows,
  wayIn: (address, entrance, patience, events) => new WayIn(address, entrance, patience, events),
  ownInstrument,
  instrumented: (instrument, request, statements) => instrument.order(request, statements),
  answered: (instrument, request) => instrument.completed(request),
};
