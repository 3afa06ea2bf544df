import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { folderOf } from '../../workspace/read-folder';
import { git, parts } from '../git';

/** A folder with the files of a commit. */
export interface Checkout {
  readonly folder: string;
  /** False: the working tree itself, which holds the same. */
  readonly isCopy: boolean;
  remove(): Promise<void>;
}

/**
 * What is tested is what is pushed: the working tree where it holds the same migrations, and otherwise a copy of the commit in a
 * temporary folder, made through an index of its own, so that neither the working tree nor what is staged is touched. `migrations` are
 * paths from the top of the working tree, which is the current folder.
 */
export async function checkOut(commit: string, migrations: readonly string[]): Promise<Checkout> {
  if (!(await differs(commit, migrations))) return { folder: process.cwd(), isCopy: false, remove: async () => {} };
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'faultline-push-')));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const index = { GIT_INDEX_FILE: join(folder, '.index') };
    await git(['read-tree', commit], index);
    await git(['checkout-index', '--all', `--prefix=${join(folder, 'tree')}/`], index);
    return { folder: join(folder, 'tree'), isCopy: true, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Does the working tree have other migrations, or other settings for them, than the commit? */
async function differs(commit: string, migrations: readonly string[]): Promise<boolean> {
  const folders = new Set(migrations.map((path) => folderOf(`/${path}`)));
  const isCode = migrations.some((path) => !path.endsWith('.sql'));
  const changed = parts(await git(['diff', '--name-only', '-z', '--no-renames', commit, '--']));
  const untracked = parts(await git(['ls-files', '-z', '--others', '--exclude-standard']));
  return [...changed, ...untracked].some((path) => {
    const own = folderOf(`/${path}`);
    const isBeside = [...folders].some((folder) => own === folder || own.startsWith(`${folder}/`));
    // What code imports may lie anywhere, and settings above the migrations.
    return isBeside || isSetting.test(basename(path)) || (isCode && /\.[cm]?[jt]s$/.test(path));
  });
}

const isSetting = /^(faultline\.json|package\.json|flyway\.(conf|toml)|dbconfig\.yml|atlas\.sum|schema\.prisma|.*\.ya?ml)$/;
