import { isMysqlFamily } from '../model/engine';
import type { Migration, Program, ProgramExecution } from '../model/migration';
import { type Result, success } from '../model/result';
import type { BuiltInFramework, DownPlacement, ReadOptions, RunProtocol, SourceFile } from '../model/run-protocol';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { tokenize } from '../parse/postgres/lexer';
import { readStatements } from '../parse/read';
import { byEngine } from './by-engine';
import { baseName, confidence, lineBreakOf, oncePerFile, problem, wholeFile } from './files';
import { liquibaseHistory } from './histories/liquibase';
import { statementSteps } from './history';
import { placeRollbackInXml, readXmlChangelog } from './liquibase/xml-changelog';
import { placeRollbackInYaml, readYamlChangelog } from './liquibase/yaml-changelog';
import {
  type Changeset,
  directives,
  formattedSql,
  includes,
  isFormattedSql,
  onlyThese,
  partsOfChangeset,
  readChangelog,
  without,
} from './liquibase-file';
import { inOrderOfIncludes, type Property, readOtherChangelog } from './liquibase-includes';
import { optionMark } from './marks';
import { liquibaseOnMysql } from './mysql/liquibase';

/**
 * Liquibase's formatted SQL. Each changeset is what it runs and records: one migration here. From its sources: `ChangeSet.execute` (a
 * transaction of its own, committed before the row is written), `StandardLockService` and `StandardChangeLogHistoryService` (the two
 * tables). Its checksums are left NULL: Liquibase fills them in when it next sees the row.
 *
 * Of changelogs in XML, YAML and JSON the changes are read too (`liquibase/`).
 */
const history = 'public.databasechangelog';
const lock = 'public.databasechangeloglock';
const unlock = `UPDATE ${lock} SET LOCKED = FALSE, LOCKEDBY = NULL, LOCKGRANTED = NULL WHERE ID = 1`;

const { decide, decideByLock, ...marks } = liquibaseHistory({
  table: history,
  insertRow,
  deleteRow: (migration) => `DELETE FROM ${history} WHERE ${rowOf(migration)}`,
  unlock,
});

