import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { prismaHistory } from '../histories/prisma';
import { statementSteps } from '../history';

/**
 * Prisma Migrate on MySQL and MariaDB, from prisma-engines: `flavour/mysql.rs` (history table; a named lock that is waited for 10 seconds and
 * ends with the session, whose answer is not looked at), `apply_migrations.rs` (order of steps). The script is one request.
 */

const table = '_prisma_migrations';

const { decide, ...history } = prismaHistory({ table, insertRow: (migration) => insertRow(migration, true), deleteRow });

export const prismaOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE ${table} (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             DATETIME(3),
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          DATETIME(3),
    started_at              DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    applied_steps_count     INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
  ],
  steps: (migration) => [
    { kind: 'lock', text: "SELECT GET_LOCK('prisma_migrate', 10)" },
    {
      kind: 'check',
      text: `SELECT migration_name, started_at, finished_at, rolled_back_at, logs FROM ${table} ORDER BY started_at`,
      decide: (rows) => decide(migration, rows),
    },
    { kind: 'record', text: insertRow(migration, false) },
    ...statementSteps(migration),
    { kind: 'record', text: update(migration, 'applied_steps_count = applied_steps_count + 1') },
    { kind: 'record', text: update(migration, 'finished_at = UTC_TIMESTAMP(3)') },
  ],
  onError: (migration) => [{ kind: 'record', text: update(migration, "logs = 'A migration failed to apply.'") }],
  ...history,
};

function insertRow({ id, checksum = '' }: Migration, finished: boolean): string {
  const columns = `id, checksum, started_at, migration_name${finished ? ', finished_at, applied_steps_count' : ''}`;
  const values = `UUID(), ${quoteLiteral(checksum)}, UTC_TIMESTAMP(3), ${quoteLiteral(id)}${finished ? ', UTC_TIMESTAMP(3), 1' : ''}`;
  return `INSERT INTO ${table} (${columns}) VALUES (${values})`;
}

function update({ id }: Migration, assignment: string): string {
  return `UPDATE ${table} SET ${assignment} WHERE migration_name = ${quoteLiteral(id)} AND finished_at IS NULL AND rolled_back_at IS NULL`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE migration_name = ${quoteLiteral(id)}`;
}
