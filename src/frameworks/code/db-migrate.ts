import { codeLiteral } from '../../code/literal';
import { codeFiles } from '../../code/resolve';
import type { Recording, Session } from '../../code/session';
import { looksLikeSql, type SqlEffect } from '../../code/sql/emit';
import { object, type Value } from '../../code/value';
import { type Engine, isMysqlFamily } from '../../model/engine';
import type { Migration, Program, ProgramExecution } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { DownPlacement, ReadOptions, SourceFile, ToolFramework } from '../../model/run-protocol';
import { readText } from '../../parse/read';
import { baseName, byText, dependsOn, folderPrefix, problem, wholeFile } from '../files';
import { placeInFile } from '../placing';
import { committedOnMysql } from './because';
import { codeLines } from './code-lines';
import { CodeMemory } from './code-memory';
import { stringGlobal } from './db-migrate/boxed';
import { dialectOf } from './db-migrate/dialects';
import { dbMigratePackage, driver, setupOptions } from './db-migrate/driver';
import { mongoDriver } from './db-migrate/mongodb';
import type { Parameter } from './definitions';
import { asyncPackage, bluebird, callback } from './flow';
import { CodeFolder, ownCode, programOf } from './migration-classes';
import { readMongoMigration } from './mongodb/migration';
import { type MongoTool, mongoEngine } from './mongodb/read';
import { driverLines } from './mongodb/writing';
import { placeDownInCode } from './placing';
import { isAsyncAt, isControl, parametersAt, receiverOf } from './receivers';

/**
 * db-migrate with db-migrate-pg, from their packages: `migrator.js` (BEGIN, the migration, its record, COMMIT for each), `migration.js`
 * (order of files; what `--sql-file` generates reads its SQL from files beside it), `db-migrate-pg/index.js` (what each call sends).
 */
export const dbMigrate: ToolFramework = {
  name: 'db-migrate',
  displayName: 'db-migrate',
  command: 'npx db-migrate up',

  detect(files) {
    const candidates = ownCode(files).filter(({ text }) => /\b(?:up|down)\b/.test(text));
    const own = candidates.filter(isOwn).length;
    if (own > 0) return 0.6 + (0.37 * own) / candidates.length;
    const isDependency = dependsOn(files, 'db-migrate');
    return isDependency && candidates.some(({ text }) => /\bexports\.up\b/.test(text)) ? 0.55 : 0;
  },

  read(files, options) {
    if (isMongoProject(files) || options.engine.name === 'mongodb') return readMongoFolder(files, options);
    const packages = new Map<string, Value>([
      ['async', asyncPackage],
      ['bluebird', bluebird],
      ['db-migrate', dbMigratePackage()],
    ]);
    const folder = new CodeFolder(files, { packages, globals: new Map([['String', stringGlobal]]), suspicious: looksLikeSql });
    return ownCode(files)
      .filter(({ path }) => folderPrefix(path) === '' && /\d{14}-[^.]+/.test(path))
      .toSorted((left, right) => byText(left.path, right.path))
      .map((file): Result<Migration> => {
        const key = `${file.path} ${options.engine.name} ${options.engine.major}`;
        const migration = migrations.recall(key, [file.path, ...sqlFilesOf(file, files)], folder.files, () =>
          readMigration(file, files, folder, options),
        );
        if (migration !== undefined) return success(migration);
        return problem(
          `${file.path} shows no function up, so nothing in it is checked. Export it where it can be seen: exports.up = ...`,
          file.path,
        );
      });
  },

  placeDown(migration, files, statements): DownPlacement {
    if (migration.engine.name === 'mongodb') {
      const lines = ([first]: readonly Parameter[]): readonly string[] => {
        const name = first?.name ?? 'db';
        return [`const database = await ${name}.getDbInstance();`, ...driverLines(statements, { db: 'database' })];
      };
      return placeDownInCode(migration, files, { parameters: 'db', async: true, ownParameters: ([first]) => first?.text ?? 'db', lines });
    }
    const sqlFile = /-up\.sql$/i.test(migration.up.path) ? migration.up.path.replace(/-up\.sql$/i, '-down.sql') : undefined;
    if (sqlFile !== undefined) return placeInFile(migration, files, sqlFile, statements);
    return placeDownInCode(migration, files, {
      parameters: 'db',
      async: true,
      lines: ([first]) =>
        statements.flatMap((statement) => codeLines(statement, (sql) => `await ${first?.name ?? 'db'}.runSql(${codeLiteral(sql)});`)),
      // A promise is enough: the callback of an older form would have to be called besides.
      ownParameters: ([first]) => first?.text ?? 'db',
    });
  },

  rawCall(sql, place) {
    const {
      program: { path, rendering, statements },
      text,
      call,
    } = place;
    // The calls of its driver for MongoDB are few, and no statement of the shell can be said in them.
    if (rendering !== undefined && statements.some(({ operations }) => operations.some(({ kind }) => kind === 'document command')))
      return undefined;
    const receiver = parametersAt(place)?.[0]?.name ?? receiverOf(text.slice(call.start, call.end));
    if (receiver === undefined || isControl(sql) || !isAsyncAt(text, path, call.start)) return undefined;
    return `await ${receiver}.runSql(${codeLiteral(sql)});`;
  },
};

/** Its driver for MongoDB, and none of those for SQL beside it. */
function isMongoProject(files: readonly SourceFile[]): boolean {
  return dependsOn(files, 'db-migrate-mongodb') && !dependsOn(files, 'db-migrate-pg', 'db-migrate-mysql', 'db-migrate-sqlite3');
}

