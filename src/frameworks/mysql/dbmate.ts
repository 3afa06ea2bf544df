import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { refusalOf, rowsOf, sqlStep, statementSteps } from '../history';
import { goTransaction, rolledBack } from './parts';

/**
 * dbmate on MySQL and MariaDB, from `pkg/driver/mysql/mysql.go` (history table, several statements in one request) and `pkg/dbmate/db.go`
 * (order of steps). It takes no lock.
 */

const table = 'schema_migrations';

export const dbmateOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`create table if not exists \`${table}\` (version varchar(128) primary key)`],
  steps: (migration) => [
    {
      kind: 'check',
      text: `select version from \`${table}\` where version = ${quoteLiteral(migration.id)}`,
      decide: (rows) => (rows.length > 0 ? { run: false, why: 'already applied' } : (refusalOf(migration) ?? { run: true })),
    },
    ...goTransaction(migration, [...statementSteps(migration), { kind: 'record', text: insertRow(migration) }]),
  ],
  onError: rolledBack,
  markApplied: (migration) => [
    sqlStep(
      `Record ${migration.id} as applied`,
      'dbmate runs every file whose version is not in its table. It has no command for this, so the row is written by hand.',
      `${insertRow(migration, ' ignore')};`,
    ),
  ],
  markNotApplied: ({ id }) => [
    sqlStep(
      `Remove ${id} from the history`,
      'Without the row, dbmate up runs the migration again. dbmate has no command for this.',
      `delete from \`${table}\` where version = ${quoteLiteral(id)};`,
    ),
  ],
  recorded: ({ id }, tables) => (rowsOf(tables, table).some((row) => row.version === id) ? 'applied' : 'absent'),
};

function insertRow({ id }: Migration, how = ''): string {
  return `insert${how} into \`${table}\` (version) values (${quoteLiteral(id)})`;
}
