/** The files that code can import, by their paths relative to the folder that is read. */
export type CodeFiles = ReadonlyMap<string, string>;

/** Files as the evaluator looks them up. */
export function codeFiles(files: readonly { readonly path: string; readonly text: string }[]): CodeFiles {
  return new Map(files.map(({ path, text }) => [path, text]));
}

const endings = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

/**
 * The file that a relative specifier means, as Node, TypeScript and bundlers look for it: the path itself, with an ending, with `/index`,
 * and `.js` that is written for a `.ts`. Undefined when it is not among the files, and for packages.
 */
export function resolveImport(specifier: string, from: string, has: (path: string) => boolean): string | undefined {
  return importCandidates(specifier, from).find(has);
}

/** All paths at which the file of a relative specifier may lie, the likeliest first. */
export function importCandidates(specifier: string, from: string): readonly string[] {
  if (!isRelative(specifier)) return [];
  const path = normalize(`${folderOf(from)}/${specifier}`);
  const candidates = [path, ...endings.map((ending) => path + ending)];
  const script = /\.([cm]?)jsx?$/.exec(path);
  if (script !== null) candidates.splice(1, 0, `${path.slice(0, script.index)}.${script[1] ?? ''}ts`);
  const index = path === '' || path.endsWith('..') ? `${path}${path === '' ? '' : '/'}index` : `${path}/index`;
  return [...candidates, ...endings.map((ending) => index + ending)].filter((candidate) => candidate !== '');
}

export function isRelative(specifier: string): boolean {
  return /^\.{1,2}(?:\/|$)/.test(specifier);
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '.' : path.slice(0, slash);
}

/** Without `.` and, as far as there is something to leave, without `..`. */
export function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
