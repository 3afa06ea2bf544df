import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { dbmateHistory } from '../histories/dbmate';
import { statementSteps } from '../history';
import { goTransaction, rolledBack } from './parts';

/**
 * dbmate on MySQL and MariaDB, from `pkg/driver/mysql/mysql.go` (history table, several statements in one request) and `pkg/dbmate/db.go`
 * (order of steps). It takes no lock.
 */

const table = 'schema_migrations';

const { decide, ...history } = dbmateHistory({ table, insertRow: (migration) => insertRow(migration, ' ignore'), deleteRow });

export const dbmateOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`create table if not exists \`${table}\` (version varchar(128) primary key)`],
  steps: (migration) => [
    {
      kind: 'check',
      text: `select version from \`${table}\` where version = ${quoteLiteral(migration.id)}`,
      decide: (rows) => decide(migration, rows),
    },
    ...goTransaction(migration, [...statementSteps(migration), { kind: 'record', text: insertRow(migration) }]),
  ],
  onError: rolledBack,
  ...history,
};

function deleteRow({ id }: Migration): string {
  return `delete from \`${table}\` where version = ${quoteLiteral(id)}`;
}

function insertRow({ id }: Migration, how = ''): string {
  return `insert${how} into \`${table}\` (version) values (${quoteLiteral(id)})`;
}
