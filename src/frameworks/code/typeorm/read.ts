import { nativeFunction } from '../../../code/native';
import { type FunctionValue, undefinedValue, type Value } from '../../../code/value';
import { type Catalog, emptyCatalog } from '../../../model/catalog';
import { isDatabaseSettings } from '../../../model/database-settings';
import type { Engine } from '../../../model/engine';
import type { Migration, Program, ProgramExecution } from '../../../model/migration';
import { type Result, success } from '../../../model/result';
import type { ReadOptions, SourceFile } from '../../../model/run-protocol';
import { baseName } from '../../files';
import { committedOnMysql } from '../because';
import { CodeMemory } from '../code-memory';
import {
  booleanField,
  CodeFolder,
  exportedClasses,
  type MigrationClass,
  type MigrationType,
  methodOf,
  ownCode,
  programOf,
  sameClass,
  textField,
} from '../migration-classes';
import { typeormPackage } from './classes';
import { type ContextMaker, contextFor, findContextMaker } from './context';
import { DatabaseSoFar, replayOnce } from './database';
import { forOtherEngines, listedForOthers } from './detect';
import { dialectOf } from './dialects';
import { queryRunner } from './query-runner';
import { Sender } from './send';

/** TypeORM and its forks give their classes to migrations under these names. */
const packages = new Map<string, Value>([
  ['typeorm', typeormPackage],
  ['@n8n/typeorm', typeormPackage],
  ['typeorm-legacy', typeormPackage],
]);

