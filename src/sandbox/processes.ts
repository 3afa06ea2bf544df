import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Is a process running under this id? A process that has ended but was not yet collected by its parent (a zombie) counts as ended:
 * in containers without an init process, orphans stay zombies for ever.
 */
export function isRunning(processId: number): boolean {
  if (process.platform === 'linux') {
    const fields = linuxStatus(processId);
    return fields !== undefined && fields[0] !== 'Z' && fields[0] !== 'X';
  }
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When the process started, as a text that differs between two processes that had the same id in one boot: clock ticks since the
 * boot on Linux (proc_pid_stat(5), field 22), milliseconds since 1970 elsewhere. Undefined when there is no such process.
 */
export function startTime(processId: number): string | undefined {
  if (process.platform === 'linux') return linuxStatus(processId)?.[19];
  if (processId === process.pid) return String(Math.round(performance.timeOrigin));
  try {
    if (process.platform === 'win32') {
      const script = `[DateTimeOffset]::new((Get-Process -Id ${processId}).StartTime).ToUnixTimeMilliseconds()`;
      return run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]).trim() || undefined;
    }
    const started = Date.parse(`${run('ps', ['-o', 'lstart=', '-p', String(processId)]).trim()} UTC`);
    return Number.isNaN(started) ? undefined : String(started);
  } catch {
    return undefined;
  }
}

/**
 * Kills a process and all that it has started, and returns their ids without waiting for their end. The process is stopped first, so
 * that it starts no more of them while the list is made. A signal to its process group would not do for a database server, every
 * session of which makes a group of its own (setsid).
 */
export function killTree(processId: number): readonly number[] {
  if (process.platform === 'win32') {
    try {
      run('taskkill.exe', ['/PID', String(processId), '/T', '/F']);
    } catch {
      // It has ended by itself.
    }
    return [processId];
  }
  signalProcess(processId, 'SIGSTOP');
  const all = withDescendants(processId);
  for (const each of all) signalProcess(each, 'SIGKILL');
  return all;
}

/** The process and all that descend from it, now. On Windows, which keeps no such list at hand, the process alone. */
export function withDescendants(processId: number): readonly number[] {
  const all = [processId];
  const parents = processesWithParents();
  for (const parent of all) all.push(...parents.flatMap(([id, its]) => (its === parent ? [id] : [])));
  return all;
}

/** Processes whose working folder this is; on Linux only, elsewhere none are found. */
export function processesIn(folder: string): readonly number[] {
  if (process.platform !== 'linux' || !existsSync(folder)) return [];
  const real = realpathSync(folder);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((processId) => {
      try {
        return readlinkSync(`/proc/${processId}/cwd`) === real;
      } catch {
        return false;
      }
    });
}

function processesWithParents(): readonly (readonly [id: number, parent: number])[] {
  if (process.platform === 'win32') return [];
  if (process.platform === 'linux') {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return all.map((id) => [Number(id), Number(linuxStatus(Number(id))?.[1])]);
  }
  try {
    const lines = run('ps', ['-ax', '-o', 'pid=,ppid=']).trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number)).map(([id = 0, parent = 0]) => [id, parent]);
  } catch {
    return [];
  }
}

/** Sends a signal; a process that is already gone is no error. On Windows every signal ends the process at once. */
export function signalProcess(processId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(processId, signal);
  } catch {
    // Gone already, or not ours: whoever needs it gone asks isRunning.
  }
}

/** Waits until all of these processes have ended. False when some have not after `timeoutMs`. */
export async function ended(processIds: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (processIds.some(isRunning)) {
    if (performance.now() > deadline) return false;
    await sleep(2);
  }
  return true;
}

/** The same without giving way to anything else: for exit handlers. */
export function endedNow(processIds: readonly number[], timeoutMs: number): boolean {
  const deadline = performance.now() + timeoutMs;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (processIds.some(isRunning)) {
    if (performance.now() > deadline) return false;
    Atomics.wait(clock, 0, 0, 2);
  }
  return true;
}

/** State, parent and so on: the fields of /proc/PID/stat from the third. The second, the name, may hold spaces and parentheses. */
function linuxStatus(processId: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function run(command: string, parameters: readonly string[]): string {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return execFileSync(command, parameters, {
    encoding: 'utf8',
    env,
    timeout: 10_000,
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
}
