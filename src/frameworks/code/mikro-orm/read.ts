import type { Recording } from '../../../code/session';
import type { SqlEffect } from '../../../code/sql/emit';
import type { ClassValue } from '../../../code/value';
import type { Engine } from '../../../model/engine';
import type { Migration, Program, ProgramExecution } from '../../../model/migration';
import { type Result, success } from '../../../model/result';
import type { ReadOptions, SourceFile } from '../../../model/run-protocol';
import { baseName, byText } from '../../files';
import { committedOnMysql } from '../because';
import { CodeMemory } from '../code-memory';
import { transactionsOf } from '../knex/transactions';
import { CodeFolder, exportedClasses, methodOf, ownCode, programOf } from '../migration-classes';
import { migrationsPackage, queued } from './migration';

/** The migrations of a folder by their file names, as umzug sorts them; in a file the first class that it exports counts (`Migrator.js`, `resolve`). */
export function readMigrations(files: readonly SourceFile[], options: ReadOptions): readonly Result<Migration>[] {
  const folder = new CodeFolder(files, {});
  return ownCode(files)
    .filter(({ text }) => /\bextends\b/.test(text))
    .toSorted((left, right) => byText(left.path, right.path))
    .flatMap((file) => {
      const key = `${options.engine.name} ${options.engine.major}`;
      const migration = migrations.recall(key, [file.path], folder.files, () => readMigration(file, folder, options));
      return migration === undefined ? [] : [success(migration)];
    });
}

const migrations = new CodeMemory<Migration | undefined>();

function readMigration(file: SourceFile, folder: CodeFolder, options: ReadOptions): Migration | undefined {
  const up = readDirection('up', file, folder, options.engine);
  if (up === undefined || 'irreversible' in up) return undefined;
  const down = readDirection('down', file, folder, options.engine);
  return {
    id: baseName(file.path).replace(/\.[cm]?[jt]s$/, ''),
    title: baseName(file.path),
    framework: 'mikro-orm',
    engine: options.engine,
    up: up.program,
    ...(down !== undefined && 'program' in down ? { down: down.program } : {}),
    ...(down !== undefined && 'irreversible' in down ? { downUnsupported: true } : {}),
  };
}

function readDirection(
  direction: 'up' | 'down',
  file: SourceFile,
  folder: CodeFolder,
  engine: Engine,
): { readonly program: Program } | { readonly irreversible: true } | undefined {
  const session = folder.open(file.path, [['@mikro-orm/migrations', migrationsPackage(engine)]]);
  const type = exportedClasses(session).find((found) => found.kind === 'class');
  if (type === undefined) return undefined;
  const instance = session.construct(type);
  const method = methodOf(session, instance, direction);
  if (method === undefined) return undefined;
  const transactional = methodOf(session, instance, 'isTransactional');
  const wrapped = transactional === undefined ? true : !isFalse(session.run(transactional, [], instance));
  const recording = inOrder(session.run(method, [], instance));
  const span = spanOf(method, type, file);
  const program = programOf(direction, file, span, session, recording, executionOf(wrapped, engine), engine, (requests) =>
    transactionsOf(requests, wrapped),
  );
  const throws = recording.thrown !== undefined && program.statements.length === 0 && program.unread?.length === 0;
  return direction === 'down' && throws ? { irreversible: true } : { program };
}

function isFalse({ result }: Recording): boolean {
  return result.kind === 'primitive' && result.value === false;
}

/** What `addSql` took waits until the method has returned (`MigrationRunner.js`, `getQueries`). */
function inOrder(recording: Recording): Recording {
  const waits = ({ effect }: { readonly effect: { readonly kind: string } }): boolean => (effect as Partial<SqlEffect>).mark === queued;
  return { ...recording, effects: [...recording.effects.filter((each) => !waits(each)), ...recording.effects.filter(waits)] };
}

function spanOf(method: { readonly kind: string }, type: ClassValue, file: SourceFile): { readonly start: number; readonly end: number } {
  const source = method.kind === 'function' && 'source' in method ? (method.source as ClassValue['source']) : type.source;
  return source.path === file.path ? source.span : type.source.span;
}

/** `MigrationRunner.js`: a transaction for each migration, inside of one for all (`allOrNothing`), unless the migration says no. */
function executionOf(wrapped: boolean, engine: Engine): ProgramExecution {
  return {
    requests: 'per-statement',
    wrapped,
    because: wrapped
      ? committedOnMysql('MikroORM runs pending migrations in one transaction', engine)
      : 'isTransactional() is false: MikroORM runs this migration without a transaction',
  };
}
