import { git, parts, tryGit } from '../git';

/** A commit that is being pushed. */
export interface PushedCommit {
  /** Its object name. */
  readonly commit: string;
  /** What the remote has there already; absent for a new branch. */
  readonly remote?: string;
}

/**
 * What git tells a pre-push hook on its standard input: a line `<local ref> <local name> <remote ref> <remote name>` for each ref
 * (githooks, "pre-push"). Deleted refs push nothing, and a commit under two names is one.
 */
export function readPushed(input: string): readonly PushedCommit[] {
  const found = new Map<string, PushedCommit>();
  for (const line of input.split('\n')) {
    const [, commit, , remote] = line.trim().split(/\s+/);
    if (commit === undefined || isNone(commit) || found.has(commit)) continue;
    found.set(commit, { commit, ...(remote !== undefined && !isNone(remote) && { remote }) });
  }
  return [...found.values()];
}

/** Zeros stand for no object; how many there are depends on the repository's hash. */
function isNone(name: string): boolean {
  return /^0*$/.test(name);
}

/**
 * Files that the commits added or changed which this remote does not have, as they stand in the pushed commit: paths from the top of the
 * working tree, sorted. What came in by a merge from a branch that the remote has is not new to it.
 */
export async function changedFiles({ commit, remote }: PushedCommit, remoteName: string | undefined): Promise<readonly string[]> {
  // What the remote had may never have been fetched here.
  const isKnown = remote !== undefined && (await tryGit(['cat-file', '-e', `${remote}^{commit}`])).ok;
  // git gives the address in place of a name when the remote has none: then what any remote has is not new.
  const isNamed = remoteName !== undefined && /^[\w.-]+$/.test(remoteName);
  const known = isNamed ? `--remotes=${remoteName}` : '--remotes';
  const log = [
    'log',
    '-z',
    '-c',
    '--format=',
    '--name-only',
    '--no-renames',
    '--diff-filter=d',
    commit,
    '--not',
    ...(isKnown ? [remote] : []),
    known,
  ];
  const touched = [...new Set(parts(await git(log)))];
  if (touched.length === 0) return [];
  const present = new Set(parts(await git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit])));
  return touched.filter((path) => present.has(path)).sort();
}
