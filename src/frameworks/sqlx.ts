import { sha384 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { isMysqlFamily } from '../model/engine';
import type { Migration, ProgramExecution } from '../model/migration';
import { success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { byEngine } from './by-engine';
import { baseName, byNumber, folderPrefix, readProgram, sqlFiles, wholeFile } from './files';
import { sqlxHistory } from './histories/sqlx';
import { statementSteps } from './history';
import { lineMark, removedLine } from './marks';
import { sqlxOnMysql } from './mysql/sqlx';
import { placeInFile } from './placing';

/**
 * sqlx (`sqlx migrate run`), from its sources: `sqlx-core/src/migrate/source.rs` (names, `-- no-transaction`) and
 * `sqlx-postgres/src/migrate.rs` (history table, lock, order of steps: the file is one simple query, in a transaction with its history row
 * unless it says no-transaction; the time it took is written afterwards).
 */

const fileName = /^(\d+)_(.+?)(\.up|\.down)?\.sql$/;
const table = 'public._sqlx_migrations';
/** The real number is made from the database's name; any will do for one database. */
const lockNumber = '1026731422';
const marker = /^-- no-transaction/;

const { decide, ...history } = sqlxHistory({ table, insertRow, deleteRow }, false);

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE IF NOT EXISTS ${table} (
  version BIGINT PRIMARY KEY,
  description TEXT NOT NULL,
  installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
  success BOOLEAN NOT NULL,
  checksum BYTEA NOT NULL,
  execution_time BIGINT NOT NULL
)`,
  ],
  steps(migration) {
    const record = { kind: 'record', text: insertRow(migration) } as const;
    return [
      { kind: 'lock', text: `SELECT pg_advisory_lock(${lockNumber})` },
      {
        kind: 'check',
        text: `SELECT version, success, encode(checksum, 'hex') AS checksum FROM ${table} ORDER BY version`,
        decide: (rows) => decide(migration, rows),
      },
      ...(migration.up.execution.wrapped
        ? ([{ kind: 'begin', text: 'BEGIN' }, ...statementSteps(migration), record, { kind: 'commit', text: 'COMMIT' }] as const)
        : [...statementSteps(migration), record]),
      { kind: 'record', text: `UPDATE ${table} SET execution_time = 1 WHERE version = ${migration.id}` },
      { kind: 'unlock', text: `SELECT pg_advisory_unlock(${lockNumber})` },
    ];
  },
  onError: ({ up }) => (up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK' }] : []),
  ...history,
};

export const sqlx: BuiltInFramework = {
  name: 'sqlx',
  displayName: 'sqlx',

  // Its files look like those of others; a crate that depends on it lies above them.
  detect(files) {
    const isRust = files.some((file) => /(^|\/)Cargo\.toml$/.test(file.path) && /^\s*sqlx(\s*=|\.)|\[.*\.sqlx\]/m.test(file.text));
    return isRust && sqlFiles(files).some((file) => fileName.test(file.path)) ? 0.97 : 0;
  },

  read(files, options) {
    const own = sqlFiles(files).filter((file) => folderPrefix(file.path) === '' && fileName.test(file.path));
    const downs = new Map(own.filter((file) => file.path.endsWith('.down.sql')).map((file) => [versionOf(file), file]));
    return own
      .filter((file) => !file.path.endsWith('.down.sql'))
      .toSorted((left, right) => byNumber(versionOf(left), versionOf(right)))
      .map((file) => success(readMigration(file, downs.get(versionOf(file)), options)));
  },

  run: byEngine(onPostgres, sqlxOnMysql),

  byteOrderMark: () => 'sqlx sends it along, and the server refuses the file with a syntax error',

  firstLine: marker,
  noTransactionMark: (text) => lineMark(0, `-- no-transaction${text.includes('\r\n') ? '\r' : ''}`),
  withoutNoTransactionMark: (text) => (marker.test(text) ? removedLine(text, marker) : undefined),

  placeDown(migration, files, statements) {
    const { path } = migration.up;
    if (path.endsWith('.up.sql')) return placeInFile(migration, files, path.replace(/\.up\.sql$/, '.down.sql'), statements);
    return {
      kind: 'unsupported',
      why: `sqlx has rollbacks only for migrations whose names end in .up.sql and .down.sql: rename ${path} to ${path.replace(/\.sql$/, '.up.sql')} first.`,
    };
  },
};

function versionOf(file: SourceFile): string {
  return BigInt(fileName.exec(baseName(file.path))?.[1] ?? 0).toString();
}

function readMigration(file: SourceFile, down: SourceFile | undefined, options: ReadOptions): Migration {
  return {
    id: versionOf(file),
    title: baseName(file.path),
    framework: 'sqlx',
    engine: options.engine,
    up: readProgram('up', file, wholeFile(file), executionOf(file.text, options), options),
    ...(down !== undefined && { down: readProgram('down', down, wholeFile(down), executionOf(down.text, options), options) }),
    ...(down === undefined && !file.path.endsWith('.up.sql') && { downUnsupported: true }),
    checksum: bytesToHex(sha384(utf8ToBytes(file.text))),
  };
}

/** The mark must be the very first thing in the file. */
function executionOf(text: string, { engine }: ReadOptions): ProgramExecution {
  const how = isMysqlFamily(engine) ? 'of which each statement is committed as it ends' : 'which PostgreSQL runs as one transaction';
  const wrapped = !text.startsWith('-- no-transaction');
  return {
    requests: 'single-request',
    wrapped,
    because: wrapped
      ? 'sqlx runs the file in one transaction, together with its history row'
      : `no-transaction: sqlx sends the file as one query, ${how}; the history row comes after it`,
  };
}

function insertRow({ id, title, checksum = '' }: Migration): string {
  const description = (fileName.exec(title)?.[2] ?? title).replaceAll('_', ' ');
  return `INSERT INTO ${table} (version, description, success, checksum, execution_time) VALUES (${id}, ${quoteLiteral(description)}, TRUE, decode('${checksum}', 'hex'), -1)`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE version = ${id}`;
}
