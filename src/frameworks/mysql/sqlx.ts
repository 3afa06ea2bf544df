import type { Migration } from '../../model/migration';
import type { RunProtocol, RunStep } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { baseName } from '../files';
import { sqlxHistory } from '../histories/sqlx';
import { statementSteps } from '../history';
import { releasedLock } from './parts';

/**
 * sqlx on MySQL and MariaDB, from `sqlx-mysql/src/migrate.rs`: the row is written before the file, as not successful, so that what DDL
 * commits is known to be half done; a named lock that is waited for without end, whose name is made of the database's.
 */

const table = '_sqlx_migrations';
const lockName = 'HEX(CRC32(DATABASE()))';

const { decide, ...history } = sqlxHistory({ table, insertRow: (migration) => insertRow(migration, true), deleteRow }, true);

export const sqlxOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE IF NOT EXISTS ${table} (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
)`,
  ],
  steps: (migration) => [
    // What it answers is not looked at.
    { kind: 'lock', text: `SELECT GET_LOCK(${lockName}, -1)` },
    {
      kind: 'check',
      text: `SELECT version, success, LOWER(HEX(checksum)) AS checksum FROM ${table} ORDER BY version`,
      decide: (rows) => decide(migration, rows),
    },
    ...inTransaction(migration, [
      { kind: 'record', text: insertRow(migration, false) },
      ...statementSteps(migration),
      { kind: 'record', text: `UPDATE ${table} SET success = TRUE WHERE version = ${migration.id}` },
    ]),
    { kind: 'record', text: `UPDATE ${table} SET execution_time = 1 WHERE version = ${migration.id}` },
    releasedLock(lockName),
  ],
  onError: ({ up }) => (up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK' }] : []),
  ...history,
};

function inTransaction({ up }: Migration, inside: readonly RunStep[]): readonly RunStep[] {
  return up.execution.wrapped ? [{ kind: 'begin', text: 'BEGIN' }, ...inside, { kind: 'commit', text: 'COMMIT' }] : inside;
}

function insertRow(migration: Migration, success: boolean): string {
  const description = /^\d+_(.+?)(?:\.up)?\.sql$/.exec(baseName(migration.up.path))?.[1]?.replaceAll('_', ' ') ?? '';
  const values = `${migration.id}, ${quoteLiteral(description)}, ${success}, x'${migration.checksum ?? ''}', -1`;
  return `INSERT INTO ${table} (version, description, success, checksum, execution_time) VALUES (${values})`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE version = ${id}`;
}
