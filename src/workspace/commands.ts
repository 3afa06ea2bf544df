import type { Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationCommand } from '../model/migration-command';
import { detectCommands } from './commands-detect';
import type { ProjectFile } from './commands-files';

const ignoredFolders = new Set(['node_modules', 'dist', 'build', 'target', 'vendor', 'out', 'coverage', 'venv', '__pycache__']);
const limits = { depth: 7, folders: 4_000, textBytes: 256 * 1024 };

/** Files whose name alone tells. Lockfiles may be large, and `.env` is never read: it holds secrets. */
const nameOnly =
  /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|(uv|poetry|pdm)\.lock|Pipfile\.lock|rails|artisan|Gemfile|Makefile|pyproject\.toml|flyway(\.user)?\.(conf|toml)|liquibase\.properties)$/;
const readNames =
  /^(package\.json|knexfile\.\w+|ormconfig\.\w+|.*data-?source.*\.[cm]?[jt]s|\.sequelizerc|drizzle\.config\.\w+|database\.json|schema\.prisma|mikro-orm\.config\.\w+|\.gmrc(\.js)?|atlas\.hcl|alembic\.ini|env\.py|manage\.py|mix\.exs|Cargo\.toml|go\.mod|[\w.-]*(migrat|umzug)[\w.-]*\.[cm]?js)$/;

/**
 * Looks for commands that migrate a database, in a folder and below it. Reads only, starts nothing, and what can't be read is passed
 * over: a command can always be typed.
 */
export async function findMigrationCommands(root: string): Promise<readonly MigrationCommand[]> {
  return detectCommands(await findProjectFiles(root));
}

/** The files by which migration tools are known; of each folder of SQL the first file. */
async function findProjectFiles(root: string): Promise<readonly ProjectFile[]> {
  const found: ProjectFile[] = [];
  let folders: readonly string[] = [''];
  let visited = 0;
  for (let depth = 0; depth <= limits.depth && folders.length > 0; depth += 1) {
    const deeper: string[] = [];
    for (const folder of folders) {
      visited += 1;
      if (visited > limits.folders) return found;
      const entries = (await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])).sort(byName);
      const prefix = folder === '' ? '' : `${folder}/`;
      found.push(...(await readFolder(root, prefix, entries)));
      deeper.push(...entries.filter((entry) => entry.isDirectory() && !isIgnored(entry.name)).map(({ name }) => `${prefix}${name}`));
    }
    folders = deeper;
  }
  return found;
}

async function readFolder(root: string, prefix: string, entries: readonly Dirent[]): Promise<readonly ProjectFile[]> {
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
  const firstSql = files.find((name) => name.endsWith('.up.sql')) ?? files.find((name) => name.endsWith('.sql'));
  const found: ProjectFile[] = [];
  for (const name of files) {
    if (nameOnly.test(name)) found.push({ path: `${prefix}${name}`, text: '' });
    else if (readNames.test(name) || name === firstSql)
      found.push({ path: `${prefix}${name}`, text: await readStart(join(root, prefix, name)) });
  }
  return found;
}

/** The beginning of a text file, which is all of it for a configuration; empty when it can't be read. */
async function readStart(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(limits.textBytes), 0, limits.textBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}

function isIgnored(name: string): boolean {
  return ignoredFolders.has(name) || name.startsWith('.');
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : 1;
}
