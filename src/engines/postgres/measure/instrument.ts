import type { Statement } from '../../../model/migration';
import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { RequestOrder, WireRequest } from '../../../wire/postgres/handlers';
import type { ServerReport } from '../../../wire/postgres/messages';
import type { Instrument } from '../../carrier';

/**
 * What looks over the shoulder of a run without faults: it may put texts of its own around the statements, hold them a moment, and read
 * what those texts raise. It knows requests and statements, not who sends them, so it works for every carrier.
 */
export interface PostgresInstrument extends Instrument {
  readonly engine: 'postgres';
  /** A request with these statements of the migration is about to be sent. Undefined: it goes as it is. */
  order(request: WireRequest, statements: readonly Statement[]): Promise<RequestOrder> | RequestOrder | undefined;
  /** The server has answered a request, with success or an error; also one that holds none of the migration's statements. */
  completed(request: WireRequest): void;
  /** True for what its own texts raised: the client must not see that. */
  notice(report: ServerReport, connection: PostgresConnection): boolean;
}

/** The instrument as one of PostgreSQL's. Throws for one of another engine, which nobody here could serve. */
export function ownInstrument(instrument: Instrument): PostgresInstrument {
  if (isOwn(instrument)) return instrument;
  throw new TypeError(`An instrument for ${instrument.engine} can't look on here.`);
}

function isOwn(instrument: Instrument): instrument is PostgresInstrument {
  return instrument.engine === 'postgres';
}