const mongoTool: MongoTool = {
  execution: {
    requests: 'per-statement',
    wrapped: false,
    because: 'db-migrate has no transactions for MongoDB, so each call commits as it ends, and the record is written after the last',
  },
  given: (run) => [mongoDriver(run), callback()],
  prepare: setUp,
};

function readMongoFolder(files: readonly SourceFile[], options: ReadOptions): readonly Result<Migration>[] {
  const folder = codeFiles(files);
  const engine = mongoEngine(options.engine);
  return ownCode(files)
    .filter(({ path }) => folderPrefix(path) === '' && /\d{14}-[^.]+/.test(path))
    .toSorted((left, right) => byText(left.path, right.path))
    .map((file): Result<Migration> => {
      const id = baseName(file.path).replace(/\.[^.]+$/, '');
      const migration = migrations.recall(`${file.path} mongodb ${engine.major}`, [file.path], folder, () =>
        readMongoMigration(file, folder, { framework: 'db-migrate', id, engine, tool: mongoTool }),
      );
      if (migration !== undefined) return success(migration);
      return problem(
        `${file.path} shows no function up, so nothing in it is checked. Export it where it can be seen: exports.up = ...`,
        file.path,
      );
    });
}

const migrations = new CodeMemory<Migration | undefined>();

/** The files that `db-migrate create --sql-file` puts beside a migration. */
function sqlFilesOf({ path }: SourceFile, files: readonly SourceFile[]): readonly string[] {
  const name = path.replace(/\.[^.]+$/, '');
  return files.map((file) => file.path).filter((other) => /\.sql$/i.test(other) && other.includes(name));
}

function readMigration(file: SourceFile, files: readonly SourceFile[], folder: CodeFolder, options: ReadOptions): Migration | undefined {
  const up = program('up', file, files, folder, options.engine);
  const down = program('down', file, files, folder, options.engine);
  if (up === undefined || up === 'irreversible') return undefined;
  return {
    id: baseName(file.path).replace(/\.[^.]+$/, ''),
    title: baseName(file.path),
    framework: 'db-migrate',
    engine: options.engine,
    up,
    ...(up.path !== file.path && { sender: file.path }),
    ...(down === 'irreversible' ? { downUnsupported: true } : down === undefined || isEmpty(down) ? {} : { down }),
  };
}

/** A file that shows by itself whose it is. */
function isOwn({ text }: SourceFile): boolean {
  if (/\bdbmigrate\b|['"]db-migrate['"]|\bexports\._meta\b/.test(text)) return true;
  return /\bdb\s*\.\s*(?:runSql|addColumn|removeColumn|addIndex|removeIndex|addForeignKey|removeForeignKey|createTable|dropTable|changeColumn|renameColumn)\b/.test(
    text,
  );
}

const execution: ProgramExecution = {
  requests: 'per-statement',
  wrapped: true,
  because: 'db-migrate runs each migration in one transaction, together with its record, unless it is started with --non-transactional',
};

/** db-migrate-mysql turns autocommit off first (`startMigration` of its `index.js`). */
function executionOn(engine: Engine): ProgramExecution {
  if (!isMysqlFamily(engine)) return execution;
  return { ...execution, autocommitOff: true, because: committedOnMysql(execution.because, engine) };
}

/** One direction; 'irreversible' for a `down` that only says, by throwing, that there is no way back. */
function program(
  direction: 'up' | 'down',
  file: SourceFile,
  files: readonly SourceFile[],
  folder: CodeFolder,
  engine: Engine,
): Program | 'irreversible' | undefined {
  const session = folder.open(file.path);
  const callee = session.exports.get(direction);
  if (callee === undefined || callee.kind === 'primitive' || callee.kind === 'unknown') return undefined;
  setUp(session);
  const recording = session.run(callee, [driver(dialectOf(engine)), callback()]);
  const sqlFile = fileThatIsSent(recording, files);
  if (sqlFile !== undefined) return sqlProgram(direction, sqlFile, engine);
  const span = callee.kind === 'function' && callee.source.path === file.path ? callee.source.span : wholeFile(file);
  const program = programOf(direction, file, span, session, recording, executionOn(engine), engine);
  return direction === 'down' && recording.thrown !== undefined && isEmpty(program) ? 'irreversible' : program;
}

/** `exports.setup` gets the data types before the migration runs. */
function setUp(session: Session): void {
  const setup = session.exports.get('setup');
  if (setup !== undefined && setup.kind !== 'primitive') session.run(setup, [setupOptions(bluebird), object({}, true)]);
}

/** `db-migrate create --sql-file` makes code that sends a file: then that file is the program. */
function fileThatIsSent(recording: Recording, files: readonly SourceFile[]): SourceFile | undefined {
  const [only, ...others] = recording.effects;
  if (only === undefined || others.length > 0 || recording.unread.length > 0 || only.effect.kind !== 'sql') return undefined;
  const [piece, ...rest] = (only.effect as SqlEffect).text.pieces;
  if (piece?.kind !== 'verbatim' || rest.length > 0 || !/\.sql$/i.test(piece.source.path)) return undefined;
  const file = files.find(({ path }) => path === piece.source.path);
  return file?.text === piece.text ? file : undefined;
}

/** One request. */
function sqlProgram(direction: 'up' | 'down', file: SourceFile, engine: Engine): Program {
  const statements = readText(file.text, engine);
  const groups = statements.length > 1 ? { groups: [statements.map(({ index }) => index)] } : {};
  return { direction, path: file.path, span: wholeFile(file), statements, execution: { ...executionOn(engine), ...groups } };
}

function isEmpty({ statements, unread }: Program): boolean {
  return statements.length === 0 && (unread ?? []).length === 0;
}
