import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { drizzleTime } from '../drizzle-time';
import { rowsOf, sqlStep, statementSteps } from '../history';

/**
 * Drizzle on MySQL and MariaDB, from `mysql-core/dialect.js` (history table, in the database itself; all pending migrations and their rows
 * in one transaction) and `mysql2/session.js`. It takes no lock.
 */

const table = '__drizzle_migrations';

export const drizzleOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`create table if not exists \`${table}\` (id serial primary key, hash text not null, created_at bigint)`],
  steps: (migration) => [
    {
      kind: 'check',
      text: `select id, hash, created_at from \`${table}\` order by created_at desc limit 1`,
      // Only the time of the newest row counts.
      decide: (rows) =>
        rows.some((row) => BigInt(String(row.created_at ?? 0)) >= BigInt(drizzleTime(migration)))
          ? { run: false, why: 'already applied' }
          : { run: true },
    },
    { kind: 'begin', text: 'begin' },
    ...statementSteps(migration),
    { kind: 'record', text: insertRow(migration) },
    { kind: 'commit', text: 'commit' },
  ],
  onError: () => [{ kind: 'record', text: 'rollback' }],
  markApplied: (migration) => [
    sqlStep(
      `Record ${migration.id} as applied`,
      'Drizzle runs every migration that is newer than the newest row of its table. It has no command for this, so the row is written by hand.',
      `${deleteRow(migration)};\n${insertRow(migration)};`,
    ),
  ],
  markNotApplied: (migration) => [
    sqlStep(
      `Remove ${migration.id} from the history`,
      'Without the row, and with none that is newer, Drizzle runs the migration again. It has no command for this.',
      `${deleteRow(migration)};`,
    ),
  ],
  recorded: (migration, tables) =>
    rowsOf(tables, table).some((row) => row.hash === migration.checksum && String(row.created_at) === drizzleTime(migration))
      ? 'applied'
      : 'absent',
};

function insertRow(migration: Migration): string {
  return `insert into \`${table}\` (\`hash\`, \`created_at\`) values(${quoteLiteral(migration.checksum ?? '')}, ${drizzleTime(migration)})`;
}

function deleteRow(migration: Migration): string {
  return `delete from \`${table}\` where \`hash\` = ${quoteLiteral(migration.checksum ?? '')} and \`created_at\` = ${drizzleTime(migration)}`;
}
