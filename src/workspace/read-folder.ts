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
import { cutToDatabase, isDatabaseSettings } from '../model/database-settings';
import { cutToFlyway, isFlywayBuild } from '../model/flyway-build';
import { cutToPlaceholders, isGraphileSettings } from '../model/graphile-settings';
import type { Problem, Result } from '../model/result';
import { failure, success } from '../model/result';
import type { SourceFile } from '../model/run-protocol';
import { cutToMigrations, isApplicationSettings } from '../model/spring-settings';
import { changelogFolder, isChangelogText, mayBeChangelog } from './changelog-files';
import { importCandidates, isCodeFile, isCodeMigration, mayBeCodeMigration, relativeImports } from './code-files';
import { type FoundConfiguration, findConfiguration } from './configuration-file';
import { manifestMarker } from './manifest-marker';
import { readTextFile, systemProblem } from './read-text';

export interface MigrationSource {
  /** Absolute path of the folder that holds the migrations. */
  readonly folder: string;
  /**
   * Paths are relative to `folder`, with forward slashes, sorted; what lies above the folder begins with `../`: marker files of parents,
   * and what migrations in code import by a relative path.
   */
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
  'metadata.toml',
  'config.toml',
  'package.json',
]);

/** Files of which only the name is taken, as that alone tells the framework. */
const presentMarker = /^migrate-mongo-config\.[cm]?[jt]s$/;

/** Frameworks that give each migration a folder of its own call its files so (Prisma, Diesel, Hasura). */
const fileNamesInOwnFolder = new Set(['migration.sql', 'up.sql', 'down.sql']);

const ignoredFolders = new Set(['node_modules', 'dist', 'build', 'target', 'vendor']);
const limits = {
  files: 20_000,
  depth: 12,
  totalBytes: 256 * 1024 * 1024,
  parents: 6,
  imports: 400,
  importLength: 1024 * 1024,
  settings: 10,
};

/** Flyway looks below its locations, so what lies in folders of years, releases and versions is one order. */
const flywayFile = /^(?:[VUB]\d[\d._]*|R)__.*\.sql$/;
const orderedFolder = /^(?:v?\d[\w.-]*|(?:release|version|sprint)[-_.]?\d[\w.-]*)$/i;

/** What `db-migrate create --sql-file` puts into the folder `sqls` below its migrations, which send it. */
const sentFile = /^\d{14}-.*-(?:up|down)\.sql$/;

/** graphile-migrate has its committed migrations, and the parts of the one at work, in folders beside each other. */
const graphileFile = /\/(?:committed|current)\/\d{3,}(?:-[-\w]*)?\.sql$/;

/**
 * The folder whose files belong together with this file: its own, or one above for frameworks with a folder per migration, and for those that
 * look into all folders.
 */
export function folderOf(file: string): string {
  let own = dirname(file);
  const name = file.slice(own.length + 1);
  if (fileNamesInOwnFolder.has(name)) return dirname(own);
  if (basename(own) === 'sqls' && sentFile.test(name)) return dirname(own);
  if (graphileFile.test(toSlashes(file))) return dirname(own);
  const changelogs = changelogFolder(file);
  if (changelogs !== undefined) return changelogs;
  while (flywayFile.test(name) && orderedFolder.test(basename(own))) own = dirname(own);
  return own;
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
  const { files: found, skipped } = await readAll(folder, paths);
  const files = await withImports(
    folder,
    found.filter(
      (file) =>
        !isCodeFile(file.path) ||
        file.path === target ||
        isListForOne(`/${file.path}`) ||
        isCodeMigration(toSlashes(join(folder, file.path)), file.text),
    ),
  );
  const targetProblem = skipped.find((file) => file.path === target)?.problem;
  if (targetProblem) return failure(targetProblem);
  if (!isMigrationFileAmong(files) && skipped.length === 0) {
    return failure({
      message: `${shown} holds no migrations, neither .sql files nor code that a migration tool runs: give a migration file or a folder of migrations`,
    });
  }
  const configuration = await findConfiguration(folder);
  if (!configuration.ok) return configuration;
  return success({
    folder,
    files: [...(await readParentMarkers(folder)), ...files, ...(await goMigrations(folder))].sort((left, right) =>
      byName(left.path, right.path),
    ),
    skipped,
    ...(target === undefined ? {} : { target }),
    ...(configuration.value === undefined ? {} : { configuration: configuration.value }),
  });
}

