import { type Engine, isMysqlFamily } from '../../model/engine';

/** How a tool runs a migration in a transaction, with what becomes of that transaction on MySQL and MariaDB. */
export function committedOnMysql(because: string, engine: Engine): string {
  return isMysqlFamily(engine) ? `${because}; there every statement that defines something commits what is open` : because;
}
