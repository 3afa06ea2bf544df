import { isMysqlFamily } from '../model/engine';
import type { Migration, ProgramExecution } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { byEngine } from './by-engine';
import { byText, folderPrefix, oncePerFolder, problem, readProgram, sqlFiles, wholeFile } from './files';
import { dieselHistory } from './histories/diesel';
import { statementSteps } from './history';
import { dieselOnMysql } from './mysql/diesel';
import { placeInFile } from './placing';

/**
 * Diesel (`diesel migration run`), from `diesel_migrations`: `file_based_migrations.rs` (a folder for each migration; the file is one batch, and
 * an empty one is refused; `metadata.toml`) and `migration_harness.rs` (order of steps: a transaction with the history row, unless the metadata
 * says no). It takes no lock.
 */

const ownFile = /^([^/._][^/_]*)(?:_[^/]*)?\/up\.sql$/;
/** `diesel migration generate`, and the first migration that `diesel setup` makes. */
const generated = /^(?:\d{4}-\d{2}-\d{2}-\d{6}(?:-\d+)?_[^/]*|0{14}_diesel_initial_setup)\/up\.sql$/;
const table = 'public.__diesel_schema_migrations';

const { decide, ...history } = dieselHistory({
  table,
  insertRow: (migration) => `${insertRow(migration)} ON CONFLICT DO NOTHING`,
  deleteRow,
});

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE IF NOT EXISTS ${table} (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
  ],
  steps(migration) {
    const record = { kind: 'record', text: insertRow(migration) } as const;
    return [
      { kind: 'check', text: `SELECT version FROM ${table} ORDER BY version DESC`, decide: (rows) => decide(migration, rows) },
      ...(migration.up.execution.wrapped
        ? ([{ kind: 'begin', text: 'BEGIN' }, ...statementSteps(migration), record, { kind: 'commit', text: 'COMMIT' }] as const)
        : [...statementSteps(migration), record]),
    ];
  },
  onError: ({ up }) => (up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK' }] : []),
  ...history,
};

const ownFiles = oncePerFolder((files) => sqlFiles(files).filter(({ path }) => ownFile.test(path)));

export const diesel: BuiltInFramework = {
  name: 'diesel',
  displayName: 'Diesel',

  // Other tools have such folders, too: a crate that depends on it lies above them, or they are named as it names them.
  detect(files) {
    const own = ownFiles(files);
    if (own.length === 0) return 0;
    const isRust = files.some(
      (file) => /(^|\/)Cargo\.toml$/.test(file.path) && /^\s*diesel\w*(\s*=|\.)|\[.*\.diesel\w*\]/m.test(file.text),
    );
    return isRust || own.some(({ path }) => generated.test(path)) ? 0.97 : 0;
  },

  read(files, options) {
    return ownFiles(files)
      .toSorted((left, right) => byText(versionOf(left.path), versionOf(right.path)))
      .map((file) => readMigration(file, files, options));
  },

  run: byEngine(onPostgres, dieselOnMysql),

  byteOrderMark: () => 'Diesel sends it along, and the server refuses the file with a syntax error',

  // Documentation of `FileBasedMigrations`.
  noTransactionMark: () => ({
    kind: 'file',
    beside: metadataOf,
    text: 'run_in_transaction = false\n',
    name: 'run_in_transaction = false',
  }),

  placeDown(migration, files, statements) {
    return placeInFile(migration, files, `${folderPrefix(migration.up.path)}down.sql`, statements);
  },
};

/** What stands before the first underscore, without hyphens (`version_from_string` of `migrations_internals`). */
function versionOf(path: string): string {
  return (ownFile.exec(path)?.[1] ?? path).replaceAll('-', '');
}

function metadataOf(path: string): string {
  return `${folderPrefix(path)}metadata.toml`;
}

function readMigration(file: SourceFile, files: readonly SourceFile[], options: ReadOptions): Result<Migration> {
  const beside = (path: string) => files.find((candidate) => candidate.path === path);
  const metadata = beside(metadataOf(file.path))?.text ?? '';
  const down = beside(`${folderPrefix(file.path)}down.sql`);
  if (file.text === '') return problem(`${file.path} is empty, and Diesel refuses to run an empty migration.`, file.path);
  const execution = executionOf(!/^\s*run_in_transaction\s*=\s*false\b/m.test(metadata), options);
  return success({
    id: versionOf(file.path),
    title: folderPrefix(file.path).slice(0, -1),
    framework: 'diesel',
    engine: options.engine,
    up: readProgram('up', file, wholeFile(file), execution, options),
    ...(down !== undefined && { down: readProgram('down', down, wholeFile(down), execution, options) }),
  });
}

function executionOf(wrapped: boolean, { engine }: ReadOptions): ProgramExecution {
  const how = isMysqlFamily(engine) ? 'of which each statement is committed as it ends' : 'which PostgreSQL runs as one transaction';
  return {
    requests: 'single-request',
    wrapped,
    because: wrapped
      ? 'Diesel runs the file in one transaction, together with its history row'
      : `run_in_transaction = false: Diesel sends the file as one query, ${how}; the history row comes after it`,
  };
}

function insertRow({ id }: Migration): string {
  return `INSERT INTO ${table} (version) VALUES (${quoteLiteral(id)})`;
}

function deleteRow({ id }: Migration): string {
  return `DELETE FROM ${table} WHERE version = ${quoteLiteral(id)}`;
}
