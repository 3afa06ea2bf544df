import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { drizzleTime, isInFolder } from '../drizzle-time';
import { drizzleHistory } from '../histories/drizzle';
import { statementSteps } from '../history';

/**
 * Drizzle on MySQL and MariaDB, from `mysql-core/dialect.js` (history table, in the database itself; all pending migrations and their rows
 * in one transaction) and `mysql2/session.js`. It takes no lock.
 */

const table = '__drizzle_migrations';

const { decide, ...history } = drizzleHistory({ table, insertRow, deleteRow });

export const drizzleOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`create table if not exists \`${table}\` (id serial primary key, hash text not null, created_at bigint, name text)`],
  steps: (migration) => [
    {
      kind: 'check',
      text: isInFolder(migration)
        ? `select id, hash, created_at, name from \`${table}\``
        : `select id, hash, created_at from \`${table}\` order by created_at desc limit 1`,
      decide: (rows) => decide(migration, rows),
    },
    { kind: 'begin', text: 'begin' },
    ...statementSteps(migration),
    { kind: 'record', text: insertRow(migration) },
    { kind: 'commit', text: 'commit' },
  ],
  onError: () => [{ kind: 'record', text: 'rollback' }],
  ...history,
};

function insertRow(migration: Migration): string {
  const hash = quoteLiteral(migration.checksum ?? '');
  return isInFolder(migration)
    ? `insert into \`${table}\` (\`hash\`, \`created_at\`, \`name\`) values(${hash}, ${drizzleTime(migration)}, ${quoteLiteral(migration.id)})`
    : `insert into \`${table}\` (\`hash\`, \`created_at\`) values(${hash}, ${drizzleTime(migration)})`;
}

function deleteRow(migration: Migration): string {
  return isInFolder(migration)
    ? `delete from \`${table}\` where \`name\` = ${quoteLiteral(migration.id)}`
    : `delete from \`${table}\` where \`hash\` = ${quoteLiteral(migration.checksum ?? '')} and \`created_at\` = ${drizzleTime(migration)}`;
}