/**
 * Paths of the files below `folder` that can be migrations, relative, sorted. Code counts where its name or its folder says so, and in
 * `folder` itself.
 */
export async function listMigrationFiles(folder: string): Promise<Result<readonly string[]>> {
  const found: string[] = [];
  const visited = new Set<string>();

  /** `below`: the path of `current` from `folder` on, with a slash behind it. */
  async function visit(current: string, below: string, depth: number): Promise<void> {
    const real = await realpath(current);
    if (visited.has(real) || depth > limits.depth) return;
    visited.add(real);
    for (const entry of await readdir(current, { withFileTypes: true })) {
      if (found.length >= limits.files) return;
      const { name } = entry;
      const kind = entry.isSymbolicLink() ? await kindBehindLink(join(current, name)) : entry;
      if (kind?.isDirectory()) {
        if (!ignoredFolders.has(name) && !name.startsWith('.')) await visit(join(current, name), `${below}${name}/`, depth + 1);
      } else if (
        kind?.isFile() &&
        (isMigrationFileName(name) || mayBeChangelog(toSlashes(join(current, name))) || isCodeCandidate(join(current, name), depth))
      ) {
        found.push(below + name);
      }
    }
  }

  try {
    await visit(folder, '', 0);
  } catch (error) {
    return failure(systemProblem(error, shownPath(folder)));
  }
  if (found.length >= limits.files) {
    return failure({ message: `${shownPath(folder)} holds more than ${limits.files} files: give the folder of the migrations itself` });
  }
  return success(withoutCompiled(found).sort(byName));
}

function isCodeCandidate(path: string, depth: number): boolean {
  return depth === 0 ? isCodeFile(path) : mayBeCodeMigration(toSlashes(path)) || isListForOne(toSlashes(path));
}

/** Where a project has migrations for several databases: which of them are for one (TypeORM). */
function isListForOne(path: string): boolean {
  return /\/(?:postgres\w*|pg|mysql\w*|mariadb)\/index\.(?:[cm]?js|ts)$/i.test(path);
}

/** Without the JavaScript that was made beside its TypeScript: it would be the same migration twice. */
function withoutCompiled(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths.filter((path) => !/\.[cm]?js$/.test(path) || !all.has(path.replace(/js$/, 'ts')));
}

/** How a path is called in messages: relative where it lies below the current folder. */
export function shownPath(absolute: string): string {
  const here = process.cwd();
  // Nearly always, and asked of each file.
  const isBelow = absolute.startsWith(here) && absolute[here.length] === sep;
  const fromHere = isBelow ? absolute.slice(here.length + 1) : relative(here, absolute);
  return fromHere !== '' && !fromHere.startsWith('..') ? toSlashes(fromHere) : absolute;
}

/** Forward slashes on every platform, as in `SourceFile`. */
export function toSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

function isMigrationFileName(name: string): boolean {
  if (name.endsWith('.sql')) return true;
  // Flyway keeps the settings of one script beside it: V4__index.sql.conf. Drizzle lists its files in meta/_journal.json.
  return /\.sql(\.conf)?$/i.test(name) || markerNames.has(name) || name === '_journal.json';
}

/** Migrations of goose in Go, by their names alone: they have versions, but their text is not read. */
async function goMigrations(folder: string): Promise<readonly SourceFile[]> {
  const names: string[] = await readdir(folder).catch(() => []);
  return names.filter((name) => /^\d+_.*\.go$/.test(name)).map((path) => ({ path, text: '' }));
}

