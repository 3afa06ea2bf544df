import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerFolder } from '../process/folder';
import { isRunning } from '../processes';
import type { ServerLock } from '../server-engine';

interface SharedMemory {
  readonly key: number;
  readonly id: number;
  readonly creator: number;
}

/** postmaster.pid: process id in line 1, key and id of the System V shared memory in line 7 (utils/pidfile.h). */
export function postgresLock(folder: ServerFolder): ServerLock | undefined {
  const path = join(folder.data, 'postmaster.pid');
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    const [key = Number.NaN, id = Number.NaN] = (lines[6] ?? '').trim().split(/\s+/).map(Number);
    const processId = Number(lines[0]);
    if (!Number.isInteger(processId) || processId <= 1) return undefined;
    return {
      processId,
      release: () => {
        if (!isRunning(processId)) removeSharedMemory({ key, id, creator: processId });
      },
      remove: () => rmSync(path, { force: true }),
    };
  } catch {
    return undefined;
  }
}

/** A killed server leaves one small System V segment, which only the next server of the same directory or we can remove. */
function removeSharedMemory(memory: SharedMemory): void {
  if (process.platform !== 'linux' || !segmentIsThere(memory)) return;
  try {
    execFileSync('ipcrm', ['-m', String(memory.id)], { stdio: 'ignore' });
  } catch {
    // 56 bytes until the next boot.
  }
}

/**
 * Columns of /proc/sysvipc/shm: key shmid perms size cpid ... Segment ids are used again, so key and creator must agree. Whether a process that
 * was killed is still attached does not matter: the system removes the segment when the last of them has gone (shmctl, IPC_RMID).
 */
function segmentIsThere(memory: SharedMemory): boolean {
  try {
    const rows = readFileSync('/proc/sysvipc/shm', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    return rows.some(([key, id, , , creator]) => key === memory.key && id === memory.id && creator === memory.creator);
  } catch {
    return false;
  }
}
