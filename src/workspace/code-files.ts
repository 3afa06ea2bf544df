import { isShellScript, isShellScriptName } from '../model/shell-scripts';

/**
 * Migrations that are written in code, told by their names and by a look at their text. They are read, never run, and no parser is
 * needed here: most code of a workspace is none, and must cost next to nothing.
 */

const codeName = /\.[cm]?[jt]s$/i;
const noSource = /\.d\.[cm]?ts$|\.(test|spec|stories|min)\.[cm]?[jt]s$|\.config\.[cm]?[jt]s$/i;
const foldersOfTests = /^(__tests__|__mocks__|__fixtures__|tests?|specs?|e2e)$/i;

/** A version in front, or MikroORM's `Migration20240101`: `20240101-users.js`, `1700000000000-Users.ts`, `20201028A-x.js`, `2023.11.03T16.x.ts`. */
const versionedName = /^(\d{3,}[A-Za-z]?[-_.]|\d+[-_.][\w.-]+\.|Migration\d{8,})/;
const migrationFolder = /^([\w-]*[-_.])?(migrations?|migrate)([-_.][\w-]*)?$/i;
/** How far up a folder's name counts: `migrations/versions/5.x/2023-...js`. */
const parentsLookedAt = 3;

/** What migrations of the tools have and hardly any other file. */
const strongMark =
  /\b(?:MigrationInterface|MigrationBuilder|extends\s+Migration|exports\.up\b|export\s+(?:async\s+)?(?:function|const|let)\s+up)\b/;
/** A function `up` in whatever form: enough for a file that lies or is called like a migration. */
const weakMark = /\bup\b\s*(?:\(|[:=,}])/;

/** Is this a file of JavaScript or TypeScript that can hold code? Declarations, tests and settings do not count. */
export function isCodeFile(path: string): boolean {
  return codeName.test(path) && !noSource.test(path);
}

/**
 * Can this be a migration, by its path alone? `path` with forward slashes; the folders above what is searched should be part of it, since
 * their names count.
 */
export function mayBeCodeMigration(path: string): boolean {
  if (!isCodeFile(path)) return false;
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  const near = folders.slice(-parentsLookedAt);
  if (near.some((folder) => foldersOfTests.test(folder))) return false;
  return isShellScriptName(name) || versionedName.test(name) || near.some((folder) => migrationFolder.test(folder));
}

/** The same with its text: what is called a migration twice over, or looks like one. */
export function isCodeMigration(path: string, text: string): boolean {
  if (!isCodeFile(path)) return false;
  if (strongMark.test(text)) return true;
  if (!mayBeCodeMigration(path)) return false;
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  if (isShellScript(path, text)) return true;
  const inMigrations = folders.slice(-parentsLookedAt).some((folder) => migrationFolder.test(folder));
  return (inMigrations && versionedName.test(name)) || weakMark.test(text);
}

const specifier = /\b(?:from|import|require)\s*\(?\s*(['"`])(\.{1,2}(?:\/[^'"`\n$]*)?)\1/g;

/** What a file imports by a relative path, once each: `./helpers`, `../utils/index.js`. Comments count too: that reads a file more. */
export function relativeImports(text: string): readonly string[] {
  return [...new Set([...text.matchAll(specifier)].map((match) => match[2] ?? ''))];
}

const endings = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs'];

/** The paths that such an import can mean, in the order in which they are tried; relative where `from`, the importing file, is. */
export function importCandidates(from: string, imported: string): readonly string[] {
  const target = joined(from, imported);
  if (target === undefined) return [];
  const written = /\.([cm]?)js$/.exec(target);
  // TypeScript is imported by the name that its output will have.
  const source = written === null ? [] : [`${target.slice(0, -written[0].length)}.${written[1] ?? ''}ts`];
  const withEnding = target === '' || target.endsWith('/') ? [] : endings.map((ending) => `${target}${ending}`);
  const folder = target === '' || target.endsWith('/') ? target : `${target}/`;
  const index = endings.map((ending) => `${folder}index${ending}`);
  return [...(codeName.test(target) ? [target] : []), ...source, ...withEnding, ...index];
}

/** `a/b.js` and `../c` to `c`; what leads above the start keeps its `../`. */
function joined(from: string, imported: string): string | undefined {
  const parts = from.split('/').slice(0, -1);
  for (const part of imported.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length === 0 || parts.at(-1) === '..') parts.push('..');
    else parts.pop();
  }
  return parts.join('/');
}
