import { importsOf } from '../../../code/imports';
import { folderOf, resolveImport } from '../../../code/resolve';
import { type Engine, isMysqlFamily } from '../../../model/engine';
import type { SourceFile } from '../../../model/run-protocol';
import { ownCode } from '../migration-classes';

/** Folders and lists of an engine's own, by their names. */
const foldersOf = {
  postgres: /^(?:postgres\w*|pg)$/i,
  mysql: /^(?:mysql\w*|mariadb)$/i,
};

function familyOf(engine: Engine): keyof typeof foldersOf {
  return isMysqlFamily(engine) ? 'mysql' : 'postgres';
}

/** Folders in which a project keeps the migrations for another database. */
export function forOtherEngines(path: string, engine: Engine): boolean {
  const other = foldersOf[familyOf(engine) === 'mysql' ? 'postgres' : 'mysql'];
  return path
    .split('/')
    .some((part) => other.test(part) || /^(?:better-)?(?:sqlite3?|sqljs|mssql|sqlserver|oracle|mongodb|cockroachdb|spanner)$/i.test(part));
}

/**
 * Projects with several databases list the migrations of each in an index: what lies in a folder that the list for this one draws from, and
 * is not on it, is for the others. Gives the paths of such files.
 */
export function listedForOthers(files: readonly SourceFile[], engine: Engine): ReadonlySet<string> {
  const ownFolder = foldersOf[familyOf(engine)];
  const paths = new Set(files.map(({ path }) => path));
  const left = new Set<string>();
  for (const index of files.filter(({ path }) => isIndexIn(path, ownFolder))) {
    const own = folderOf(index.path);
    const listed = new Set(
      importsOf(index.text, index.path).flatMap((name) => resolveImport(name, index.path, (path) => paths.has(path)) ?? []),
    );
    const shared = new Set([...listed].map(folderOf).filter((folder) => folder !== own));
    for (const path of paths) if (shared.has(folderOf(path)) && !listed.has(path)) left.add(path);
  }
  return left;
}

function isIndexIn(path: string, folder: RegExp): boolean {
  const [name, parent] = path.split('/').reverse();
  return /^index\.[cm]?[jt]s$/i.test(name ?? '') && folder.test(parent ?? '');
}

/** A class whose name ends in a timestamp of thirteen digits: TypeORM refuses others. Compiled for old engines it is a function. */
const namedClass = /\b(?:class|function)\s+[A-Za-z_$][\w$]*?(?<!\d)\d{13}\b/;
const otherClass = /@mikro-orm\/|\bextends\s+Migration\b/;

/** True for a file that has a TypeORM migration in it, as far as its text shows. */
export function looksLikeMigration({ text }: SourceFile): boolean {
  if (!/\bup\b/.test(text) || otherClass.test(text)) return false;
  return (
    /\bimplements\s+[^{]*\bMigrationInterface\b/.test(text) ||
    namedClass.test(text) ||
    (/\bclass\b/.test(text) && /\bup\s*\(\s*queryRunner\b/.test(text))
  );
}

/** How sure it is that these are TypeORM's: by what the files say, and by the package. */
export function detectTypeorm(files: readonly SourceFile[]): number {
  const candidates = ownCode(files).filter(({ text }) => /\bup\b/.test(text));
  const own = candidates.filter(looksLikeMigration).length;
  if (own === 0) return 0;
  return 0.6 + (0.37 * own) / candidates.length;
}
