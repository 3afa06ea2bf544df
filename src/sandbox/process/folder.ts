import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lastWords } from '../last-words';
import { currentOwner, formatOwner, type Owner, parseOwner } from '../owner';
import { SandboxError } from '../problem';
import { type Account, canReach } from './account';
import { allTemporaryFolders, temporaryFolders } from './temporary';

const prefix = 'faultline-';
const ownerFile = 'owner.json';

/**
 * Everything that a server process on this machine owns:
 * `owner.json` (whose sandbox this is), `data/` (the data directory) and `server.log`. Only `data/` belongs to the server's account.
 */
export interface ServerFolder {
  readonly path: string;
  readonly data: string;
  readonly log: string;
}

export function serverFolder(path: string): ServerFolder {
  return { path, data: join(path, 'data'), log: join(path, 'server.log') };
}

/** Makes a new folder under the first temporary folder that the account can reach. Throws a SandboxError. */
export function createServerFolder(account: Account | undefined): ServerFolder {
  const parents = temporaryFolders();
  const parent = parents.find((folder) => isFolder(folder) && canReach(folder, account));
  if (parent === undefined) {
    const who = account === undefined ? 'Nobody' : `The account ${account.name}, which the server has to run under,`;
    throw new SandboxError(
      `${who} can reach a temporary folder (tried ${parents.join(', ')}). Point TMPDIR at a folder open to all users.`,
    );
  }
  let path: string;
  try {
    path = mkdtempSync(join(parent, prefix));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const todo = code === 'ENOSPC' ? 'Free some space' : 'Make it writable';
    throw new SandboxError(
      `A sandbox needs a folder in ${parent}, and none can be made there (${code}). ${todo}, or point TMPDIR elsewhere.`,
      code,
    );
  }
  try {
    writeFileSync(join(path, ownerFile), formatOwner(currentOwner()), { mode: 0o600 });
    const folder = serverFolder(path);
    mkdirSync(folder.data, { mode: 0o700 });
    if (account !== undefined) {
      chmodSync(path, 0o711);
      chownSync(folder.data, account.userId, account.groupId);
    }
    return folder;
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** Folders of ours, with their owners. Folders of other users and whatever merely looks similar are left out. */
export function findServerFolders(): readonly { readonly folder: ServerFolder; readonly owner: Owner }[] {
  return allTemporaryFolders().flatMap((parent) => {
    let names: readonly string[];
    try {
      names = readdirSync(parent).filter((name) => name.startsWith(prefix));
    } catch {
      return [];
    }
    return names.flatMap((name) => {
      const path = join(parent, name);
      try {
        const status = lstatSync(path);
        if (!status.isDirectory() || (process.getuid !== undefined && status.uid !== process.getuid())) return [];
        const owner = parseOwner(readFileSync(join(path, ownerFile), 'utf8'));
        return owner === undefined ? [] : [{ folder: serverFolder(path), owner }];
      } catch {
        return [];
      }
    });
  });
}

/** A server that is just ending may still be writing. */
const insisting = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Removes the folder, its owner's name last: should this be cut short, the next start can go on with it. */
export async function removeServerFolder(folder: ServerFolder): Promise<void> {
  await rm(folder.data, insisting);
  await rm(folder.path, insisting);
}

export function removeServerFolderNow(folder: ServerFolder): void {
  rmSync(folder.data, insisting);
  rmSync(folder.path, insisting);
}

/** Lines of the end of the server's log that tell why it did not start, for error messages. */
export function logTail(folder: ServerFolder, telling: RegExp): string {
  let lines: readonly string[];
  try {
    lines = readFileSync(folder.log, 'utf8').trim().split('\n');
  } catch {
    return '';
  }
  return lastWords(lines, telling);
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() || readdirSync(path).length >= 0;
  } catch {
    return false;
  }
}
