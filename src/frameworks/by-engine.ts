import { type Engine, isMysqlFamily } from '../model/engine';
import type { RunProtocol } from '../model/run-protocol';

/** What a framework sends differs by engine: PostgreSQL's way, and that of MySQL and MariaDB. */
export function byEngine(onPostgres: RunProtocol, onMysql: RunProtocol): (engine: Engine) => RunProtocol {
  return (engine) => (isMysqlFamily(engine) ? onMysql : onPostgres);
}
