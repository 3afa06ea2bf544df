import type { Program, ProgramExecution } from '../model/migration';
import type { Problem, Result } from '../model/result';
import { failure } from '../model/result';
import type { ReadOptions, SourceFile } from '../model/run-protocol';
import type { Span } from '../model/text';
import { readStatements } from '../parse/read';

/** `a/b/c.sql` to `c.sql`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `a/b/c.sql` to `a/b/`; empty for a file of the folder itself. */
export function folderPrefix(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The .sql files of the folder and what is below it; marker files of parent folders are left out. */
export const sqlFiles = oncePerFolder((files) => files.filter(({ path }) => /\.sql$/i.test(path) && !path.startsWith('../')));

/** What is chosen of a folder's files, which nobody may change: every framework asks for the same when it looks for its marks. */
export function oncePerFolder(
  choose: (files: readonly SourceFile[]) => readonly SourceFile[],
): (files: readonly SourceFile[]) => readonly SourceFile[] {
  const known = new WeakMap<readonly SourceFile[], readonly SourceFile[]>();
  return (files) => {
    const chosen = known.get(files) ?? choose(files);
    known.set(files, chosen);
    return chosen;
  };
}

/** Does a package.json of the project, or of a folder above it, depend on one of these? They are names, or patterns of names. */
export function dependsOn(files: readonly SourceFile[], ...packages: readonly string[]): boolean {
  const entry = new RegExp(`"(?:${packages.join('|')})"\\s*:`);
  return files.some(({ path, text }) => path.endsWith('package.json') && baseName(path) === 'package.json' && entry.test(text));
}

/** Plain code-unit order, as most tools sort names. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Numbers of any length: timestamps of seventeen digits are more than a double holds exactly. */
export function byNumber(left: string, right: string): number {
  const difference = BigInt(left) - BigInt(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** How sure a framework is, from the share of the .sql files that carry its marks: 0, or 0.5 to 0.95. */
export function confidence(files: readonly SourceFile[], isOwn: (file: SourceFile) => boolean): number {
  const candidates = sqlFiles(files);
  const own = candidates.filter(isOwn).length;
  return own === 0 ? 0 : 0.5 + (0.45 * own) / candidates.length;
}

/** The same, asked once of each file: while someone types in one of a folder, nothing is looked for in the others again. */
export function oncePerFile(isOwn: (file: SourceFile) => boolean): (file: SourceFile) => boolean {
  const known = new WeakMap<SourceFile, boolean>();
  return (file) => {
    const answer = known.get(file) ?? isOwn(file);
    known.set(file, answer);
    return answer;
  };
}

export function wholeFile(file: SourceFile): Span {
  return { start: 0, end: file.text.length };
}

/** One direction of a migration, read from `span` of `file`. */
export function readProgram(
  direction: 'up' | 'down',
  file: SourceFile,
  span: Span,
  execution: ProgramExecution,
  options: ReadOptions,
): Program {
  return { direction, path: file.path, span, statements: readStatements(file.text, span, options), execution };
}

/** Why a file could not be read as a migration. `path` is that file. */
export function problem(message: string, path?: string): Result<never> {
  return failure<Problem>({ message, ...(path !== undefined && { path }) });
}

/** Groups in the order in which their keys come up. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups];
}

/** The line break that a file uses. */
export function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
