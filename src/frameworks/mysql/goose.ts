import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { gooseHistory } from '../histories/goose';
import { statementSteps } from '../history';
import { goTransaction, rolledBack } from './parts';

/**
 * goose on MySQL and MariaDB, from `internal/dialect/dialectquery/mysql.go` (history table) and `provider_run.go` (order of steps). The
 * command takes no lock.
 */

const table = 'goose_db_version';

const { decide, ...history } = gooseHistory({ table, insertRow, deleteRow });

export const gooseOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE ${table} (
		id serial NOT NULL,
		version_id bigint NOT NULL,
		is_applied boolean NOT NULL,
		tstamp timestamp NULL default now(),
		PRIMARY KEY(id)
	)`,
    `INSERT INTO ${table} (version_id, is_applied) VALUES (0, true)`,
  ],
  steps: (migration) => [
    {
      kind: 'check',
      text: `SELECT id, version_id, is_applied FROM ${table} ORDER BY id DESC`,
      decide: (rows) => decide(migration, rows),
    },
    ...goTransaction(migration, [...statementSteps(migration), { kind: 'record', text: insertRow(migration) }]),
  ],
  onError: rolledBack,
  ...history,
};

function insertRow({ id }: Migration): string {
  return `INSERT INTO ${table} (version_id, is_applied) VALUES (${id}, true)`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE version_id = ${id}`;
}
