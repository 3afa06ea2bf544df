import { stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { Result } from '../model/result';
import { failure, success } from '../model/result';
import { isChangelogText, mayBeChangelog } from './changelog-files';
import { isCodeFile, isCodeMigration, mayBeCodeMigration } from './code-files';
import { folderOf, listMigrationFiles, shownPath, toSlashes } from './read-folder';
import { readTextFile, systemProblem } from './read-text';

/** A folder of migrations in a workspace, with the files in it that are meant. */
export interface MigrationFolder {
  /** Absolute. */
  readonly folder: string;
  /** Paths relative to `folder`; absent when all of its files are meant. */
  readonly targets?: readonly string[];
}

const versionedName = /^(V|U|R__|\d{3,})[\w.-]*\.sql$/i;
const migrationWord = /(^|[/_-])migrat/i;
/** So many files of a folder are looked into before it counts as one without migrations. */
const filesLookedInto = 20;

/**
 * The migrations of a workspace: those that the globs match (a glob may name a folder), or else those that look like migrations: a
 * folder called so, or files that begin with a version.
 */
export async function findMigrationFolders(
  root: string,
  globs: readonly string[] | undefined,
): Promise<Result<readonly MigrationFolder[]>> {
  return globs === undefined || globs.length === 0 ? detectFolders(root) : matchGlobs(root, globs);
}

/**
 * What a path on the command line means: one file; a folder of migrations; or a folder of projects, whose migrations are looked for
 * below it. A folder in which nothing looks like migrations is taken at its word.
 */
export async function migrationFoldersAt(path: string): Promise<Result<readonly MigrationFolder[]>> {
  const absolute = resolve(path);
  try {
    if (!(await stat(absolute)).isDirectory()) return success([fileIn(folderOf(absolute), absolute)]);
  } catch (error) {
    return failure(systemProblem(error, shownPath(absolute)));
  }
  const groups = await groupByFolder(absolute);
  if (!groups.ok) return groups;
  if (groups.value.has(absolute)) return success([{ folder: absolute }]);
  const found = await outermostMigrations(absolute, groups.value);
  return success(found.length === 0 ? [{ folder: absolute }] : found);
}

/** One entry per folder: naming a folder and a file in it, or a file twice, means the whole once. */
export function mergeFolders(folders: readonly MigrationFolder[]): readonly MigrationFolder[] {
  const merged = new Map<string, MigrationFolder>();
  for (const { folder, targets } of folders) {
    const known = merged.get(folder);
    const whole = targets === undefined || (known !== undefined && known.targets === undefined);
    merged.set(folder, whole ? { folder } : { folder, targets: [...new Set([...(known?.targets ?? []), ...targets])] });
  }
  return [...merged.values()];
}

async function matchGlobs(root: string, globs: readonly string[]): Promise<Result<readonly MigrationFolder[]>> {
  // Most workspaces name none, and setting up the library takes longer than reading a folder.
  const { glob } = await import('tinyglobby');
  const files = await glob([...globs], {
    cwd: root,
    absolute: true,
    onlyFiles: true,
    expandDirectories: true,
    ignore: ['**/node_modules/**'],
  });
  const changelogs = await Promise.all(files.map(isChangelogFile));
  const migrations = files.filter((file, index) => isSql(file) || isCodeFile(file) || changelogs[index]).sort();
  if (migrations.length === 0)
    return failure({
      message: `no .sql, .js or .ts file matches ${globs.join(', ')} in ${shownPath(root)}`,
    });
  return success(mergeFolders(migrations.map((file) => fileIn(folderOf(file), file))));
}

function fileIn(folder: string, file: string): MigrationFolder {
  return { folder, targets: [toSlashes(relative(folder, file))] };
}

async function detectFolders(root: string): Promise<Result<readonly MigrationFolder[]>> {
  const groups = await groupByFolder(root);
  if (!groups.ok) return groups;
  const found = await outermostMigrations(root, groups.value);
  if (found.length > 0) return success(found);
  return failure({ message: 'no migrations found here: give their folder, or set "migrations" in faultline.json' });
}

/** The SQL files below a folder, and the code that can be migrations, relative to it, by the absolute folder that holds them. */
async function groupByFolder(root: string): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  const listed = await listMigrationFiles(root);
  if (!listed.ok) return listed;
  const groups = new Map<string, string[]>();
  for (const path of listed.value) {
    const absolute = join(root, path);
    if (!isSql(path) && !mayBeCodeMigration(toSlashes(absolute)) && !mayBeChangelog(toSlashes(absolute))) continue;
    const folder = folderOf(absolute);
    const group = groups.get(folder);
    if (group === undefined) groups.set(folder, [path]);
    else group.push(path);
  }
  return success(groups);
}

/** A folder of migrations is read with its sub-folders: those do not count for themselves. */
async function outermostMigrations(root: string, groups: ReadonlyMap<string, readonly string[]>): Promise<readonly MigrationFolder[]> {
  const found: string[] = [];
  for (const [folder, paths] of groups) {
    const sql = paths.filter(isSql);
    const isFound = sql.length > 0 ? looksLikeMigrations(sql) : await holdsCodeMigrations(root, paths);
    if (isFound || (await holdsChangelogs(root, paths))) found.push(folder);
  }
  const outermost = found.filter((folder) => !found.some((other) => folder !== other && folder.startsWith(`${other}${sep}`)));
  return outermost.sort().map((folder) => ({ folder }));
}

/** A folder of an application's own data migrations is called so too: a few of its files tell. */
async function holdsCodeMigrations(root: string, paths: readonly string[]): Promise<boolean> {
  for (const path of paths.slice(0, filesLookedInto)) {
    const absolute = join(root, path);
    const read = await readTextFile(absolute);
    if (read.ok && isCodeMigration(toSlashes(absolute), read.value.text)) return true;
  }
  return false;
}

async function holdsChangelogs(root: string, paths: readonly string[]): Promise<boolean> {
  for (const path of paths.filter((each) => mayBeChangelog(toSlashes(join(root, each)))).slice(0, filesLookedInto)) {
    if (await isChangelogFile(join(root, path))) return true;
  }
  return false;
}

async function isChangelogFile(path: string): Promise<boolean> {
  if (!mayBeChangelog(toSlashes(path))) return false;
  const read = await readTextFile(path);
  return read.ok && isChangelogText(path, read.value.text);
}

function isSql(path: string): boolean {
  return path.toLowerCase().endsWith('.sql');
}

/** `paths` are the SQL files of one folder, relative to the workspace. */
function looksLikeMigrations(paths: readonly string[]): boolean {
  const versioned = paths.filter((path) => versionedName.test(path.split('/').at(-1) ?? '')).length;
  return paths.some((path) => migrationWord.test(path)) || versioned * 2 > paths.length;
}
