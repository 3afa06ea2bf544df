import { isMysqlFamily } from '../model/engine';
import type { Migration, ProgramExecution, Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { readStatements } from '../parse/read';
import { byEngine } from './by-engine';
import { baseName, confidence, folderPrefix, problem, sqlFiles, wholeFile } from './files';
import { compareVersions, type FlywayName, historyType, isMigrateCallback, parseFlywayName, runsBefore, versionKey } from './flyway-names';
import { type FlywaySettings, flywayChecksum, readFlywaySettings } from './flyway-settings';
import { flywayHistory, scriptOf } from './histories/flyway';
import { statementSteps, withRows } from './history';
import { firstWords } from './marks';
import { flywayOnMysql } from './mysql/flyway';
import { placeInFile } from './placing';

/**
 * Flyway, from its sources: `DbMigrate.java` (order of steps, failed migrations), `PostgreSQLDatabase.java` (history table),
 * `JdbcTableSchemaHistory.java` (the row is written on a second connection, after the migration's own statements and committed apart
 * from them), `PostgreSQLAdvisoryLockTemplate.java` (lock), `PostgreSQLParser.java` (what can't run in a transaction).
 */

const table = 'public.flyway_schema_history';
const lockNumber = '77431708279161';

const { decide, ...history } = flywayHistory({ table, insertRow: (migration) => insertRow(migration, true), deleteRow });

const onPostgres: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE ${table} (
  "installed_rank" INT NOT NULL,
  "version" VARCHAR(50),
  "description" VARCHAR(200) NOT NULL,
  "type" VARCHAR(20) NOT NULL,
  "script" VARCHAR(1000) NOT NULL,
  "checksum" INTEGER,
  "installed_by" VARCHAR(100) NOT NULL,
  "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
  "execution_time" INTEGER NOT NULL,
  "success" BOOLEAN NOT NULL
)`,
    `ALTER TABLE ${table} ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank")`,
    `CREATE INDEX "flyway_schema_history_s_idx" ON ${table} ("success")`,
  ],
  steps(migration) {
    const statements = withRows(migration, statementSteps(migration));
    return [
      { kind: 'lock', text: `SELECT pg_try_advisory_lock(${lockNumber})` },
      {
        kind: 'check',
        text: `SELECT installed_rank, version, description, script, checksum, success FROM ${table} ORDER BY installed_rank`,
        decide: (rows) => decide(migration, rows),
      },
      ...(migration.up.execution.wrapped
        ? ([{ kind: 'begin', text: 'BEGIN' }, ...statements, { kind: 'commit', text: 'COMMIT' }] as const)
        : statements),
      { kind: 'record', text: insertRow(migration, true) },
      { kind: 'unlock', text: `SELECT pg_advisory_unlock(${lockNumber})` },
    ];
  },
  onError: (migration) => [
    // A failure is written down only where the server could not take everything back.
    { kind: 'record', text: migration.up.execution.wrapped ? 'ROLLBACK' : insertRow(migration, false) },
    { kind: 'unlock', text: `SELECT pg_advisory_unlock(${lockNumber})` },
  ],
  ...history,
};

export const flyway: BuiltInFramework = {
  name: 'flyway',
  displayName: 'Flyway',

  detect(files) {
    const { naming } = readFlywaySettings(files);
    return confidence(files, (file) => parseFlywayName(baseName(file.path), naming) !== undefined);
  },

  read(files, options) {
    const settings = readFlywaySettings(files);
    const named = namedFiles(files, settings);
    const undo = new Map(named.filter(({ name }) => name.kind === 'undo').map((entry) => [versionKey(entry.name.version), entry]));
    const versions = named.filter(({ name }) => name.kind === 'versioned').toSorted(byVersion);
    const repeatables = named.filter(({ name }) => name.kind === 'repeatable').toSorted(byDescription);
    const known = new Set(versions.map(({ name }) => versionKey(name.version)));
    const baseline = baselineOf(named);
    const isCovered = baseline === undefined || versions.some(({ name }) => compareVersions(name.version, baseline.name.version) <= 0);
    return [
      ...[isCovered ? versions : [baseline, ...versions], repeatables].flatMap((entries) =>
        entries.map((entry, position) => {
          const before = entries[position - 1];
          return before !== undefined && isTwin(before, entry)
            ? twinProblem(before, entry)
            : readMigration(entry, undo.get(versionKey(entry.name.version)), files, settings, options);
        }),
      ),
      ...[...undo.values()]
        .filter(({ name }) => !known.has(versionKey(name.version)))
        .map(({ file, name }) =>
          problem(`${file.path} undoes version ${name.version}, which has no V file here: it was left out.`, file.path),
        ),
    ];
  },

  run: byEngine(onPostgres, flywayOnMysql),

  readCallbacks(files, options) {
    const settings = readFlywaySettings(files);
    return sqlFiles(files)
      .filter(({ path }) => isMigrateCallback(baseName(path), settings.naming))
      .map((file) => readCallback(file, files, settings, options));
  },

  connectionSetup: (files, direction) =>
    [
      readFlywaySettings(files).initSql,
      ...sqlFiles(files).flatMap(({ path, text }) => (runsBefore(baseName(path), direction) ? text : [])),
    ].join(';\n'),

  // Script configuration, a file beside the migration's own.
  noTransactionMark: () => ({
    kind: 'file',
    beside: (path) => `${path}.conf`,
    text: 'executeInTransaction=false\n',
    name: 'executeInTransaction=false',
  }),
  // `PostgreSQLParser.java`
  runsOutside: (statement) => /^(create (unique )?index concurrently|drop index concurrently|vacuum\b)/.test(firstWords(statement)),

  expectsDowns: (files) => namedFiles(files, readFlywaySettings(files)).some(({ name }) => name.kind === 'undo'),

  placeDown(migration, files, statements) {
    const { naming } = readFlywaySettings(files);
    const ownName = baseName(migration.up.path);
    const name = parseFlywayName(ownName, naming);
    if (name?.kind !== 'versioned') {
      if (name === undefined) return { kind: 'unsupported', why: 'Flyway has no undo for callbacks: they run with every migrate.' };
      const why =
        name.kind === 'baseline'
          ? 'Flyway has no undo for baseline migrations: they run on an empty database alone.'
          : 'Flyway has no undo for repeatable migrations: run the earlier text of the file again instead.';
      return { kind: 'unsupported', why };
    }
    const undoName = naming.undo + ownName.slice(naming.versioned.length);
    const path = migration.down?.path ?? folderPrefix(migration.up.path) + undoName;
    return placeInFile(migration, files, path, statements);
  },
};

