import { PostgresConnection } from '../../../wire/postgres/connection';
import type { RequestOrder } from '../../../wire/postgres/handlers';
import { rowsOfTag, type ServerReport } from '../../../wire/postgres/messages';
import type { ExecutionDialect } from '../../execution/wire';
import { WayIn } from '../faults/inside/way-in';
import { postgresFault } from '../faults/registry';
import { ownInstrument } from '../measure/instrument';
import { Gate } from './gate';
import { gated, gateNotice, marked, markNotice } from './texts';
import type { PostgresWire } from './types';

/** How an execution goes on PostgreSQL. */
export const postgresDialect: ExecutionDialect<PostgresWire> = {
  displayName: 'PostgreSQL',
  fault: postgresFault,
  connect(client, address, number, events, instrument) {
    const notice = (report: ServerReport, connection: PostgresConnection): 'show' | 'hide' => {
      const { severity, message } = report;
      if (instrument?.notice(report, connection)) return 'hide';
      if (severity !== 'INFO' || (message !== gateNotice && message !== markNotice)) return 'show';
      if (message === gateNotice) events.atGate(connection);
      return 'hide';
    };
    return new PostgresConnection(client, address, { ...events, notice }, number);
  },
  connectionOf: ({ connection }) => connection,
  closeGate: (address) => Gate.close(address),
  gated: (statements, position) => gated(statements, position),
  marked,
  hidden: ({ protocol }, order: RequestOrder | undefined) => new Set(protocol === 'simple' ? order?.hide : hiddenExecutions(order)),
  rowsOf: ({ tag }) => rowsOfTag(tag),
  wayIn: (address, entrance, patience, events) => new WayIn(address, entrance, patience, events),
  ownInstrument,
  instrumented: (instrument, request, statements) => instrument.order(request, statements),
  answered: (instrument, request) => instrument.completed(request),
};

/** Ordinals of the results that come of what was put into a request of the extended protocol. */
function hiddenExecutions(order: RequestOrder | undefined): readonly number[] {
  const { extended } = order ?? {};
  return extended?.texts.map((_, position) => extended.execution + position) ?? [];
}
