import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const memoryFolder = '/dev/shm';
/** f_type of tmpfs (statfs(2)). */
const tmpfsType = 0x01021994;
/** A large simulation holds a hundred databases of 10 MB at a time. */
const roomyBytes = 3 * 2 ** 30;
const freeMemoryBytes = 6 * 2 ** 30;

/**
 * Folders for throwaway servers, best first: the one that the user chose by TMPDIR; memory, where there is plenty; the system's own.
 *
 * Memory, because ext4 looks at every inode that was deleted in the last minute when it makes a file (recently_deleted() in
 * fs/ext4/ialloc.c). A simulation makes and drops databases of hundreds of files all the time: measured, a copy that takes 25 ms at
 * first takes 400 ms in the long run there, and 15 ms in memory.
 */
export function temporaryFolders(): readonly string[] {
  if (process.platform === 'win32') return [tmpdir()];
  const memory = process.env.TMPDIR === undefined && isRoomy() ? [memoryFolder] : [];
  return [...new Set([...memory, tmpdir(), '/tmp', '/var/tmp'])];
}

/** Everywhere a sandbox of another process, with another environment, may have been made. */
export function allTemporaryFolders(): readonly string[] {
  return process.platform === 'linux' ? [...new Set([...temporaryFolders(), memoryFolder])] : temporaryFolders();
}

function isRoomy(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const { type, bavail, bsize } = statfsSync(memoryFolder);
    return type === tmpfsType && bavail * bsize >= roomyBytes && process.availableMemory() >= freeMemoryBytes;
  } catch {
    return false;
  }
}
