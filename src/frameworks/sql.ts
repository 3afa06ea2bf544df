import { isMysqlFamily } from '../model/engine';
import type { Migration, Program, ProgramExecution } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, RunStep, SourceFile } from '../model/run-protocol';
import { byEngine } from './by-engine';
import { baseName, byText, folderPrefix, problem, readProgram, sqlFiles, wholeFile } from './files';
import { withRows } from './history';
import { sqlOnMysql } from './mysql/sql';
import { placeInFile } from './placing';
import { psqlVariables } from './psql-variables';

const execution: ProgramExecution = {
  requests: 'per-statement',
  wrapped: false,
  because: 'psql runs a file statement by statement, each committed as it ends, unless the file itself says BEGIN',
};

const byMysqlClient: ProgramExecution = {
  requests: 'per-statement',
  wrapped: false,
  because: 'the mysql client runs a file statement by statement, each committed as it ends, unless the file itself opens a transaction',
};

/**
 * A file that locks a table, and opens no transaction itself, can only be meant for `psql --single-transaction`: the server refuses LOCK
 * TABLE outside of a transaction (manual, "LOCK").
 */
const inOneTransaction: ProgramExecution = {
  requests: 'per-statement',
  wrapped: true,
  because: 'the file locks a table, which only works inside a transaction: psql --single-transaction runs it in one',
};

/** How a file says that it is the way back of the file whose name is left when this ending is taken away. */
const downEnding = /[._-](down|rollback|revert|undo)$/i;
const upEnding = /[._-](up|do)$/i;

function stem(path: string): string {
  return path.replace(/\.sql$/i, '');
}

/** `002.do.add-email.sql` and `002.undo.add-email.sql` belong together, whatever they are called behind that (postgrator, README). */
const numberedStep = /(^|\/)(\d+)\.(do|undo)(?=\.|$)[^/]*$/i;

/** Where each migration has a folder, its files are called so (Hasura). */
const inOwnFolder = /\/(up|down)$/i;

function isDown(path: string): boolean {
  const step = numberedStep.exec(stem(path))?.[3];
  if (step !== undefined) return step.toLowerCase() === 'undo';
  return downEnding.test(stem(path)) || inOwnFolder.exec(stem(path))?.[1]?.toLowerCase() === 'down';
}

/** The name that a file and its way back share. */
function subject(path: string): string {
  const step = stem(path).replace(numberedStep, '$1$2');
  if (step !== stem(path)) return step;
  return stem(path).replace(inOwnFolder, '').replace(downEnding, '').replace(upEnding, '');
}

/** A folder of SQL files that are run in the order of their names, as `psql -v ON_ERROR_STOP=1 -f` runs each. No history. */
const onPostgres: RunProtocol = {
  bookkeepingTables: [],
  setup: [],
  steps: (migration) => {
    const { up } = migration;
    const statements = withRows(
      migration,
      up.statements.map(({ index, sent }): RunStep => ({ kind: 'statements', statements: [index], text: sent })),
    );
    return up.execution.wrapped ? [{ kind: 'begin', text: 'BEGIN' }, ...statements, { kind: 'commit', text: 'COMMIT' }] : statements;
  },
  onError: ({ up }) => (up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK' }] : []),
  markApplied: () => [],
  markNotApplied: () => [],
  recorded: () => 'absent',
};

export const sql: BuiltInFramework = {
  name: 'sql',
  displayName: 'Plain SQL',

  detect(files) {
    return sqlFiles(files).length > 0 ? 0.1 : 0;
  },

  read(files, options) {
    const candidates = sqlFiles(files).toSorted((left, right) => byText(left.path, right.path));
    const downs = new Map(candidates.filter((file) => isDown(file.path)).map((file) => [subject(file.path), file]));
    const ups = candidates.filter((file) => !isDown(file.path));
    const subjects = new Set(ups.map((file) => subject(file.path)));
    return [
      ...ups.map((file) => readMigration(file, downs.get(subject(file.path)), options)),
      ...[...downs].filter(([name]) => !subjects.has(name)).map(([, file]) => orphan(file)),
    ];
  },

  run: byEngine(onPostgres, sqlOnMysql),

  placeDown(migration, files, statements) {
    const own = inOwnFolder.test(stem(migration.up.path)) ? `${folderPrefix(migration.up.path)}down.sql` : undefined;
    const undo = numberedStep.test(stem(migration.up.path)) ? migration.up.path.replace(/(\d+)\.do(?=\.[^/]*$)/i, '$1.undo') : undefined;
    const path = migration.down?.path ?? own ?? undo ?? `${subject(migration.up.path)}.down.sql`;
    return placeInFile(migration, files, path, statements);
  },
};

function readMigration(file: SourceFile, down: SourceFile | undefined, options: ReadOptions): Result<Migration> {
  return success({
    id: stem(file.path),
    title: inOwnFolder.test(stem(file.path)) ? subject(file.path) : baseName(file.path),
    framework: 'sql',
    engine: options.engine,
    up: readWhole('up', file, options),
    ...(down === undefined ? {} : { down: readWhole('down', down, options) }),
  });
}

function readWhole(direction: 'up' | 'down', file: SourceFile, options: ReadOptions): Program {
  if (isMysqlFamily(options.engine)) return readProgram(direction, file, wholeFile(file), byMysqlClient, options);
  const placeholders = { ...options.placeholders, ...psqlVariables(file.text) };
  const program = readProgram(direction, file, wholeFile(file), execution, { ...options, placeholders });
  return needsTransaction(program) ? { ...program, execution: inOneTransaction } : program;
}

/** Does it lock a table before it opens a transaction, if it ever does? */
function needsTransaction({ statements }: Program): boolean {
  const kinds = statements.flatMap(({ operations }) => operations).map(({ kind }) => kind);
  const lock = kinds.indexOf('lock table');
  return lock !== -1 && !kinds.slice(0, lock).includes('transaction');
}

function orphan(file: SourceFile): Result<Migration> {
  return problem(
    `${file.path} is named like the way back of ${subject(file.path)}.sql, and that file is not here: it was left out.`,
    file.path,
  );
}
