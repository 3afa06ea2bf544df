import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { refusalOf, rowsOf, sqlStep, statementSteps } from '../history';
import { goTransaction, rolledBack } from './parts';

/**
 * sql-migrate on MySQL and MariaDB, from `migrate.go` (order of steps) and gorp's `dialect_mysql.go` (history table: the engine InnoDB
 * and the encoding UTF8 are sql-migrate's choice). It takes no lock.
 */

const table = 'gorp_migrations';

export const sqlMigrateOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `create table if not exists \`${table}\` (\`id\` varchar(255) not null primary key, \`applied_at\` datetime) engine=InnoDB charset=UTF8`,
  ],
  steps: (migration) => [
    {
      kind: 'check',
      text: `SELECT * FROM \`${table}\` ORDER BY \`id\` ASC`,
      decide: (rows) =>
        rows.some((row) => row.id === migration.id) ? { run: false, why: 'already applied' } : (refusalOf(migration) ?? { run: true }),
    },
    ...goTransaction(migration, [...statementSteps(migration), { kind: 'record', text: insertRow(migration) }]),
  ],
  onError: rolledBack,
  markApplied: (migration) => [
    sqlStep(
      `Record ${migration.id} as applied`,
      'sql-migrate runs every file whose name is not in its table. With the tool, for the next file alone: sql-migrate skip -limit=1',
      `${insertRow(migration, ' ignore')};`,
    ),
  ],
  markNotApplied: ({ id }) => [
    sqlStep(
      `Remove ${id} from the history`,
      'Without the row, sql-migrate up runs the migration again. sql-migrate has no command for this.',
      `delete from \`${table}\` where \`id\` = ${quoteLiteral(id)};`,
    ),
  ],
  recorded: ({ id }, tables) => (rowsOf(tables, table).some((row) => row.id === id) ? 'applied' : 'absent'),
};

function insertRow({ id }: Migration, how = ''): string {
  return `insert${how} into \`${table}\` (\`id\`,\`applied_at\`) values (${quoteLiteral(id)}, now())`;
}
