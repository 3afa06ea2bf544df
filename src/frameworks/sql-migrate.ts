import type { Migration, Program, ProgramExecution } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { readRequests } from '../parse/read';
import { byEngine } from './by-engine';
import { baseName, byNumber, byText, confidence, folderPrefix, oncePerFile, sqlFiles } from './files';
import { sqlMigrateHistory } from './histories/sql-migrate';
import { statementSteps } from './history';
import { asBlock, optionMark } from './marks';
import { sqlMigrateOnMysql } from './mysql/sql-migrate';
import { placeUnderMarker } from './placing';
import { readSqlMigrateFile, type SqlMigrateSection } from './sql-migrate-file';

/**
 * sql-migrate (rubenv/sql-migrate), from its sources: `sqlparse/sqlparse.go` (commands, what one request is), `migrate.go` (order of
 * files and steps; one transaction with the history row unless notransaction; history table). It takes no lock.
 */

const table = 'public.gorp_migrations';

const { decide, ...history } = sqlMigrateHistory({
  table,
  insertRow: (migration) => `${insertRow(migration)} on conflict do nothing`,
  deleteRow,
});

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`create table if not exists ${table} ("id" text not null primary key, "applied_at" timestamp with time zone)`],
  steps(migration) {
    const record = { kind: 'record', text: insertRow(migration) } as const;
    return [
      {
        kind: 'check',
        text: `SELECT * FROM ${table} ORDER BY "id" ASC`,
        decide: (rows) => decide(migration, rows),
      },
      ...(migration.up.execution.wrapped
        ? ([{ kind: 'begin', text: 'begin' }, ...statementSteps(migration), record, { kind: 'commit', text: 'commit' }] as const)
        : [...statementSteps(migration), record]),
    ];
  },
  onError: ({ up }) => (up.execution.wrapped ? [{ kind: 'record', text: 'rollback' }] : []),
  ...history,
};

/** A file with the tool's mark in it. */
const isOwn = oncePerFile((file) => /^\ufeff?-- \+migrate (Up|Down)\b/m.test(file.text));

export const sqlMigrate: BuiltInFramework = {
  name: 'sql-migrate',
  displayName: 'sql-migrate',

  detect: (files) => confidence(files, isOwn),

  read(files, options) {
    return sqlFiles(files)
      .filter((file) => folderPrefix(file.path) === '')
      .toSorted(byVersion)
      .map((file) => readMigration(file, options));
  },

  run: byEngine(onPostgres, sqlMigrateOnMysql),

  // It finds its commands at the beginning of lines only (`sqlparse.go`).
  byteOrderMark: ({ text }) =>
    /^-- \+migrate /.test(text)
      ? 'sql-migrate does not see the command behind it, and where another one follows it records the file as applied without running this section'
      : undefined,

  upMarker: '-- +migrate Up',
  noTransactionMark: (text, direction) =>
    optionMark(text, new RegExp(`^-- \\+migrate ${direction === 'up' ? 'Up' : 'Down'}\\b`), /\s+notransaction\b/, 'notransaction'),

  placeDown: (migration, files, statements) =>
    placeUnderMarker(
      migration,
      files,
      '-- +migrate Down',
      statements.map((statement) => asBlock(statement, '+migrate')),
    ),
};

/** By the number that the name begins with, then by name (`migrate.go`, `Less`). */
function byVersion(left: SourceFile, right: SourceFile): number {
  const [one, two] = [left, right].map((file) => /^\d+/.exec(file.path)?.[0]);
  if (one !== undefined && two !== undefined) return byNumber(one, two) || byText(left.path, right.path);
  return one === two ? byText(left.path, right.path) : one === undefined ? 1 : -1;
}

function readMigration(file: SourceFile, options: ReadOptions): Result<Migration> {
  const read = readSqlMigrateFile(file.text);
  const nothing: SqlMigrateSection = { span: { start: file.text.length, end: file.text.length }, requests: [], transaction: true };
  const program = (direction: 'up' | 'down', section: SqlMigrateSection): Program => {
    const requests = readRequests(file.text, section.requests, options).filter((statements) => statements.length > 0);
    const groups = requests.map((statements) => statements.map(({ index }) => index));
    const execution: ProgramExecution = {
      requests: 'per-statement',
      wrapped: section.transaction,
      because: section.transaction
        ? 'sql-migrate runs each migration in one transaction, together with its history row'
        : 'notransaction: sql-migrate sends each statement by itself, committed as it ends',
      ...(groups.every((group) => group.length === 1) ? {} : { groups }),
      ...(read.refused === undefined ? {} : { refused: read.refused }),
    };
    return { direction, path: file.path, span: section.span, statements: requests.flat(), execution };
  };
  return success({
    id: baseName(file.path),
    title: baseName(file.path),
    framework: 'sql-migrate',
    engine: options.engine,
    up: program('up', read.up ?? nothing),
    ...(read.down === undefined ? {} : { down: program('down', read.down) }),
  });
}

function deleteRow({ id }: Migration): string {
  return `delete from ${table} where "id" = ${quoteLiteral(id)}`;
}

function insertRow({ id }: Migration): string {
  return `insert into ${table} ("id","applied_at") values (${quoteLiteral(id)}, now())`;
}
