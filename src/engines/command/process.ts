import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Tail } from './tail';

export interface CommandExit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Runs a command in a process group of its own, so that it can be ended with all that it started. A reader at the end of a pipe that
 * this process holds is in the group too: when this process dies, by whatever means, the pipe ends, and the reader ends the group.
 */
const guarded = '(read -r _ <&3; kill -s KILL 0) >/dev/null 2>&1 & exec 3<&-; exec /bin/sh -c "$1"';

/** A user's command as a child process. What it prints is kept in part. */
export class CommandProcess {
  readonly output = new Tail();
  readonly exited: Promise<CommandExit>;
  private readonly child: ChildProcess;
  /** Its group has been ended, and the number may be another's by now. */
  private isGone = false;

  /** Starts it through the shell, in a folder, with nothing but this environment. */
  constructor(text: string, directory: string, environment: Readonly<Record<string, string>>) {
    this.child = spawnCommand(text, directory, environment);
    this.child.stdout?.on('data', (chunk: Buffer) => this.output.add(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.output.add(chunk, 'stderr'));
    this.exited = this.untilExit();
    // Whoever does not wait for it must not end the process when the command can't be started.
    this.exited.catch(() => undefined);
  }

  /** Ends it and all that it started. Idempotent; resolves when it is gone. */
  async kill(): Promise<void> {
    this.killGroup();
    await this.exited.catch(() => undefined);
  }

  private async untilExit(): Promise<CommandExit> {
    const exit = once(this.child, 'exit');
    const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
    // What it left running has no owner any more, and the reader is still there; the streams end with them.
    this.killGroup();
    this.isGone = true;
    if (this.child.stdout?.readableEnded === false || this.child.stderr?.readableEnded === false) await once(this.child, 'close');
    return { code, signal };
  }

  private killGroup(): void {
    const { pid } = this.child;
    if (pid === undefined || this.isGone) return;
    if (process.platform === 'win32') {
      if (this.child.exitCode === null)
        spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' }).on('error', () => undefined);
      return;
    }
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  }
}

function spawnCommand(text: string, cwd: string, env: Readonly<Record<string, string>>): ChildProcess {
  if (process.platform === 'win32') return spawn(text, { cwd, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  return spawn('/bin/sh', ['-c', guarded, 'sh', text], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
}
