import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { sqlMigrateHistory } from '../histories/sql-migrate';
import { statementSteps } from '../history';
import { goTransaction, rolledBack } from './parts';

/**
 * sql-migrate on MySQL and MariaDB, from `migrate.go` (order of steps) and gorp's `dialect_mysql.go` (history table: the engine InnoDB
 * and the encoding UTF8 are sql-migrate's choice). It takes no lock.
 */

const table = 'gorp_migrations';

const { decide, ...history } = sqlMigrateHistory({ table, insertRow: (migration) => insertRow(migration, ' ignore'), deleteRow });

export const sqlMigrateOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `create table if not exists \`${table}\` (\`id\` varchar(255) not null primary key, \`applied_at\` datetime) engine=InnoDB charset=UTF8`,
  ],
  steps: (migration) => [
    {
      kind: 'check',
      text: `SELECT * FROM \`${table}\` ORDER BY \`id\` ASC`,
      decide: (rows) => decide(migration, rows),
    },
    ...goTransaction(migration, [...statementSteps(migration), { kind: 'record', text: insertRow(migration) }]),
  ],
  onError: rolledBack,
  ...history,
};

function deleteRow({ id }: Migration): string {
  return `delete from \`${table}\` where \`id\` = ${quoteLiteral(id)}`;
}

function insertRow({ id }: Migration, how = ''): string {
  return `insert${how} into \`${table}\` (\`id\`,\`applied_at\`) values (${quoteLiteral(id)}, now())`;
}