function isMigrationFileAmong(files: readonly SourceFile[]): boolean {
  return files.some((file) => /\.sql$/i.test(file.path) || isCodeFile(file.path) || isChangelogText(file.path, file.text));
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
      skipped.push({ path, problem: { message: `${shownPath(absolute)} was left out: the folder holds more than 256 MB of migrations` } });
    } else {
      totalBytes += read.value.text.length;
      files.push(
        ...asFile(path, read.value.text).map((file) => (read.value.byteOrderMark ? { ...file, byteOrderMark: true as const } : file)),
      );
    }
  }
  return { files, skipped };
}

function asFile(path: string, text: string): readonly SourceFile[] {
  if (mayBeChangelog(path) && !isMigrationFileName(basename(path)) && !isChangelogText(path, text)) return [];
  if (!path.endsWith('package.json') || basename(path) !== 'package.json') return [{ path, text }];
  const marker = manifestMarker(text);
  return marker === undefined ? [] : [{ path, text: marker }];
}

/** With what the code imports by relative paths, and what that imports in turn. What is not there, or far too long, is passed over. */
async function withImports(folder: string, files: readonly SourceFile[]): Promise<SourceFile[]> {
  const known = new Map(files.map((file) => [file.path, file]));
  const queue = files.filter((file) => isCodeFile(file.path));
  let imported = 0;
  for (const file of queue) {
    for (const name of relativeImports(file.text)) {
      const candidates = importCandidates(file.path, name);
      if (imported >= limits.imports || candidates.some((path) => known.has(path))) continue;
      const found = await firstReadable(folder, candidates);
      if (found === undefined || found.text.length > limits.importLength) continue;
      imported += 1;
      known.set(found.path, found);
      queue.push(found);
    }
  }
  return [...known.values()];
}

async function firstReadable(folder: string, paths: readonly string[]): Promise<SourceFile | undefined> {
  for (const path of paths) {
    const read = await readTextFile(join(folder, path));
    if (read.ok) return { path, text: read.value.text };
  }
  return undefined;
}

/** Marker files of the folders above, up to the root of the repository. */
async function readParentMarkers(folder: string): Promise<readonly SourceFile[]> {
  const found: SourceFile[] = [];
  let current = folder;
  let prefix = '';
  for (let level = 0; level < limits.parents; level += 1) {
    const names: string[] = await readdir(current).catch(() => []);
    if (level > 0) {
      // Its address may have a password in it: that it is there is enough.
      for (const name of names.filter((candidate) => presentMarker.test(candidate))) found.push(...asFile(`${prefix}${name}`, ''));
      for (const name of names.filter((candidate) => markerNames.has(candidate))) {
        const read = await readTextFile(join(current, name));
        if (read.ok) found.push(...asFile(`${prefix}${name}`, read.value.text));
      }
      found.push(...(await readDatabaseSettings(current, prefix, names)));
    }
    const parent = dirname(current);
    if (names.includes('.git') || parent === current) break;
    current = parent;
    prefix = `${prefix}../`;
  }
  return found;
}

/** What the configuration of a tool or an application says of database and migrations, and no more of it: there can be passwords in the rest. */
async function readDatabaseSettings(folder: string, prefix: string, names: readonly string[]): Promise<readonly SourceFile[]> {
  const inConfig = names.includes('config') ? await readdir(join(folder, 'config')).catch(() => []) : [];
  const candidates = [...names, ...inConfig.map((name) => `config/${name}`)].filter(
    (path) => isDatabaseSettings(`${prefix}${path}`) || isApplicationSettings(path) || isFlywayBuild(path) || isGraphileSettings(path),
  );
  const found: SourceFile[] = [];
  for (const path of candidates.slice(0, limits.settings)) {
    const read = await readTextFile(join(folder, path));
    if (!read.ok || read.value.text.length > limits.importLength) continue;
    const cut = cutterOf(path)(`${prefix}${path}`, read.value.text);
    if (cut !== undefined) found.push(cut);
  }
  return found;
}

function cutterOf(path: string): (path: string, text: string) => SourceFile | undefined {
  if (isGraphileSettings(path)) return cutToPlaceholders;
  if (isFlywayBuild(path)) return cutToFlyway;
  return isApplicationSettings(path) ? cutToMigrations : cutToDatabase;
}

/** Plain code-unit order: the same on every machine. */
function byName(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