interface NamedFile {
  readonly file: SourceFile;
  readonly name: FlywayName;
}

function namedFiles(files: readonly SourceFile[], { naming }: FlywaySettings): NamedFile[] {
  return sqlFiles(files).flatMap((file) => {
    const name = parseFlywayName(baseName(file.path), naming);
    return name === undefined ? [] : [{ file, name }];
  });
}

/**
 * The baseline with the highest version makes an empty database in place of the versions up to its own (documentation, "Baseline
 * migrations"). It is read where those are no longer there.
 */
function baselineOf(named: readonly NamedFile[]): NamedFile | undefined {
  return named
    .filter(({ name }) => name.kind === 'baseline')
    .toSorted(byVersion)
    .at(-1);
}

function byVersion(left: NamedFile, right: NamedFile): number {
  return compareVersions(left.name.version, right.name.version);
}

function byDescription(left: NamedFile, right: NamedFile): number {
  return left.name.description < right.name.description ? -1 : 1;
}

function isTwin({ name: left }: NamedFile, { name: right }: NamedFile): boolean {
  return left.kind === 'repeatable' ? left.description === right.description : compareVersions(left.version, right.version) === 0;
}

/** `CompositeMigrationResolver.java` */
function twinProblem(before: NamedFile, { file, name }: NamedFile): Result<never> {
  const [what, refusal] =
    name.kind === 'repeatable'
      ? [`the description "${name.description}"`, 'Found more than one repeatable migration with description']
      : [`the version ${name.version}`, 'Found more than one migration with version'];
  const spelled = name.version === before.name.version ? '' : ` as ${before.name.version}`;
  return problem(
    `${file.path} has ${what}, which ${before.file.path} has already${spelled}: Flyway refuses to start ("${refusal}"). Give one of the two files another.`,
    file.path,
  );
}

function readMigration(
  { file, name }: NamedFile,
  undo: NamedFile | undefined,
  files: readonly SourceFile[],
  settings: FlywaySettings,
  options: ReadOptions,
): Result<Migration> {
  const up = programOf('up', file, files, settings, options);
  return success({
    id: name.kind === 'repeatable' ? `R__${name.description}` : name.version,
    title: baseName(file.path),
    framework: 'flyway',
    engine: options.engine,
    up,
    ...(undo === undefined ? {} : { down: programOf('down', undo.file, files, settings, options) }),
    ...(name.kind === 'versioned' ? {} : { downUnsupported: true }),
    checksum: String(flywayChecksum(file.text)),
    recordedAs: {
      ...(name.kind !== 'repeatable' && { version: name.version }),
      description: name.description,
      type: historyType(name),
    },
  });
}

/** `DefaultCallbackExecutor.java`: those of each migration run in its transaction, all others in one of their own. */
function readCallback(file: SourceFile, files: readonly SourceFile[], settings: FlywaySettings, options: ReadOptions): Migration {
  const up = programOf('up', file, files, settings, options);
  const because = 'Flyway runs a callback in a transaction of its own, or in that of the migration which it stands beside';
  return {
    id: baseName(file.path),
    title: baseName(file.path),
    framework: 'flyway',
    engine: options.engine,
    up: up.execution.because === inTransaction ? { ...up, execution: { ...up.execution, because } } : up,
    downUnsupported: true,
  };
}

/**
 * What Flyway fills in by itself ("Flyway Placeholders Namespace", Default Placeholders). Where only the run tells, a value of the same kind
 * stands in: on PostgreSQL a role and a database that every server has.
 */
