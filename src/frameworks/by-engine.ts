import type { Engine } from '../model/engine';
import type { RunProtocol } from '../model/run-protocol';

/** What a framework sends differs by engine: PostgreSQL's way, and that of MySQL and MariaDB. */
export function byEngine(onPostgres: RunProtocol, onMysql: RunProtocol): (engine: Engine) => RunProtocol {
  return ({ name }) => (isMysql(name) ? onMysql : onPostgres);
}

/** Of the family of MySQL: MySQL or MariaDB. */
export function isMysql(name: Engine['name']): boolean {
  return name === 'mysql' || name === 'mariadb';
}
