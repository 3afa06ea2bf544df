import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SmallDisk } from '../../model/sandbox';
import type { Account } from './account';

/** Room for a database with its rows and what a migration adds; filling the rest of it takes some 30 ms. */
export const smallDiskBytes = 128 * 2 ** 20;

export const notAskedFor = { unavailable: 'The sandbox was started without a small disk.' };

/** A small disk that is filled and emptied by scripts, which find its folder in `$disk`. */
export function smallDiskAt(folder: string, bytes: number, run: (script: string) => Promise<void>): SmallDisk {
  return {
    folder,
    bytes,
    fill: () => run('cat /dev/zero > "$disk/ballast" 2>/dev/null; test -s "$disk/ballast"'),
    free: () => run('rm -f "$disk/ballast"'),
  };
}

/** What is put before a command so that it runs with a small disk at `folder`, under `account`. */
export interface SmallDiskLauncher {
  readonly command: string;
  readonly parameters: readonly string[];
}

const mountOptions = `size=${smallDiskBytes},mode=0700`;
/** `$1` is the folder, what follows the command. */
const mountThen = (options: string, then: string) => `mount -t tmpfs -o ${options} faultline "$1" && shift && exec ${then}"$@"`;

/**
 * The launcher for this machine. The disk is a tmpfs in a mount namespace of the server alone: nobody else sees it, and it is gone with the
 * server's last process, however that ends, so that there is nothing to unmount. Without root the namespace belongs to a user namespace,
 * in which the server keeps its own user id (the files of the data directory must be its own).
 */
function launcherAt(folder: string, account: Account | undefined): SmallDiskLauncher {
  if (account !== undefined) {
    const { userId, groupId } = account;
    const script = mountThen(
      `${mountOptions},uid=${userId},gid=${groupId}`,
      `setpriv --reuid=${userId} --regid=${groupId} --clear-groups `,
    );
    return { command: 'unshare', parameters: ['--mount', 'sh', '-c', script, 'sh', folder] };
  }
  const [userId, groupId] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const script = mountThen(mountOptions, `unshare --user --map-user=${userId} --map-group=${groupId} `);
  return { command: 'unshare', parameters: ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder] };
}

/** A small disk for the server whose things lie in `parent`, and how to start it; or why there is none. Tries it out. */
export function prepareSmallDisk(
  parent: string,
  account: Account | undefined,
): { readonly folder: string; readonly launcher: SmallDiskLauncher } | { readonly unavailable: string } {
  if (process.platform !== 'linux') {
    return { unavailable: 'A disk of its own for the server can be made on Linux only: use --sandbox docker.' };
  }
  const folder = join(parent, 'small-disk');
  const launcher = launcherAt(folder, account);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    execFileSync(launcher.command, [...launcher.parameters, 'true'], {
      timeout: 10_000,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    return { folder, launcher };
  } catch (error) {
    return { unavailable: `A small disk can't be made here (${reasonOf(error)}): use --sandbox docker.` };
  }
}

/** The last line that the tools said, else why they could not be run. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message?: string };
  return (stderr?.trim().split('\n').at(-1) || message || String(error)).replace(/\.$/, '');
}