/** The migrations of a folder in the order of their timestamps, as TypeORM sorts them (`migration/MigrationExecutor.js`, `getMigrations`). */
export function readMigrations(files: readonly SourceFile[], options: ReadOptions): readonly Result<Migration>[] {
  const folder = new CodeFolder(files, { packages });
  const maker = findContextMaker(files, folder, options.engine);
  const unlisted = listedForOthers(files, options.engine);
  const found = ownCode(files)
    .filter(({ path }) => !forOtherEngines(path, options.engine) && !unlisted.has(path))
    .flatMap((file) => migrationsIn(file, folder))
    .toSorted((left, right) => left.timestamp - right.timestamp);
  const chain = new Chain(options.engine);
  const withoutTransactions = files.some(
    ({ path, text }) =>
      (isDatabaseSettings(path) && /\bmigrationsTransactionMode\s*:\s*['"`]none['"`]/.test(text)) ||
      (/(?:^|\/)package\.json$/.test(path) && text.includes('"typeormTransaction":"none"')),
  );
  return found.map((entry) => {
    const migration = remembered(entry, folder, maker, { ...options, withoutTransactions }, chain.after());
    chain.add(migration.up);
    return success(migration);
  });
}

/** The schema after each of the migrations so far, replayed when somebody asks. */
class Chain {
  private readonly programs: Program[] = [];
  private readonly catalogs: Catalog[] = [emptyCatalog];

  constructor(private readonly engine: Engine) {}

  add(program: Program): void {
    this.programs.push(program);
  }

  /** A function that gives the schema as it is after the programs that are there now. */
  after(): () => Catalog {
    const count = this.programs.length;
    return () => {
      for (let done = this.catalogs.length - 1; done < count; done++) {
        const program = this.programs[done];
        const before = this.catalogs[done] ?? emptyCatalog;
        this.catalogs.push(program === undefined ? before : replayOnce(before, program, this.engine));
      }
      return this.catalogs[count] ?? emptyCatalog;
    };
  }
}

interface ProjectOptions extends ReadOptions {
  /** `migrationsTransactionMode: 'none'` in the data source, or `--transaction none` in the scripts of package.json. */
  readonly withoutTransactions: boolean;
}

interface ReadMigration {
  readonly migration: Migration;
  /** The schema before it, if a builder asked for a table. */
  readonly asked?: Catalog;
}

const classesOfFiles = new CodeMemory<readonly Entry[]>();
const migrations = new CodeMemory<ReadMigration>();

/** A migration as it was read before, as long as its files and the tables that its builders asked for are the same. */
function remembered(
  entry: Entry,
  folder: CodeFolder,
  maker: ContextMaker | undefined,
  options: ProjectOptions,
  before: () => Catalog,
): Migration {
  const roots = [entry.file.path, ...(maker === undefined ? [] : [maker.make.source.path])];
  const key = `${entry.name} ${options.engine.name} ${options.engine.major} ${options.withoutTransactions}`;
  const read = (): ReadMigration => {
    let asked: Catalog | undefined;
    const migration = new Reading(entry, folder, maker, options).read(() => {
      asked = before();
      return asked;
    });
    return asked === undefined ? { migration } : { migration, asked };
  };
  return migrations.recall(key, roots, folder.files, read, ({ asked }) => asked === undefined || asked === before()).migration;
}

interface Entry extends MigrationClass {
  readonly name: string;
  readonly timestamp: number;
}

/** Classes with an `up` whose name, or the name they give themselves, ends in a timestamp. */
function migrationsIn(file: SourceFile, folder: CodeFolder): readonly Entry[] {
  // Files that only list migrations, entities and helpers are not evaluated for nothing.
  if (!/\bup\b/.test(file.text) && !/\bextends\b/.test(file.text)) return [];
  return classesOfFiles.recall('', [file.path], folder.files, () => classesIn(file, folder));
}

function classesIn(file: SourceFile, folder: CodeFolder): readonly Entry[] {
  const session = folder.open(file.path);
  return exportedClasses(session).flatMap((type): readonly Entry[] => {
    if (type.source.path !== file.path) return [];
    const instance = session.construct(type);
    if (methodOf(session, instance, 'up') === undefined) return [];
    const name = textField(session, instance, 'name') ?? type.name;
    const timestamp = Number.parseInt(name.slice(-13), 10);
    return Number.isNaN(timestamp) || !/\d{13}$/.test(name) ? [] : [{ file, type, name, timestamp }];
  });
}

class Reading {
  constructor(
    private readonly entry: Entry,
    private readonly folder: CodeFolder,
    private readonly maker: ContextMaker | undefined,
    private readonly options: ProjectOptions,
  ) {}

  read(before: () => Catalog): Migration {
    const { file, name } = this.entry;
    const up = this.program('up', before);
    const after = () => ('program' in up ? replayOnce(before(), up.program, this.options.engine) : before());
    const down = this.program('down', after);
    return {
      id: name,
      title: baseName(file.path),
      framework: 'typeorm',
      engine: this.options.engine,
      up: 'program' in up ? up.program : this.emptyProgram(),
      ...('program' in down ? { down: down.program } : {}),
      ...('irreversible' in down ? { downUnsupported: true } : {}),
    };
  }

  private program(
    direction: 'up' | 'down',
    before: () => Catalog,
  ): { readonly program: Program } | { readonly irreversible: true } | Record<never, never> {
    const { file } = this.entry;
    const { engine } = this.options;
    const session = this.folder.open(file.path);
    const type = sameClass(session, this.entry.type);
    if (type === undefined) return {};
    const instance = session.construct(type);
    const method = methodOf(session, instance, direction);
    if (method === undefined) return {};
    const execution = executionOf(direction, booleanField(session, instance, 'transaction'), engine, this.options.withoutTransactions);
    const runner = queryRunner(new Sender(new DatabaseSoFar(before, engine, dialectOf(engine)), dialectOf(engine)), execution.wrapped);
    const argument = contextFor(this.maker, session, method, runner, type, engine);
    const recording = session.run(followed(method, file), [argument], instance);
    const program = programOf(direction, file, spanOf(method, type, file), session, recording, execution, engine);
    // A way back that only says that there is none.
    const throws = recording.thrown !== undefined && program.statements.length === 0 && program.unread?.length === 0;
    return direction === 'down' && throws ? { irreversible: true } : { program };
  }

  private emptyProgram(): Program {
    const { file, type } = this.entry;
    return {
      direction: 'up',
      path: file.path,
      span: type.source.span,
      statements: [],
      execution: executionOf('up', undefined, this.options.engine, false),
    };
  }
}

/** What compilers make of `async` for old engines is a machine of states that is not followed: then the method is named. */
function followed(method: Value, file: SourceFile): Value {
  if (method.kind !== 'function' || method.source.path !== file.path) return method;
  const { start, end } = method.source.span;
  if (!/\b__generator\b/.test(file.text.slice(start, end))) return method;
  return nativeFunction(method.name, (call) => {
    call.machine.unread(method.source, 'it is compiled to the states of a generator, which are not followed');
    return undefinedValue;
  });
}

/** The method where it is in the migration's own file; else the class. */
function spanOf(method: Value, type: MigrationType, file: SourceFile): { readonly start: number; readonly end: number } {
  const source = method.kind === 'function' ? (method as FunctionValue).source : type.source;
  return source.path === file.path ? source.span : type.source.span;
}

/**
 * `migration/MigrationExecutor.js`: the mode is `all` unless the project says otherwise; `transaction` of a migration counts in the others, and
 * only there: `undoLastMigration` opens a transaction in every mode but `none`, and asks no migration.
 */
function executionOf(
  direction: 'up' | 'down',
  transaction: boolean | undefined,
  engine: Engine,
  withoutTransactions: boolean,
): ProgramExecution {
  if (withoutTransactions && (direction === 'down' || transaction !== true)) {
    return {
      requests: 'per-statement',
      wrapped: false,
      because: 'TypeORM opens no transaction: migrationsTransactionMode is "none", or the scripts of package.json say --transaction none',
    };
  }
  if (direction === 'down') {
    return {
      requests: 'per-statement',
      wrapped: true,
      because: committedOnMysql(
        'TypeORM reverts in a transaction, whatever the migration says of transactions, unless it is run with --transaction none',
        engine,
      ),
    };
  }
  if (transaction === false) {
    return {
      requests: 'per-statement',
      wrapped: false,
      because: 'transaction = false: TypeORM runs this migration without a transaction',
      downWrapped: true,
    };
  }
  return {
    requests: 'per-statement',
    wrapped: true,
    because: committedOnMysql(
      transaction === true
        ? 'transaction = true: TypeORM runs this migration in a transaction of its own'
        : 'TypeORM runs all pending migrations in one transaction, unless migrationsTransactionMode says otherwise',
      engine,
    ),
  };
}