const onPostgres: RunProtocol = {
  bookkeepingTables: [history, lock],
  setup: [
    `CREATE TABLE IF NOT EXISTS ${lock} (ID INTEGER NOT NULL, LOCKED BOOLEAN NOT NULL, LOCKGRANTED TIMESTAMP WITHOUT TIME ZONE, LOCKEDBY VARCHAR(255), CONSTRAINT databasechangeloglock_pkey PRIMARY KEY (ID))`,
    `INSERT INTO ${lock} (ID, LOCKED) SELECT 1, FALSE WHERE NOT EXISTS (SELECT FROM ${lock})`,
    `CREATE TABLE IF NOT EXISTS ${history} (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL, DATEEXECUTED TIMESTAMP WITHOUT TIME ZONE NOT NULL, ORDEREXECUTED INTEGER NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35), DESCRIPTION VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20), CONTEXTS VARCHAR(255), LABELS VARCHAR(255), DEPLOYMENT_ID VARCHAR(10))`,
  ],
  steps(migration) {
    const { wrapped } = migration.up.execution;
    return [
      {
        kind: 'check',
        text: `SELECT ID FROM ${history} WHERE ${rowOf(migration)}`,
        decide: (rows) => decide(migration, rows),
      },
      {
        kind: 'check',
        text: `SELECT LOCKED FROM ${lock} WHERE ID = 1`,
        decide: decideByLock,
      },
      {
        kind: 'lock',
        text: `UPDATE ${lock} SET LOCKED = TRUE, LOCKEDBY = 'faultline', LOCKGRANTED = NOW() WHERE ID = 1 AND LOCKED = FALSE`,
      },
      ...(wrapped ? [{ kind: 'begin', text: 'BEGIN' } as const] : []),
      ...statementSteps(migration),
      ...(wrapped ? [{ kind: 'commit', text: 'COMMIT' } as const] : []),
      { kind: 'record', text: insertRow(migration) },
      { kind: 'unlock', text: unlock },
    ];
  },
  onError: ({ up }) => [...(up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK' } as const] : []), { kind: 'unlock', text: unlock }],
  ...marks,
};

/** Its parameters: it knows no variables of psql. */
const placeholderForm = { prefix: '${', suffix: '}' } as const;

/** A file with the tool's mark in it. */
const isOwn = oncePerFile((file) => isFormattedSql(file.text));

export const liquibase: BuiltInFramework = {
  name: 'liquibase',
  displayName: 'Liquibase',

  detect(files) {
    const sure = confidence(files, isOwn);
    // SQL that lies beside changelogs is sent by them.
    return sure === 0 && files.some(isOtherChangelog) ? 0.9 : sure;
  },

  read(files, options) {
    const others = files.filter(isOtherChangelog).map(({ path, text }) => ({ path, ...readOtherChangelog(text) }));
    const withChanges = new Set(others.flatMap(({ path, hasChanges }) => (hasChanges ? [path] : [])));
    const own = inOrderOfIncludes(
      files.filter((file) => withChanges.has(file.path) || isFormattedFile(file) || (isSqlFile(file) && isNamed(file, files))),
      others,
    );
    const common = [
      ...others.flatMap(({ properties }) => properties),
      ...own.filter(isFormattedFile).flatMap(({ text }) => readChangelog(text).properties),
    ];
    const placeholders = { ...valuesOf(common, databaseOf(options)), ...options.placeholders };
    const asRead = { ...options, placeholders, files, database: databaseOf(options) };
    const executionOfOne = (runInTransaction: boolean) => executionOf({ runInTransaction }, true, options);
    const readOther = (file: SourceFile) =>
      (isXml(file) ? readXmlChangelog : readYamlChangelog)(file, { ...asRead, executionOf: executionOfOne });
    const inOthers = new Map(own.filter((file) => withChanges.has(file.path)).map((file) => [file, readOther(file)]));
    const sent = new Set([...inOthers.values()].flat().flatMap((result) => (result.ok ? pathsSentBy(result.value) : [])));
    return own.flatMap((file): Result<Migration>[] => {
      const known = inOthers.get(file);
      if (known !== undefined) return known;
      if (isFormattedFile(file)) return readFile(file, asRead);
      return sent.has(file.path) ? [] : [success(rawMigration(file, asRead))];
    });
  },

  run: byEngine(onPostgres, liquibaseOnMysql),

  firstLine: formattedSql,
  upMarker: '--liquibase formatted sql\n--changeset faultline:1',
  // A file that holds several says it of each of them.
  noTransactionMark: (text) =>
    readChangelog(text).changesets.length === 1
      ? optionMark(text, /^--\s*changeset\s/i, /\s+runInTransaction:\S+/i, 'runInTransaction:false')
      : undefined,

  placeDown,
};

function insertRow(migration: Migration): string {
  const { id, author, path } = partsOfChangeset(migration);
  const values = [id, author, path].map(quoteLiteral).join(', ');
  return `INSERT INTO ${history} (ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, MD5SUM, DESCRIPTION, COMMENTS, EXECTYPE) SELECT ${values}, NOW(), COALESCE(MAX(ORDEREXECUTED), 0) + 1, NULL, 'sql', '', 'EXECUTED' FROM ${history}`;
}

/** Liquibase's own name for the engine. */
function databaseOf({ engine }: ReadOptions): string {
  return engine.name === 'postgres' ? 'postgresql' : engine.name;
}

/** By id, author and the file's own name: the folders in front of it are those that Liquibase was called with. */
function rowOf(migration: Migration): string {
  const { id, author, fileName } = partsOfChangeset(migration);
  return `ID = ${quoteLiteral(id)} AND AUTHOR = ${quoteLiteral(author)} AND RIGHT(FILENAME, ${fileName.length}) = ${quoteLiteral(fileName)}`;
}

function isOtherChangelog({ path, text }: SourceFile): boolean {
  return !path.startsWith('../') && /\.(?:xml|ya?ml|json)$/i.test(path) && text.includes('databaseChangeLog');
}

function isSqlFile({ path }: SourceFile): boolean {
  return !path.startsWith('../') && /\.sql$/i.test(path);
}

function isFormattedFile(file: SourceFile): boolean {
  return isSqlFile(file) && isFormattedSql(file.text);
}

/** Does a changelog include this file, or all of a folder? Others lie there for themselves. */
function isNamed({ path }: SourceFile, files: readonly SourceFile[]): boolean {
  return files.some((file) => isOtherChangelog(file) && (file.text.includes(baseName(path)) || file.text.includes('includeAll')));
}

/** The files that changes of a changelog send (`sqlFile`). */
function pathsSentBy({ up, down }: Migration): readonly string[] {
  return [up, down].flatMap((program) => program?.rendering?.pieces.flatMap(({ path }) => path ?? []) ?? []);
}

/** A SQL file without the first line of formatted SQL is one changeset where it is included (`SqlChangeLogParser`). */
function rawMigration(file: SourceFile, options: ReadOptions): Migration {
  const execution = executionOf({ runInTransaction: true }, true, options);
  const span = wholeFile(file);
  return {
    id: `${file.path}::raw::includeAll`,
    title: baseName(file.path),
    framework: 'liquibase',
    engine: options.engine,
    up: { direction: 'up', path: file.path, span, statements: readStatements(file.text, span, { ...options, placeholderForm }), execution },
    downUnsupported: true,
  };
}

function isXml({ path }: SourceFile): boolean {
  return /\.xml$/i.test(path);
}

/** The first value of a parameter stands (documentation, "Substituting properties in changelogs"). */
function valuesOf(properties: readonly Property[], database: string): Readonly<Record<string, string>> {
  const own = properties.filter(({ dbms }) => includes(dbms, database));
  return Object.fromEntries(own.toReversed().map(({ name, value }) => [name, value]));
}

function readFile(file: SourceFile, options: ReadOptions): Result<Migration>[] {
  const { changesets, problems } = readChangelog(file.text);
  const own = changesets.filter((changeset) => changeset.runsOn(databaseOf(options)));
  return [
    ...problems.map((message) => problem(`${file.path}: ${message}`, file.path)),
    ...own.map((changeset) => success(migrationOf(file, changeset, changesets.length > 1, options))),
  ];
}

function migrationOf(file: SourceFile, changeset: Changeset, several: boolean, options: ReadOptions): Migration {
  const down = downProgram(file, changeset, options);
  const isUnneeded = changeset.needsNoRollback;
  return {
    id: `${file.path}::${changeset.id}::${changeset.author}`,
    title: several ? `${baseName(file.path)} ${changeset.author}:${changeset.id}` : baseName(file.path),
    framework: 'liquibase',
    engine: options.engine,
    up: upProgram(file, changeset, options),
    ...(down !== undefined && { down }),
    ...(isUnneeded && { downUnsupported: true }),
  };
}

function upProgram(file: SourceFile, changeset: Changeset, options: ReadOptions): Program {
  const { body, ignored, endDelimiter } = changeset;
  // Its own lines never reach the server, which takes `--` for a comment only with a blank behind it.
  const own = isMysqlFamily(options.engine) ? directives(file.text, body) : [];
  const text = onlyThese(file.text, without(body, [...ignored, ...own]), endDelimiter);
  return {
    direction: 'up',
    path: file.path,
    span: body,
    statements: readStatements(text, body, { ...options, placeholderForm }),
    execution: executionOf(changeset, changeset.splitStatements, options),
  };
}

function downProgram(file: SourceFile, changeset: Changeset, options: ReadOptions): Program | undefined {
  const { rollback, rollbackEndDelimiter, rollbackSplitStatements } = changeset;
  const [first, last] = [rollback[0], rollback.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const span = { start: first.start, end: last.end };
  const text = onlyThese(file.text, rollback, rollbackEndDelimiter);
  return {
    direction: 'down',
    path: file.path,
    span,
    statements: readStatements(text, span, { ...options, placeholderForm }),
    execution: executionOf(changeset, rollbackSplitStatements, options),
  };
}

function executionOf(
  { runInTransaction }: Pick<Changeset, 'runInTransaction'>,
  splits: boolean,
  { engine }: ReadOptions,
): ProgramExecution {
  const autocommitOff = runInTransaction && isMysqlFamily(engine);
  return {
    requests: splits ? 'per-statement' : 'single-request',
    wrapped: runInTransaction,
    ...(autocommitOff && { autocommitOff }),
    because: runInTransaction
      ? 'Liquibase runs each changeset in one transaction; its row in databasechangelog comes after the commit'
      : 'runInTransaction:false: Liquibase commits each statement by itself; the row in databasechangelog comes last',
  };
}

/** `--rollback` lines at the end of the changeset; in place of those that are there. */
function placeDown(migration: Migration, files: readonly SourceFile[], statements: readonly string[]): DownPlacement {
  const file = files.find((candidate) => candidate.path === migration.up.path);
  if (file !== undefined && isXml(file)) return placeRollbackInXml(migration, file, statements);
  if (file !== undefined && isOtherChangelog(file)) return placeRollbackInYaml(migration, file, statements);
  const { id, author } = partsOfChangeset(migration);
  const changeset =
    file &&
    isFormattedFile(file) &&
    readChangelog(file.text).changesets.find((candidate) => candidate.id === id && candidate.author === author);
  if (file === undefined || !changeset)
    return { kind: 'unsupported', why: `${migration.up.path} no longer holds the changeset ${author}:${id}.` };
  const lineBreak = lineBreakOf(file.text);
  const lines = statements.flatMap((statement) => statement.split(/\r?\n/)).map((line) => `--rollback ${line}`);
  const written = lines.join(lineBreak);
  const [first, last] = [changeset.rollback[0], changeset.rollback.at(-1)];
  if (first !== undefined && last !== undefined) {
    const start = file.text.lastIndexOf('\n', first.start) + 1;
    return { kind: 'edit', path: file.path, span: { start, end: last.end }, newText: written };
  }
  const body = file.text.slice(changeset.body.start, changeset.body.end).trimEnd();
  const at = changeset.body.start + body.length;
  const newText = `${lineBreak}${written}`;
  if (changeset.rollbackSplitStatements === false || !statements.some(holdsSemicolons))
    return { kind: 'edit', path: file.path, span: { start: at, end: at }, newText };
  // A function's body would be cut at its semicolons.
  const span = { start: changeset.header.end, end: at };
  return { kind: 'edit', path: file.path, span, newText: ` rollbackSplitStatements:false${body}${newText}` };
}

function holdsSemicolons(statement: string): boolean {
  return tokenize(statement).some(
    ({ kind, start, end }) => (kind === 'dollar string' || kind === 'string') && statement.slice(start, end).includes(';'),
  );
}
