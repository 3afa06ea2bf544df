import type { Migration } from '../../model/migration';
import type { RunProtocol, RunStep } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { dieselHistory } from '../histories/diesel';
import { statementSteps } from '../history';
import { rolledBack } from './parts';

/**
 * Diesel on MySQL and MariaDB, from `diesel/src/migration/setup_migration_table.sql` (history table) and `migration_harness.rs` (order of steps).
 * It takes no lock.
 */

const table = '__diesel_schema_migrations';

const { decide, ...history } = dieselHistory({ table, insertRow: (migration) => insertRow(migration, ' IGNORE'), deleteRow });

export const dieselOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE IF NOT EXISTS ${table} (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
  ],
  steps: (migration) => [
    { kind: 'check', text: `SELECT version FROM ${table} ORDER BY version DESC`, decide: (rows) => decide(migration, rows) },
    ...inTransaction(migration, [...statementSteps(migration), { kind: 'record', text: insertRow(migration) }]),
  ],
  onError: rolledBack,
  ...history,
};

function inTransaction({ up }: Migration, inside: readonly RunStep[]): readonly RunStep[] {
  return up.execution.wrapped ? [{ kind: 'begin', text: 'BEGIN' }, ...inside, { kind: 'commit', text: 'COMMIT' }] : inside;
}

function insertRow({ id }: Migration, how = ''): string {
  return `INSERT${how} INTO ${table} (version) VALUES (${quoteLiteral(id)})`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE version = ${quoteLiteral(id)}`;
}
