import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { isMysqlFamily } from '../model/engine';
import type { Migration, ProgramExecution } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { byEngine } from './by-engine';
import { byText, problem, readProgram, sqlFiles, wholeFile } from './files';
import { prismaHistory } from './histories/prisma';
import { statementSteps } from './history';
import { prismaOnMysql } from './mysql/prisma';

/**
 * Prisma Migrate (`prisma migrate deploy`), from prisma-engines: `schema-engine/commands/src/commands/apply_migrations.rs` (order of
 * steps, failed migrations), `sql-schema-connector/src/sql_migration_persistence.rs` and `flavour/postgres` (history table, advisory lock,
 * which ends with the session). The script is one query; the history row is written before it, in a transaction of its own.
 */

const ownFile = /^([^/]+)\/migration\.sql$/;
const table = 'public._prisma_migrations';

function executionOn({ engine }: ReadOptions): ProgramExecution {
  const how = isMysqlFamily(engine) ? 'of which each statement is committed as it ends' : 'which PostgreSQL runs as one transaction';
  return {
    requests: 'single-request',
    wrapped: false,
    because: `Prisma sends the whole file as one query, ${how}; its history row is written before and after it`,
    leaves: 'its unfinished history row, which stops a retry',
  };
}

const { decide, ...history } = prismaHistory({ table, insertRow: (migration) => insertRow(migration, true), deleteRow });

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE ${table} (
  id                      VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum                VARCHAR(64) NOT NULL,
  finished_at             TIMESTAMPTZ,
  migration_name          VARCHAR(255) NOT NULL,
  logs                    TEXT,
  rolled_back_at          TIMESTAMPTZ,
  started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`,
  ],
  steps: (migration) => [
    { kind: 'lock', text: 'SELECT pg_advisory_lock(72707369)' },
    {
      kind: 'check',
      text: `SELECT migration_name, started_at, finished_at, rolled_back_at, logs FROM ${table} ORDER BY started_at`,
      decide: (rows) => decide(migration, rows),
    },
    { kind: 'record', text: insertRow(migration, false) },
    ...statementSteps(migration),
    { kind: 'record', text: update(migration, 'applied_steps_count = applied_steps_count + 1') },
    { kind: 'record', text: update(migration, 'finished_at = now()') },
  ],
  onError: (migration) => [{ kind: 'record', text: update(migration, "logs = 'A migration failed to apply.'") }],
  ...history,
};

export const prisma: BuiltInFramework = {
  name: 'prisma',
  displayName: 'Prisma Migrate',

  detect(files) {
    if (!files.some((file) => ownFile.test(file.path))) return 0;
    const isSure = files.some((file) => /(^|\/)(migration_lock\.toml|schema\.prisma)$/.test(file.path));
    return isSure ? 1 : 0.7;
  },

  read(files, options) {
    return sqlFiles(files)
      .filter((file) => ownFile.test(file.path))
      .toSorted((left, right) => byText(left.path, right.path))
      .map((file) => readMigration(file, options));
  },

  run: byEngine(onPostgres, prismaOnMysql),

  placeDown: () => ({
    kind: 'unsupported',
    why: 'Prisma Migrate has no down migrations. Keep these statements for `prisma db execute`, then `prisma migrate resolve --rolled-back`.',
  }),
};

function readMigration(file: SourceFile, options: ReadOptions): Result<Migration> {
  const name = ownFile.exec(file.path)?.[1];
  if (name === undefined) return problem(`${file.path} does not lie in a folder of its own, as Prisma has it.`, file.path);
  return success({
    id: name,
    title: name,
    framework: 'prisma',
    engine: options.engine,
    up: readProgram('up', file, wholeFile(file), executionOn(options), options),
    downUnsupported: true,
    checksum: bytesToHex(sha256(utf8ToBytes(file.text))),
  });
}

/** A random id without gen_random_uuid(), which PostgreSQL 12 lacks. */
const randomId = 'md5(random()::text || clock_timestamp()::text)::uuid::text';

function insertRow({ id, checksum = '' }: Migration, finished: boolean): string {
  const columns = `id, checksum, started_at, migration_name${finished ? ', finished_at, applied_steps_count' : ''}`;
  const values = `${randomId}, ${quoteLiteral(checksum)}, now(), ${quoteLiteral(id)}${finished ? ', now(), 1' : ''}`;
  return `INSERT INTO ${table} (${columns}) VALUES (${values})`;
}

function update({ id }: Migration, assignment: string): string {
  return `UPDATE ${table} SET ${assignment} WHERE migration_name = ${quoteLiteral(id)} AND finished_at IS NULL AND rolled_back_at IS NULL`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE migration_name = ${quoteLiteral(id)}`;
}
