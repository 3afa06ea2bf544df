import { isMysqlFamily } from '../../../model/engine';
import type { Statement } from '../../../model/migration';
import type { RequestOrder, WireRequest } from '../../../wire/mysql/handlers';
import type { Instrument } from '../../carrier';

/**
 * What looks over the shoulder of a run without faults: it may have something asked before the statements, hold them a moment, and look at the
 * server when they are done. It knows requests and statements, not who sends them, so it works for every carrier.
 */
export interface MysqlInstrument extends Instrument {
  readonly engine: 'mysql' | 'mariadb';
  /** A request with these statements of the migration is about to be sent. Undefined: it goes as it is. */
  order(request: WireRequest, statements: readonly Statement[]): Promise<RequestOrder | undefined> | RequestOrder | undefined;
  /** The server has answered a request, with success or an error; also one that holds none of the migration's statements. */
  completed(request: WireRequest): void;
}

/** The instrument as one of MySQL's. Throws for one of another engine, which nobody here could serve. */
export function ownInstrument(instrument: Instrument): MysqlInstrument {
  if (isOwn(instrument)) return instrument;
  throw new TypeError(`An instrument for ${instrument.engine} can't look on here.`);
}

function isOwn(instrument: Instrument): instrument is MysqlInstrument {
  return isMysqlFamily({ name: instrument.engine });
}
