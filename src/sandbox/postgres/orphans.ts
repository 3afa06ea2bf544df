import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isDead } from '../owner';
import { ended, isRunning, killTree, processesIn, signalProcess, withDescendants } from '../processes';
import { findServerFolders, removeServerFolder, type ServerFolder } from './folder';

/** Ends and removes the servers on this machine whose owners are dead. Returns a line for each. */
export async function removeDeadFolders(): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { folder, owner } of findServerFolders()) {
    if (!isDead(owner)) continue;
    const stopped = await stopServerOf(folder);
    await removeServerFolder(folder).catch(() => undefined);
    removed.push(`Removed ${folder.path}${stopped ? ' and its running server' : ''}, left by process ${owner.processId}`);
  }
  return removed;
}

/** Ends the server that runs in this folder, if one does, and what one has left that was killed. */
export async function stopServerOf(folder: ServerFolder): Promise<boolean> {
  const lock = readLock(folder);
  if (lock === undefined) return false;
  if (!runsIn(lock.processId, folder)) {
    // Sessions may outlive a server that was killed, as long as they are busy.
    const left = processesIn(folder.data);
    for (const processId of left) signalProcess(processId, 'SIGKILL');
    await ended(left, 2000);
    removeSharedMemory(lock);
    return left.length > 0;
  }
  const all = withDescendants(lock.processId);
  if (process.platform !== 'win32') signalProcess(lock.processId, 'SIGQUIT');
  if (process.platform === 'win32' || !(await ended(all, 6000))) {
    await ended(killTree(lock.processId), 2000);
    removeSharedMemory(lock);
  }
  return true;
}

/** Gives back the shared memory of a server of this folder that is dead already. Does not wait: for exit handlers. */
export function releaseMemoryOf(folder: ServerFolder): void {
  const lock = readLock(folder);
  if (lock !== undefined && !isRunning(lock.processId)) removeSharedMemory(lock);
}

interface Lock {
  readonly processId: number;
  readonly memoryKey: number;
  readonly memoryId: number;
}

/** postmaster.pid: process id in line 1, key and id of the System V shared memory in line 7 (utils/pidfile.h). */
function readLock(folder: ServerFolder): Lock | undefined {
  try {
    const lines = readFileSync(join(folder.data, 'postmaster.pid'), 'utf8').split('\n');
    const [memoryKey, memoryId] = (lines[6] ?? '').trim().split(/\s+/).map(Number);
    const processId = Number(lines[0]);
    if (!Number.isInteger(processId) || processId <= 1) return undefined;
    return { processId, memoryKey: memoryKey ?? Number.NaN, memoryId: memoryId ?? Number.NaN };
  } catch {
    return undefined;
  }
}

/** Is this process the server of that data directory, and not one that got the same id later? */
function runsIn(processId: number, folder: ServerFolder): boolean {
  if (!isRunning(processId)) return false;
  try {
    if (process.platform === 'linux') {
      const command = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0');
      return command.includes(folder.data) || command.includes(realpathSync(folder.data));
    }
    return commandLine(processId).includes(folder.data);
  } catch {
    return false;
  }
}

function commandLine(processId: number): string {
  const [command, parameters] =
    process.platform === 'win32'
      ? ['powershell.exe', ['-NoProfile', '-Command', `(Get-CimInstance Win32_Process -Filter 'ProcessId=${processId}').CommandLine`]]
      : ['ps', ['-ww', '-o', 'command=', '-p', String(processId)]];
  return execFileSync(command, parameters, { encoding: 'utf8', timeout: 10_000, windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** A killed server leaves one small System V segment, which only the next server of the same directory or we can remove. */
function removeSharedMemory(lock: Lock): void {
  if (process.platform !== 'linux' || !segmentIsThere(lock)) return;
  try {
    execFileSync('ipcrm', ['-m', String(lock.memoryId)], { stdio: 'ignore' });
  } catch {
    // 56 bytes until the next boot.
  }
}

/**
 * Columns of /proc/sysvipc/shm: key shmid perms size cpid ... Segment ids are used again, so key and creator must agree. Whether a process that
 * was killed is still attached does not matter: the system removes the segment when the last of them has gone (shmctl, IPC_RMID).
 */
function segmentIsThere(lock: Lock): boolean {
  try {
    const rows = readFileSync('/proc/sysvipc/shm', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    return rows.some(([key, id, , , creator]) => key === lock.memoryKey && id === lock.memoryId && creator === lock.processId);
  } catch {
    return false;
  }
}
