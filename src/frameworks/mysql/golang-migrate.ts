import type { RunProtocol } from '../../model/run-protocol';
import { golangMigrateHistory } from '../histories/golang-migrate';
import { statementSteps } from '../history';
import { namedLock, releasedLock } from './parts';

/**
 * golang-migrate on MySQL and MariaDB, from `database/mysql/mysql.go`: history table, a named lock that is waited for 10 seconds, the whole
 * file as one request with several statements. The real name of the lock is a hash of the names of database and table.
 */

const table = 'schema_migrations';
const lockName = `CONCAT(CRC32(CONCAT(DATABASE(), ':${table}')), '')`;

const { decide, ...history } = golangMigrateHistory({ table, setVersion });

export const golangMigrateOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`CREATE TABLE IF NOT EXISTS \`${table}\` (version bigint not null primary key, dirty boolean not null)`],
  steps: (migration) => [
    namedLock(lockName, 10, "can't acquire lock"),
    { kind: 'check', text: `SELECT version, dirty FROM \`${table}\` LIMIT 1`, decide: (rows) => decide(migration, rows) },
    { kind: 'record', text: setVersion(migration.id, true) },
    ...statementSteps(migration),
    { kind: 'record', text: setVersion(migration.id, false) },
    releasedLock(lockName),
  ],
  // The dirty flag stays: only the lock is given back (`unlockErr`).
  onError: () => [releasedLock(lockName)],
  ...history,
};

/** One transaction that replaces the only row (`SetVersion`). */
function setVersion(version: string | undefined, dirty: boolean): string {
  const insert = version === undefined ? '' : ` INSERT INTO \`${table}\` (version, dirty) VALUES (${version}, ${dirty});`;
  return `START TRANSACTION; DELETE FROM \`${table}\` LIMIT 1;${insert} COMMIT;`;
}
