import type { Migration } from '../model/migration';
import type { Problem } from '../model/result';
import type { Framework, ReadOptions, SourceFile } from '../model/run-protocol';
import { dbMigrate } from './code/db-migrate';
import { knex } from './code/knex';
import { migrateMongo } from './code/migrate-mongo';
import { mikroOrm } from './code/mikro-orm';
import { mongosh } from './code/mongosh';
import { nodePgMigrate } from './code/node-pg-migrate';
import { sequelize } from './code/sequelize';
import { tsMigrateMongoose } from './code/ts-migrate-mongoose';
import { typeorm } from './code/typeorm';
import { umzug } from './code/umzug';
import { dbmate } from './dbmate';
import { diesel } from './diesel';
import { drizzle } from './drizzle';
import { baseName } from './files';
import { flyway } from './flyway';
import { isMigrateCallback } from './flyway-names';
import { golangMigrate } from './golang-migrate';
import { goose } from './goose';
import { graphileMigrate } from './graphile-migrate';
import { liquibase } from './liquibase';
import { prisma } from './prisma';
import { sql } from './sql';
import { sqlMigrate } from './sql-migrate';
import { sqlx } from './sqlx';
import { supabase } from './supabase';

/** All frameworks; the first of equally sure ones is taken. */
export const frameworks: readonly Framework[] = [
  prisma,
  drizzle,
  supabase,
  graphileMigrate,
  sqlx,
  diesel,
  goose,
  sqlMigrate,
  dbmate,
  liquibase,
  golangMigrate,
  flyway,
  mikroOrm,
  typeorm,
  knex,
  nodePgMigrate,
  sequelize,
  dbMigrate,
  tsMigrateMongoose,
  umzug,
  migrateMongo,
  mongosh,
  sql,
];

export function frameworkByName(name: string): Framework | undefined {
  return frameworks.find((framework) => framework.name === name);
}

/** The framework whose files these are, by their names and marks. Plain SQL when nothing says otherwise. */
export function detectFramework(files: readonly SourceFile[]): Framework {
  let best: Framework = sql;
  let bestScore = 0;
  for (const framework of frameworks) {
    const score = framework.detect(files);
    if (score > bestScore) {
      best = framework;
      bestScore = score;
    }
  }
  return best;
}

export interface FolderReading {
  readonly framework: Framework;
  /** In the order in which the framework runs them. */
  readonly migrations: readonly Migration[];
  /** Files that could not be read as migrations, and what the framework would refuse. */
  readonly problems: readonly Problem[];
}

/** Why a file of the folder is none of its migrations, in a sentence: what its reader says of it, else that its name may be wrong. */
export function notMigration(path: string, framework: Framework, problems: readonly Problem[]): string {
  const why = problems.find((problem) => problem.path === path)?.message;
  if (why === undefined && framework.name === 'flyway' && isMigrateCallback(baseName(path))) {
    return `${path} is a callback, which Flyway runs beside its migrations and not as one of them: give a migration.`;
  }
  if (why === undefined && framework.name === 'sql' && /\.[cm]?[jt]s$/.test(path)) {
    return `${path} is code of no migration tool that is read here: simulate the tool's command instead, as in faultline simulate --command 'npm run migrate'.`;
  }
  return why ?? `${path} is not a migration that ${framework.displayName} would run: is its name right?`;
}

/**
 * Reads a folder. `framework` says which one to take; an unknown name is a problem, and the folder is read as what it looks like.
 * `loadParser` must have resolved. Never throws on any content.
 */
export function readFolder(files: readonly SourceFile[], options: ReadOptions & { readonly framework?: string }): FolderReading {
  const named = options.framework === undefined ? undefined : frameworkByName(options.framework);
  const framework = named ?? detectFramework(files);
  const problems: Problem[] = [];
  if (options.framework !== undefined && named === undefined) {
    const known = frameworks.map(({ name }) => name).join(', ');
    problems.push({
      message: `There is no framework named "${options.framework}". Known: ${known}. The folder was read as ${framework.name}.`,
    });
  }
  problems.push(...files.flatMap((file) => byteOrderMarkProblem(framework, file) ?? []));
  const migrations: Migration[] = [];
  const seen = new Map<string, string>();
  for (const result of framework.read(files, options)) {
    if (!result.ok) {
      problems.push(result.error);
      continue;
    }
    const migration = result.value;
    const twin = seen.get(migration.id);
    if (twin !== undefined) {
      problems.push({
        path: migration.up.path,
        message: `${migration.up.path} has the version ${migration.id}, which ${twin} has already: ${framework.displayName} runs at most one of the two. Give one of the two files another version.`,
      });
      continue;
    }
    seen.set(migration.id, migration.up.path);
    const previous = migrations.at(-1)?.id;
    migrations.push(previous === undefined ? migration : { ...migration, previous });
  }
  return { framework, migrations, problems };
}

/** Editors on Windows write one; most drivers send it to the server, and some tools look for their marks at the beginning of the line. */
function byteOrderMarkProblem(framework: Framework, file: SourceFile): Problem | undefined {
  const outcome = file.byteOrderMark === true && /\.sql$/i.test(file.path) ? framework.byteOrderMark?.(file) : undefined;
  if (outcome === undefined) return undefined;
  return { message: `${file.path} begins with a byte order mark: ${outcome}. Save it as UTF-8 without one.`, path: file.path };
}
