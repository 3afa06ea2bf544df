/**
 * The file system edge that the command line, the language server and the runner share: it turns a path into the `SourceFile`s that
 * the pure readers in `frameworks/` take. Nothing here writes, and nothing here throws: every problem is one clear line.
 *
 *     const source = await readMigrationSource('/shop/db/migrations/0007_add_currency.sql');
 *     if (!source.ok) return source;             // missing, unreadable, not UTF-8, too large, nothing to read
 *     source.value.folder                        // '/shop/db/migrations'
 *     source.value.files                         // all migrations of that folder, and marker files of its parents
 *     source.value.target                        // '0007_add_currency.sql', as in `files`; absent when a folder was given
 *     source.value.skipped                       // siblings that could not be read, each with why
 *     source.value.configuration                 // the nearest faultline.json upward: { path, folder, text }
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Problem, Result } from '../model/result';
import { failure, success } from '../model/result';
import type { SourceFile } from '../model/run-protocol';
import { type FoundConfiguration, findConfiguration } from './configuration-file';
import { readTextFile, systemProblem } from './read-text';

export interface MigrationSource {
  /** Absolute path of the folder that holds the migrations. */
  readonly folder: string;
  /** Paths are relative to `folder`, with forward slashes, sorted; marker files of parent folders begin with `../`. */
  readonly files: readonly SourceFile[];
  /** The file the user named, as its path stands in `files`; absent when a folder was named. */
  readonly target?: string;
  /** Files of the folder that could not be read. They are problems to show, not a reason to stop. */
  readonly skipped: readonly { readonly path: string; readonly problem: Problem }[];
  readonly configuration?: FoundConfiguration;
}

/** Files by which frameworks are recognised, in the folder itself or in a parent. They hold no secrets: `.env` is not among them. */
const markerNames = new Set([
  'schema.prisma',
  'migration_lock.toml',
  'flyway.conf',
  'flyway.toml',
  'atlas.sum',
  'dbconfig.yml',
  'Cargo.toml',
  'config.toml',
]);

/** Frameworks that give each migration a folder of its own call its files so (Prisma, Diesel). */
const fileNamesInOwnFolder = new Set(['migration.sql', 'up.sql', 'down.sql']);

const ignoredFolders = new Set(['node_modules', 'dist', 'build', 'target', 'vendor']);
const limits = { files: 20_000, depth: 12, totalBytes: 256 * 1024 * 1024, parents: 6 };

/** The folder whose files belong together with this file: its own, or the one above for frameworks with a folder per migration. */
export function folderOf(file: string): string {
  const own = dirname(file);
  return fileNamesInOwnFolder.has(basename(file)) ? dirname(own) : own;
}

/** Reads a migration file with its siblings, or a folder of migrations. Sub-folders are read too; symbolic links are followed once. */
export async function readMigrationSource(path: string): Promise<Result<MigrationSource>> {
  const absolute = resolve(path);
  const shown = shownPath(absolute);
  let isFolder: boolean;
  try {
    isFolder = (await stat(absolute)).isDirectory();
  } catch (error) {
    return failure(systemProblem(error, shown));
  }
  const folder = isFolder ? absolute : folderOf(absolute);
  const listed = await listMigrationFiles(folder);
  if (!listed.ok) return listed;

  const target = isFolder ? undefined : toSlashes(relative(folder, absolute));
  const paths = target === undefined || listed.value.includes(target) ? listed.value : [...listed.value, target].sort(byName);
  const { files, skipped } = await readAll(folder, paths);
  const targetProblem = skipped.find((file) => file.path === target)?.problem;
  if (targetProblem) return failure(targetProblem);
  if (!isMigrationFileAmong(files) && skipped.length === 0) {
    return failure({ message: `${shown} holds no .sql files: give a migration file or a folder of migrations` });
  }
  const configuration = await findConfiguration(folder);
  if (!configuration.ok) return configuration;
  return success({
    folder,
    files: [...(await readParentMarkers(folder)), ...files],
    skipped,
    ...(target === undefined ? {} : { target }),
    ...(configuration.value === undefined ? {} : { configuration: configuration.value }),
  });
}

