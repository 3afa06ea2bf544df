import { isMysqlFamily } from '../model/engine';
import type { Migration, ProgramExecution } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { readText } from '../parse/read';
import { isTransactional } from '../plan/transactional';
import { byEngine } from './by-engine';
import { baseName, byText, confidence, oncePerFile, problem, readProgram, sqlFiles } from './files';
import { dbmateHistory } from './histories/dbmate';
import { statementSteps } from './history';
import { optionMark } from './marks';
import { dbmateOnMysql } from './mysql/dbmate';
import { placeUnderMarker } from './placing';

/**
 * dbmate, from its sources: `pkg/dbmate/migration.go` (markers and options), `pkg/dbmate/db.go` (order of steps: a block is one Exec, in a
 * transaction with its history row unless `transaction:false`), `pkg/driver/postgres/postgres.go` (history table). It takes no lock.
 */

/** Only files of the folder itself: it does not look below it. */
const fileName = /^(\d+)[^/]*\.sql$/;
const upMarker = /^\ufeff?--\s*migrate:up(?:\s*$|\s+\S+.*$)/m;
const downMarker = /^\ufeff?--\s*migrate:down(?:\s*$|\s+\S+.*$)/m;
const table = 'public.schema_migrations';

const { decide, ...history } = dbmateHistory({
  table,
  insertRow: (migration) => `${insertRow(migration)} on conflict do nothing`,
  deleteRow,
});

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`create table if not exists ${table} (version varchar(255) primary key)`],
  steps(migration) {
    const record = { kind: 'record', text: insertRow(migration) } as const;
    return [
      {
        kind: 'check',
        text: `select version from ${table} where version = ${quoteLiteral(migration.id)}`,
        decide: (rows) => decide(migration, rows),
      },
      ...(migration.up.execution.wrapped
        ? ([{ kind: 'begin', text: 'BEGIN' }, ...statementSteps(migration), record, { kind: 'commit', text: 'COMMIT' }] as const)
        : [...statementSteps(migration), record]),
    ];
  },
  onError: ({ up }) => (up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK' }] : []),
  ...history,
};

/** A file with the tool's mark in it. */
const isOwn = oncePerFile((file) => upMarker.test(file.text));

export const dbmate: BuiltInFramework = {
  name: 'dbmate',
  displayName: 'dbmate',

  detect: (files) => confidence(files, isOwn),

  read(files, options) {
    return sqlFiles(files)
      .filter((file) => fileName.test(file.path))
      .toSorted((left, right) => byText(left.path, right.path))
      .map((file) => readMigration(file, options));
  },

  run: byEngine(onPostgres, dbmateOnMysql),

  byteOrderMark: () =>
    `dbmate takes it for a statement, and refuses the file ("does not support statements preceding the '-- migrate:up' block")`,

  upMarker: '-- migrate:up',
  // dbmate refuses a file without the block.
  requiredDownMarker: '-- migrate:down',
  // README, "Migration options".
  noTransactionMark: (text, direction) =>
    optionMark(text, new RegExp(`^--\\s*migrate:${direction}\\b`), /\s+transaction:\S+/, 'transaction:false'),

  placeDown(migration, files, statements) {
    const text = statements.join('\n');
    const alone = readText(text, migration.engine).some((statement) => !isTransactional(statement));
    return placeUnderMarker(migration, files, alone ? '-- migrate:down transaction:false' : '-- migrate:down', statements);
  },
};

function deleteRow({ id }: Migration): string {
  return `delete from ${table} where version = ${quoteLiteral(id)}`;
}

function insertRow({ id }: Migration): string {
  return `insert into ${table} (version) values (${quoteLiteral(id)})`;
}

function readMigration(file: SourceFile, options: ReadOptions): Result<Migration> {
  const up = upMarker.exec(file.text);
  const down = downMarker.exec(file.text);
  if (up === null) return problem(`${file.path}: dbmate requires each migration to define an up block with '-- migrate:up'.`, file.path);
  if (down !== null && down.index < up.index) {
    return problem(`${file.path}: dbmate requires '-- migrate:up' to appear before '-- migrate:down'.`, file.path);
  }
  const upSpan = { start: up.index + up[0].length, end: down?.index ?? file.text.length };
  const upProgram = readProgram(
    'up',
    file,
    upSpan,
    executionOf(up[0], refusalOfFile(file.text.slice(0, up.index), down !== null), options),
    options,
  );
  const base = {
    id: fileName.exec(baseName(file.path))?.[1] ?? file.path,
    title: baseName(file.path),
    framework: 'dbmate',
    engine: options.engine,
    up: upProgram,
  } as const;
  if (down === null) return success(base);
  const downSpan = { start: down.index + down[0].length, end: file.text.length };
  return success({ ...base, down: readProgram('down', file, downSpan, executionOf(down[0], undefined, options), options) });
}

/** Statements before the first marker, or no block for the way back (since dbmate 2.0), make dbmate refuse the file. */
function refusalOfFile(before: string, hasDown: boolean): string | undefined {
  const lines = before.replace(/^\ufeff/, '').split('\n');
  if (lines.some((line) => line.trim() !== '' && !line.trimStart().startsWith('--'))) {
    return "dbmate does not support statements preceding the '-- migrate:up' block";
  }
  return hasDown ? undefined : "dbmate requires each migration to define a down block with '-- migrate:down'";
}

/** Options stand behind the marker, on its line. */
function executionOf(marker: string, refusal: string | undefined, { engine }: ReadOptions): ProgramExecution {
  const how = isMysqlFamily(engine) ? 'of which each statement is committed as it ends' : 'which PostgreSQL runs as one transaction';
  const wrapped = !/\stransaction:false(\s|$)/.test(marker);
  return {
    requests: 'single-request',
    wrapped,
    because: wrapped
      ? 'dbmate runs the block in one transaction, together with its history row'
      : `transaction:false: dbmate sends the block as one query, ${how}; the history row comes after it`,
    ...(refusal === undefined ? {} : { refused: refusal }),
  };
}
