import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, chownSync, closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from '../problem';
import { ended, endedNow, isRunning, killTree, signalProcess, withDescendants } from '../processes';
import type { Account } from './account';
import { logTail, type ServerFolder } from './folder';
import { freePort } from './port';
import { initdbParameters, serverSettings } from './settings';
import type { SmallDiskLauncher } from './small-disk';

export const administratorName = 'postgres';

/** Server programs: a folder with `initdb` and `postgres` (on Windows also `pg_ctl`) of one major version. */
export interface ServerBinaries {
  readonly folder: string;
  readonly major: number;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 6000;

/** One Postgres server as processes of this machine. It starts, crashes, restarts and stops; what lies in its databases is not its matter. */
export class ServerProcess {
  readonly password = randomBytes(18).toString('base64url');
  private currentPort = 0;
  private postmaster: number | undefined;
  private spawnProblem: string | undefined;
  private command: number | undefined;
  /** True from when the server answers until we end it. */
  private serving = false;
  private readonly loss = new AbortController();

  constructor(
    private readonly binaries: ServerBinaries,
    private readonly folder: ServerFolder,
    private readonly account: Account | undefined,
    private readonly smallDisk?: SmallDiskLauncher,
  ) {}

  get port(): number {
    return this.currentPort;
  }

  /** Aborted when the server has ended though we did not end it; the reason is a SandboxError. Not on Windows, where it is no child of ours. */
  get lost(): AbortSignal {
    return this.loss.signal;
  }

  /** Creates the data directory. Throws a SandboxError. */
  async initialise(signal: AbortSignal): Promise<void> {
    const passwordFile = join(this.folder.path, 'password');
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    if (this.account !== undefined) chownSync(passwordFile, this.account.userId, this.account.groupId);
    const parameters = ['-D', this.folder.data, '--username', administratorName, '--auth=scram-sha-256', '--pwfile', passwordFile];
    try {
      await this.run('initdb', [...parameters, ...initdbParameters(this.binaries.major)], signal);
    } finally {
      rmSync(passwordFile, { force: true });
    }
    const settings = [...serverSettings(this.binaries.major), ...localSettings].map(([name, value]) => `${name} = '${value}'`);
    appendFileSync(join(this.folder.data, 'postgresql.conf'), `\n# Faultline\n${settings.join('\n')}\n`);
  }

  /**
   * Starts the server and waits until it accepts connections. A port that somebody else took in the meantime is replaced by another;
   * so the port may change at a restart, though it does only then. Throws a SandboxError.
   */
  async start(signal?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (this.currentPort === 0) this.currentPort = await freePort();
      const problem = await this.tryToStart(signal);
      if (problem === undefined) {
        this.serving = true;
        return;
      }
      const taken = /could not create any TCP\/IP sockets|Address already in use|could not bind/.test(problem);
      const stale = /lock file "postmaster\.pid" already exists/.test(problem);
      // Our own server is known to be gone: its process id was given to somebody else.
      if (stale) rmSync(join(this.folder.data, 'postmaster.pid'), { force: true });
      if (taken) this.currentPort = 0;
      if (attempt === 5 || (!taken && !stale)) throw new SandboxError(`PostgreSQL ${this.binaries.major} did not start: ${problem}`);
    }
  }

  /** Kills the server and all its sessions with SIGKILL, and returns when they are gone. */
  async kill(): Promise<void> {
    this.serving = false;
    if (this.postmaster === undefined) return;
    const killed = killTree(this.postmaster);
    if (!(await ended(killed, stopTimeoutMs))) throw new SandboxError('Processes of the database server did not end after SIGKILL.');
    this.postmaster = undefined;
  }

  /** Ends the server at once: immediate shutdown, which gives back its System V shared memory as a kill would not. */
  async stop(): Promise<void> {
    this.serving = false;
    if (this.postmaster === undefined) return;
    const all = withDescendants(this.postmaster);
    if (process.platform !== 'win32') signalProcess(this.postmaster, 'SIGQUIT');
    if (process.platform === 'win32' || !(await ended(all, stopTimeoutMs))) await this.kill();
    this.postmaster = undefined;
  }

  /** The same, synchronously, and with whatever command is still running. */
  stopNow(): void {
    if (this.command !== undefined) endedNow(killTree(this.command), 1000);
    if (this.postmaster === undefined) return;
    const all = withDescendants(this.postmaster);
    if (process.platform !== 'win32') signalProcess(this.postmaster, 'SIGQUIT');
    if (process.platform === 'win32' || !endedNow(all, 2000)) endedNow(killTree(this.postmaster), 1000);
  }

  /** Throws when the server process has ended by itself. */
  checkRunning(): void {
    if (this.postmaster === undefined || !isRunning(this.postmaster)) {
      throw new SandboxError(`The database server has ended by itself: ${logTail(this.folder) || 'its log is empty'}`);
    }
  }

  private async tryToStart(signal: AbortSignal | undefined): Promise<string | undefined> {
    writeFileSync(this.folder.log, '');
    this.spawnProblem = undefined;
    this.postmaster = await this.launch();
    const deadline = performance.now() + startTimeoutMs;
    while (!this.accepting()) {
      if (signal?.aborted) throw new SandboxError('Cancelled.', 'ABORT_ERR');
      if (this.postmaster === undefined || !isRunning(this.postmaster)) {
        this.postmaster = undefined;
        return this.spawnProblem ?? (logTail(this.folder) || 'it ended without a word');
      }
      if (performance.now() > deadline) return `it was not ready after ${startTimeoutMs / 1000} seconds: ${logTail(this.folder)}`;
      await sleep(3);
    }
    return undefined;
  }