/** Paths of the migration files below `folder`, relative, sorted. */
export async function listMigrationFiles(folder: string): Promise<Result<readonly string[]>> {
  const found: string[] = [];
  const visited = new Set<string>();

  async function visit(current: string, depth: number): Promise<void> {
    const real = await realpath(current);
    if (visited.has(real) || depth > limits.depth) return;
    visited.add(real);
    for (const entry of await readdir(current, { withFileTypes: true })) {
      if (found.length >= limits.files) return;
      const path = join(current, entry.name);
      const kind = entry.isSymbolicLink() ? await kindBehindLink(path) : entry;
      if (kind?.isDirectory()) {
        if (!ignoredFolders.has(entry.name) && !entry.name.startsWith('.')) await visit(path, depth + 1);
      } else if (kind?.isFile() && isMigrationFileName(entry.name)) {
        found.push(toSlashes(relative(folder, path)));
      }
    }
  }

  try {
    await visit(folder, 0);
  } catch (error) {
    return failure(systemProblem(error, shownPath(folder)));
  }
  if (found.length >= limits.files) {
    return failure({ message: `${shownPath(folder)} holds more than ${limits.files} files: give the folder of the migrations itself` });
  }
  return success(found.sort(byName));
}

/** How a path is called in messages: relative where it lies below the current folder. */
export function shownPath(absolute: string): string {
  const fromHere = relative(process.cwd(), absolute);
  return fromHere !== '' && !fromHere.startsWith('..') ? toSlashes(fromHere) : absolute;
}

/** Forward slashes on every platform, as in `SourceFile`. */
export function toSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

function isMigrationFileName(name: string): boolean {
  // Flyway keeps the settings of one script beside it: V4__index.sql.conf. Drizzle lists its files in meta/_journal.json.
  return /\.sql(\.conf)?$/i.test(name) || markerNames.has(name) || name === '_journal.json';
}

function isMigrationFileAmong(files: readonly SourceFile[]): boolean {
  return files.some((file) => /\.sql$/i.test(file.path));
}

async function kindBehindLink(path: string) {
  // A dangling link is no file at all, and no reason to stop.
  return stat(path).catch(() => undefined);
}

async function readAll(folder: string, paths: readonly string[]): Promise<Pick<MigrationSource, 'files' | 'skipped'>> {
  const files: SourceFile[] = [];
  const skipped: { path: string; problem: Problem }[] = [];
  let totalBytes = 0;
  for (const path of paths) {
    const absolute = join(folder, path);
    const read = await readTextFile(absolute, shownPath(absolute));
    if (!read.ok) skipped.push({ path, problem: read.error });
    else if (totalBytes + read.value.text.length > limits.totalBytes) {
      skipped.push({ path, problem: { message: `${shownPath(absolute)} was left out: the folder holds more than 256 MB of SQL` } });
    } else {
      totalBytes += read.value.text.length;
      files.push({ path, text: read.value.text });
    }
  }
  return { files, skipped };
}

/** Marker files of the folders above, up to the root of the repository. */
async function readParentMarkers(folder: string): Promise<readonly SourceFile[]> {
  const found: SourceFile[] = [];
  let current = folder;
  let prefix = '';
  for (let level = 0; level < limits.parents; level += 1) {
    const names: string[] = await readdir(current).catch(() => []);
    if (level > 0) {
      for (const name of names.filter((candidate) => markerNames.has(candidate))) {
        const read = await readTextFile(join(current, name));
        if (read.ok) found.push({ path: `${prefix}${name}`, text: read.value.text });
      }
    }
    const parent = dirname(current);
    if (names.includes('.git') || parent === current) break;
    current = parent;
    prefix = `${prefix}../`;
  }
  return found;
}

/** Plain code-unit order: the same on every machine. */
function byName(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
