import type { Migration } from '../../model/migration';
import type { RunDecision, RunProtocol } from '../../model/run-protocol';
import { type HistoryRow, isTrue, refusalOf, rowsOf, sqlStep, statementSteps } from '../history';
import { goTransaction, rolledBack } from './parts';

/**
 * goose on MySQL and MariaDB, from `internal/dialect/dialectquery/mysql.go` (history table) and `provider_run.go` (order of steps). The
 * command takes no lock.
 */

const table = 'goose_db_version';

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
  markApplied: (migration) => [
    sqlStep(
      `Record version ${migration.id} as applied`,
      'goose runs every file whose version is not in its table. It has no command for this, so the row is written by hand.',
      `${deleteRow(migration)};\n${insertRow(migration)};`,
    ),
  ],
  markNotApplied: (migration) => [
    sqlStep(
      `Remove version ${migration.id} from the history`,
      'Without the row, goose up runs the migration again. goose has no command for this.',
      `${deleteRow(migration)};`,
    ),
  ],
  recorded: (migration, tables) => (isApplied(migration, rowsOf(tables, table)) ? 'applied' : 'absent'),
};

/** The newest row of a version decides. */
function isApplied({ id }: Migration, rows: readonly HistoryRow[]): boolean {
  const own = rows.filter((row) => String(row.version_id) === id);
  const newest = own.toSorted((left, right) => Number(right.id ?? 0) - Number(left.id ?? 0))[0];
  return newest !== undefined && isTrue(newest.is_applied);
}

function decide(migration: Migration, rows: readonly HistoryRow[]): RunDecision {
  if (isApplied(migration, rows)) return { run: false, why: 'already applied' };
  return refusalOf(migration) ?? { run: true };
}

function insertRow({ id }: Migration): string {
  return `INSERT INTO ${table} (version_id, is_applied) VALUES (${id}, true)`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE version_id = ${id}`;
}
