import type { Migration } from '../../model/migration';
import type { RunDecision, RunProtocol } from '../../model/run-protocol';
import { byNumber } from '../files';
import { type HistoryRow, isTrue, refused, rowsOf, sqlStep, statementSteps } from '../history';
import { namedLock, releasedLock } from './parts';

/**
 * golang-migrate on MySQL and MariaDB, from `database/mysql/mysql.go`: history table, a named lock that is waited for 10 seconds, the whole
 * file as one request with several statements. The real name of the lock is a hash of the names of database and table.
 */

const table = 'schema_migrations';
const lockName = `CONCAT(CRC32(CONCAT(DATABASE(), ':${table}')), '')`;

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
  markApplied: ({ id }) => [
    sqlStep(
      `Record version ${id} as applied`,
      `Clears the dirty flag, which would stop every further run. With the tool: migrate force ${id}`,
      setVersion(id, false),
    ),
  ],
  markNotApplied: ({ previous }) => [
    sqlStep(
      previous === undefined ? 'Record that no migration is applied' : `Record version ${previous} as the current one`,
      `Clears the dirty flag, so that the migration is run again. With the tool: migrate force ${previous ?? -1}`,
      setVersion(previous, false),
    ),
  ],
  recorded(migration, tables) {
    const row = rowsOf(tables, table)[0];
    if (row === undefined || byNumber(String(row.version), migration.id) < 0) return 'absent';
    if (!isTrue(row.dirty)) return 'applied';
    return byNumber(String(row.version), migration.id) === 0 ? 'failed' : 'applied';
  },
};

function decide(migration: Migration, rows: readonly HistoryRow[]): RunDecision {
  const row = rows[0];
  if (row === undefined) return { run: true };
  if (isTrue(row.dirty)) return refused(`Dirty database version ${row.version}. Fix and force version.`);
  return byNumber(String(row.version), migration.id) >= 0 ? { run: false, why: 'already applied' } : { run: true };
}

/** One transaction that replaces the only row (`SetVersion`). */
function setVersion(version: string | undefined, dirty: boolean): string {
  const insert = version === undefined ? '' : ` INSERT INTO \`${table}\` (version, dirty) VALUES (${version}, ${dirty});`;
  return `START TRANSACTION; DELETE FROM \`${table}\` LIMIT 1;${insert} COMMIT;`;
}