  /** Line 1 of postmaster.pid is the process id, line 8 the state (utils/pidfile.h). A stale file bears another id. */
  private accepting(): boolean {
    try {
      const lines = readFileSync(join(this.folder.data, 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === this.postmaster && lines[7]?.trim() === 'ready';
    } catch {
      return false;
    }
  }

  private async launch(): Promise<number | undefined> {
    const parameters = ['-D', this.folder.data, '-p', String(this.currentPort)];
    if (process.platform === 'win32') return this.launchOnWindows(parameters);
    const log = openSync(this.folder.log, 'a');
    try {
      // A session of its own: Ctrl+C in the terminal must reach us, not the server.
      const child = this.spawnServer(parameters, log);
      child.on('error', (error) => {
        this.spawnProblem = `${this.program('postgres')} can't be run: ${error.message}`;
      });
      child.on('exit', (_, signal) => this.onExit(child.pid, signal));
      child.unref();
      if (child.pid === undefined) await sleep(1);
      return child.pid;
    } finally {
      closeSync(log);
    }
  }

  private onExit(processId: number | undefined, signal: NodeJS.Signals | null): void {
    if (!this.serving || this.postmaster !== processId) return;
    const how =
      signal === null ? `has ended by itself: ${logTail(this.folder) || 'its log is empty'}` : `was ended from outside by ${signal}`;
    const why = signal === 'SIGKILL' ? ', as the system does when memory runs out' : '';
    this.loss.abort(
      new SandboxError(`The database server of the simulation ${how}${why}. Nothing of it is left; run the simulation again.`),
    );
  }

  private spawnServer(parameters: readonly string[], log: number): ChildProcess {
    const options: SpawnOptions = { detached: true, stdio: ['ignore', log, log] };
    const program = this.program('postgres');
    if (this.smallDisk === undefined) return spawn(program, parameters, { ...this.surroundings(), ...options });
    // The launcher drops the rights itself, when it has mounted the disk; it replaces itself by the server, whose process id is then this one.
    const { uid: _, gid: __, ...surroundings } = this.surroundings();
    return spawn(this.smallDisk.command, [...this.smallDisk.parameters, program, ...parameters], { ...surroundings, ...options });
  }

  /** `postgres` refuses administrators there; `pg_ctl` drops their rights first, as does `initdb`. */
  private async launchOnWindows(parameters: readonly string[]): Promise<number | undefined> {
    const options = ['start', '--wait', '-D', this.folder.data, '-l', this.folder.log, '-o', parameters.slice(2).join(' ')];
    await this.run('pg_ctl', options).catch((error: Error) => {
      this.spawnProblem = logTail(this.folder) || error.message;
    });
    try {
      return Number(readFileSync(join(this.folder.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return undefined;
    }
  }

  private run(program: string, parameters: readonly string[], signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let ending: Promise<boolean> | undefined;
      const child = execFile(this.program(program), parameters, this.surroundings(), (error, stdout, stderr) => {
        this.command = undefined;
        signal?.removeEventListener('abort', end);
        if (ending !== undefined) ending.then(() => reject(new SandboxError('Cancelled.', 'ABORT_ERR')));
        else if (error === null) resolve();
        else
          reject(
            new SandboxError(explain(program, error, `${stdout}\n${stderr}`), typeof error.code === 'string' ? error.code : undefined),
          );
      });
      this.command = child.pid;
      // initdb runs a server of its own, which would go on writing after it.
      const end = () => {
        if (child.pid !== undefined) ending = ended(killTree(child.pid), stopTimeoutMs);
      };
      signal?.addEventListener('abort', end, { once: true });
      child.stdin?.end();
    });
  }

  private program(name: string): string {
    return join(this.binaries.folder, process.platform === 'win32' ? `${name}.exe` : name);
  }

  private surroundings() {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
    const identity: { readonly uid?: number; readonly gid?: number } =
      this.account === undefined ? {} : { uid: this.account.userId, gid: this.account.groupId };
    return { ...identity, cwd: this.folder.data, windowsHide: true, env: { ...Object.fromEntries(inherited), LC_ALL: 'C', TZ: 'UTC' } };
  }
}

/** All that the server leaves lies in its folder (dynamic shared memory, too), and only this machine reaches it. */
const localSettings = [
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
  ['dynamic_shared_memory_type', process.platform === 'win32' ? 'windows' : 'mmap'],
  ['logging_collector', 'off'],
] as const;

function explain(program: string, error: Error & { code?: unknown }, output: string): string {
  if (typeof error.code === 'string') return `${program} can't be run: ${error.message}`;
  if (/No space left on device/.test(output)) {
    return 'No space is left for a data directory (about 40 MB) in the temporary folder. Free some, or point TMPDIR at another disk.';
  }
  const telling = output.split('\n').filter((line) => /error|FATAL|could not|cannot|hint/i.test(line));
  return `${program} failed: ${(telling.length > 0 ? telling : output.trim().split('\n')).slice(-3).join(' | ')}`;
}