function builtIn(file: SourceFile, settings: FlywaySettings, options: ReadOptions): Readonly<Record<string, string>> {
  const values = {
    filename: baseName(file.path),
    timestamp: '2000-01-01 00:00:00',
    workingDirectory: '.',
    table: settings.table ?? 'flyway_schema_history',
    ...(isMysqlFamily(options.engine) ? {} : { defaultSchema: settings.defaultSchema ?? 'public', user: 'postgres', database: 'postgres' }),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`flyway${settings.placeholderSeparator}${name}`, value]));
}

function programOf(
  direction: 'up' | 'down',
  file: SourceFile,
  files: readonly SourceFile[],
  settings: FlywaySettings,
  options: ReadOptions,
): Migration['up'] {
  const placeholders = { ...builtIn(file, settings, options), ...settings.placeholders, ...options.placeholders };
  const script = files.find((candidate) => candidate.path === `${file.path}.conf`);
  const replaces = settings.placeholderReplacement && !/^\s*placeholderReplacement\s*=\s*false\s*$/im.test(script?.text ?? '');
  const { placeholderForm } = settings;
  const statements = readStatements(file.text, wholeFile(file), {
    engine: options.engine,
    ...(replaces && { placeholders, placeholderForm }),
  });
  return {
    direction,
    path: file.path,
    span: wholeFile(file),
    statements,
    execution: executionOf(statements, settings, script, isMysqlFamily(options.engine)),
  };
}

const inTransaction = 'Flyway runs each migration in one transaction and writes its history row right after the commit';

/** Where the server can't take everything back, a failure is written down (`DbMigrate.java`), and the next run stops at it. */
const leaves = 'its failed history row, which stops a retry';

const withoutAutocommit: ProgramExecution = {
  requests: 'per-statement',
  wrapped: true,
  autocommitOff: true,
  because: 'Flyway turns autocommit off for each migration and commits at its end, though DDL commits by itself',
  leaves,
};

/** The script's own configuration decides; else Flyway looks for statements that can't run in a transaction. */
function executionOf(
  statements: readonly Statement[],
  settings: FlywaySettings,
  script: SourceFile | undefined,
  onMysql: boolean,
): ProgramExecution {
  const configured = /^\s*executeInTransaction\s*=\s*(true|false)\s*$/m.exec(script?.text ?? '')?.[1];
  // Its parser for MySQL takes nothing for non-transactional.
  const alone = onMysql ? [] : statements.filter(({ operations }) => operations.some(flywayRunsAlone));
  const isMixed = alone.length > 0 && alone.length < statements.length;
  if (configured !== undefined) {
    const wrapped = configured === 'true';
    if (wrapped && onMysql) return withoutAutocommit;
    const because = wrapped ? inTransaction : 'executeInTransaction=false: Flyway sends each statement by itself, committed as it ends';
    return { requests: 'per-statement', wrapped, because, ...(!wrapped && { leaves }) };
  }
  if (onMysql) return withoutAutocommit;
  if (alone.length === 0) return { requests: 'per-statement', wrapped: true, because: inTransaction };
  return {
    requests: 'per-statement',
    wrapped: false,
    because: 'Flyway found a statement that can not run in a transaction, so it sends each statement by itself, committed as it ends',
    leaves,
    ...(isMixed && !settings.mixed
      ? { refused: 'Detected both transactional and non-transactional statements within the same migration (even though mixed is false).' }
      : {}),
  };
}

/**
 * What Flyway's parser takes for non-transactional, by its regular expressions. It misses REINDEX INDEX/TABLE CONCURRENTLY and DETACH
 * PARTITION CONCURRENTLY: these are run in a transaction and refused by the server.
 */
function flywayRunsAlone(operation: Operation): boolean {
  switch (operation.kind) {
    case 'create index':
      return operation.index.concurrently;
    case 'create object':
    case 'drop object':
      if (operation.kind === 'drop object' && operation.concurrently) return true;
      return operation.objectKind === 'database' || operation.objectKind === 'subscription';
    case 'reindex':
      return operation.targetKind !== 'index' && operation.targetKind !== 'table';
    case 'vacuum':
    case 'alter system':
      return true;
    case 'other':
      return ['CreateTableSpaceStmt', 'DropTableSpaceStmt', 'DiscardStmt (ALL)'].includes(operation.node);
    default:
      return false;
  }
}

function insertRow(migration: Migration, succeeded: boolean): string {
  const { version, description = '', type = 'SQL' } = migration.recordedAs ?? {};
  const values = [
    `(SELECT coalesce(max("installed_rank"), 0) + 1 FROM ${table})`,
    version === undefined ? 'NULL' : quoteLiteral(version),
    quoteLiteral(description),
    quoteLiteral(type),
    quoteLiteral(scriptOf(migration)),
    migration.checksum ?? 'NULL',
    'current_user',
    '0',
    String(succeeded),
  ];
  const columns = '"installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success"';
  return `INSERT INTO ${table} (${columns}) VALUES (${values.join(', ')})`;
}

function deleteRow(migration: Migration): string {
  return `DELETE FROM ${table} WHERE "script" = ${quoteLiteral(scriptOf(migration))}`;
}
