import { isMysqlFamily } from '../model/engine';
import type { Migration, ProgramExecution } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { byEngine } from './by-engine';
import { baseName, byNumber, confidence, folderPrefix, groupBy, problem, readProgram, sqlFiles, wholeFile } from './files';
import { golangMigrateHistory } from './histories/golang-migrate';
import { statementSteps } from './history';
import { golangMigrateOnMysql } from './mysql/golang-migrate';
import { placeInFile } from './placing';

/**
 * golang-migrate, from its sources: `source/parse.go` (names), `migrate.go` (order of steps), `database/postgres/postgres.go`
 * (history table, lock, one simple query for a whole file).
 */

const fileName = /^([0-9]+)_(.*)\.(down|up)\.sql$/;
const upFileName = /^[0-9]+_.*\.up\.sql$/;
const table = 'public.schema_migrations';

function executionOn({ engine }: ReadOptions): ProgramExecution {
  return {
    requests: 'single-request',
    wrapped: false,
    because: isMysqlFamily(engine)
      ? 'golang-migrate sends the whole file as one query, of which each statement is committed as it ends'
      : 'golang-migrate sends the whole file as one query, which PostgreSQL runs as one transaction',
    leaves: 'the dirty flag, which stops a retry',
  };
}

interface Named {
  readonly file: SourceFile;
  readonly version: string;
  readonly direction: string;
}

const { decide, ...history } = golangMigrateHistory({ table, setVersion });

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [`CREATE TABLE IF NOT EXISTS ${table} (version bigint not null primary key, dirty boolean not null)`],
  steps: (migration) => [
    { kind: 'lock', text: lockText('pg_advisory_lock') },
    { kind: 'check', text: `SELECT version, dirty FROM ${table} LIMIT 1`, decide: (rows) => decide(migration, rows) },
    { kind: 'record', text: setVersion(migration.id, true) },
    ...statementSteps(migration),
    { kind: 'record', text: setVersion(migration.id, false) },
    { kind: 'unlock', text: lockText('pg_advisory_unlock') },
  ],
  // The dirty flag stays: only the lock is given back (`unlockErr`).
  onError: () => [{ kind: 'unlock', text: lockText('pg_advisory_unlock') }],
  ...history,
};

export const golangMigrate: BuiltInFramework = {
  name: 'golang-migrate',
  displayName: 'golang-migrate',

  detect: (files) => confidence(files, (file) => upFileName.test(baseName(file.path))),

  read(files, options) {
    const named = sqlFiles(files).flatMap(nameOf);
    // Leading zeros do not count: 0002 and 2 are one version.
    const versions = groupBy(named, ({ version }) => BigInt(version).toString());
    return versions.toSorted(([left], [right]) => byNumber(left, right)).flatMap(([version, own]) => readVersion(version, own, options));
  },

  run: byEngine(onPostgres, golangMigrateOnMysql),

  byteOrderMark: () => 'golang-migrate sends it along, and the server refuses the file with a syntax error',

  placeDown(migration, files, statements) {
    const path = migration.down?.path ?? migration.up.path.replace(/\.up\.sql$/, '.down.sql');
    return placeInFile(migration, files, path, statements);
  },
};

/** Only files of the folder itself: the file source does not look below it. */
function nameOf(file: SourceFile): Named[] {
  const match = fileName.exec(file.path);
  const [, version, , direction] = match ?? [];
  return version === undefined || direction === undefined || folderPrefix(file.path) !== '' ? [] : [{ file, version, direction }];
}

function readVersion(version: string, files: readonly Named[], options: ReadOptions): Result<Migration>[] {
  const ups = files.filter(({ direction }) => direction === 'up');
  const downs = files.filter(({ direction }) => direction === 'down');
  const [up] = ups;
  if (up === undefined) {
    return [
      problem(
        `${downs[0]?.file.path} has no .up.sql beside it: golang-migrate would run nothing for version ${version} and record it.`,
        downs[0]?.file.path ?? '',
      ),
    ];
  }
  const [down] = downs;
  const extra = [...ups.slice(1), ...downs.slice(1)].map(({ file }) =>
    problem(
      `duplicate migration file: ${file.path}. golang-migrate does not start while two files have the version ${version}.`,
      file.path,
    ),
  );
  return [
    success({
      id: version,
      title: baseName(up.file.path),
      framework: 'golang-migrate',
      engine: options.engine,
      up: readProgram('up', up.file, wholeFile(up.file), executionOn(options), options),
      ...(down === undefined ? {} : { down: readProgram('down', down.file, wholeFile(down.file), executionOn(options), options) }),
    }),
    ...extra,
  ];
}

/** One transaction that replaces the only row (`SetVersion`). */
function setVersion(version: string | undefined, dirty: boolean): string {
  const insert = version === undefined ? '' : ` INSERT INTO ${table} (version, dirty) VALUES (${version}, ${dirty});`;
  return `BEGIN; TRUNCATE ${table};${insert} COMMIT;`;
}

/** The real key is a hash of the database, schema and table names; this one is too, though by another function. */
function lockText(call: 'pg_advisory_lock' | 'pg_advisory_unlock'): string {
  return `SELECT ${call}(hashtext(current_database() || '.${table}'))`;
}
