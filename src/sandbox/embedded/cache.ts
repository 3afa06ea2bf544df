import { existsSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { userCacheFolder } from '../../workspace/user-cache';
import { SandboxError } from '../problem';
import { type Account, canReach } from '../process/account';

/** Which programs are kept: the name of their folder. */
export type Kept = 'postgres' | 'mongodb';

/**
 * The folder that keeps server programs between runs, made when it is missing: the user's cache folder, or, when the account that
 * will run them can't reach that, one of the system's. Programs from it are executed, so nobody else may be able to write there.
 */
export function cacheFolder(account: Account | undefined, programs: Kept): string {
  const candidates = folders(account, programs);
  const problems: string[] = [];
  for (const folder of candidates) {
    const problem = prepare(folder, account);
    if (problem === undefined) return folder;
    problems.push(`${folder} ${problem}`);
  }
  throw new SandboxError(`There is no folder to keep the server's programs in: ${problems.join('; ')}.`);
}

/** The places where such a folder may be, best first. */
export function folders(account: Account | undefined, programs: Kept): readonly string[] {
  const own = join(userCacheFolder(), 'faultline', programs);
  if (account === undefined) return [own];
  return [own, `/var/cache/faultline/${programs}`, join(tmpdir(), `faultline-cache-${process.getuid?.()}`)];
}

/** Fills a draft beside the final place and moves it there in one step: whoever sees it sees all of it. `fill` says which folder is meant. */
export async function keep(cache: string, kept: string, fill: (draft: string) => Promise<string>): Promise<void> {
  const work = mkdtempSync(join(cache, 'draft-'));
  try {
    const draft = join(work, 'package');
    mkdirSync(draft);
    const filled = await fill(draft);
    try {
      renameSync(filled, kept);
    } catch (error) {
      // Another process was quicker.
      if (!existsSync(kept)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function prepare(folder: string, account: Account | undefined): string | undefined {
  const there = nearestThere(folder);
  if (!canReach(there, account)) return `can't be reached by ${account?.name}`;
  try {
    mkdirSync(folder, { recursive: true, mode: account === undefined ? 0o700 : 0o755 });
    const status = lstatSync(folder);
    const writableByOthers = process.platform !== 'win32' && (statSync(folder).mode & 0o022) !== 0;
    if (!status.isDirectory() || (process.getuid !== undefined && status.uid !== process.getuid()) || writableByOthers)
      return 'is not ours alone';
    return canReach(folder, account) ? undefined : `can't be reached by ${account?.name}`;
  } catch (error) {
    return `can't be made (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** The folder itself, or the deepest one above it that exists. */
function nearestThere(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestThere(dirname(folder));
}
