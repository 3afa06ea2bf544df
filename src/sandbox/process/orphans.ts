import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { isDead } from '../owner';
import { ended, isRunning, killTree, processesIn, signalProcess, withDescendants } from '../processes';
import type { ProgramSide, ServerLock } from '../server-engine';
import { allServerEngines } from '../server-engines';
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
  const found = lockIn(folder);
  if (found === undefined || !runsIn(found.lock.processId, folder)) {
    // Sessions may outlive a server that was killed, as long as they are busy; and one that is only just made has no lock yet.
    const left = processesIn(folder.data);
    for (const processId of left) signalProcess(processId, 'SIGKILL');
    await ended(left, 2000);
    found?.lock.release();
    return left.length > 0;
  }
  const { lock, programs } = found;
  const all = withDescendants(lock.processId);
  if (process.platform !== 'win32') signalProcess(lock.processId, programs.stopSignal);
  if (process.platform === 'win32' || !(await ended(all, 6000))) {
    await ended(killTree(lock.processId), 2000);
    lock.release();
  }
  return true;
}

/** Gives back what a server of this folder that is dead already still holds of the system. Does not wait: for exit handlers. */
export function releaseServerOf(folder: ServerFolder): void {
  const found = lockIn(folder);
  if (found !== undefined && !isRunning(found.lock.processId)) found.lock.release();
}

/** Each engine has a lock file of its own. */
function lockIn(folder: ServerFolder): { readonly lock: ServerLock; readonly programs: ProgramSide } | undefined {
  for (const { programs } of allServerEngines()) {
    const lock = programs.lock(folder);
    if (lock !== undefined) return { lock, programs };
  }
  return undefined;
}

/** Is this process the server of that data directory, and not one that got the same id later? */
function runsIn(processId: number, folder: ServerFolder): boolean {
  if (!isRunning(processId)) return false;
  try {
    if (process.platform === 'linux') {
      const command = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0');
      const folders = [folder.data, realpathSync(folder.data)];
      return command.some((word) => folders.some((each) => word === each || word.endsWith(`=${each}`)));
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
