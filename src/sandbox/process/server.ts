import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineLabel } from '../../model/engine';
import { lastWords } from '../last-words';
import { SandboxError } from '../problem';
import { ended, endedNow, isRunning, killTree, signalProcess, withDescendants } from '../processes';
import type { Command, ProgramSide, ServerPlace, ServerPrograms } from '../server-engine';
import type { Account } from './account';
import { logTail, type ServerFolder } from './folder';
import { freePort } from './port';
import type { SmallDiskLauncher } from './small-disk';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 6000;

/** One server as processes of this machine. It starts, crashes, restarts and stops; what lies in its databases is not its matter. */
export class ServerProcess {
  readonly password = randomBytes(18).toString('base64url');
  private readonly place: ServerPlace;
  private currentPort = 0;
  private main: number | undefined;
  private spawnProblem: string | undefined;
  private command: number | undefined;
  /** True from when the server answers until we end it. */
  private serving = false;
  private readonly loss = new AbortController();

  constructor(
    private readonly side: ProgramSide,
    private readonly programs: ServerPrograms,
    private readonly folder: ServerFolder,
    private readonly account: Account | undefined,
    private readonly smallDisk?: { readonly folder: string; readonly launcher: SmallDiskLauncher },
  ) {
    this.place = { programs, folder, account, password: this.password, smallDisk: smallDisk?.folder };
  }

  get port(): number {
    return this.currentPort;
  }

  /** The main process of the server while it runs. */
  get processId(): number | undefined {
    return this.main;
  }

  /** Aborted when the server has ended though we did not end it; the reason is a SandboxError. Not on Windows, where it is no child of ours. */
  get lost(): AbortSignal {
    return this.loss.signal;
  }

  /** Creates the data directory. Throws a SandboxError. */
  async initialise(signal: AbortSignal): Promise<void> {
    await this.side.initialise(this.place, (command) => this.run(command, signal));
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
      const taken = this.side.log.portTaken.test(problem);
      const stale = this.side.log.staleLock?.test(problem) === true;
      // Our own server is known to be gone: its process id was given to somebody else.
      if (stale) this.side.lock(this.folder)?.remove();
      if (taken) this.currentPort = 0;
      if (attempt === 5 || (!taken && !stale)) throw new SandboxError(`${engineLabel(this.programs.engine)} did not start: ${problem}`);
    }
  }

  /** Kills the server and all its sessions with SIGKILL, and returns when they are gone. */
  async kill(): Promise<void> {
    this.serving = false;
    if (this.main === undefined) return;
    const killed = killTree(this.main);
    if (!(await ended(killed, stopTimeoutMs))) throw new SandboxError('Processes of the database server did not end after SIGKILL.');
    this.main = undefined;
  }

  /** Ends the server at once, in the way that leaves nothing. */
  async stop(): Promise<void> {
    this.serving = false;
    if (this.main === undefined) return;
    const all = withDescendants(this.main);
    if (process.platform !== 'win32') signalProcess(this.main, this.side.stopSignal);
    if (process.platform === 'win32' || !(await ended(all, stopTimeoutMs))) await this.kill();
    this.main = undefined;
  }

  /** The same, synchronously, and with whatever command is still running. */
  stopNow(): void {
    if (this.command !== undefined) endedNow(killTree(this.command), 1000);
    if (this.main === undefined) return;
    const all = withDescendants(this.main);
    if (process.platform !== 'win32') signalProcess(this.main, this.side.stopSignal);
    if (process.platform === 'win32' || !endedNow(all, 2000)) endedNow(killTree(this.main), 1000);
  }

  /** Throws when the server process has ended by itself. */
  checkRunning(): void {
    if (this.main === undefined || !isRunning(this.main)) {
      throw new SandboxError(`The database server has ended by itself: ${this.logTail() || 'its log is empty'}`);
    }
  }

  private async tryToStart(signal: AbortSignal | undefined): Promise<string | undefined> {
    writeFileSync(this.folder.log, '');
    this.spawnProblem = undefined;
    this.main = await this.launch();
    const deadline = performance.now() + startTimeoutMs;
    while (this.main === undefined || !this.side.isAccepting(this.folder, this.main)) {
      if (signal?.aborted) throw new SandboxError('Cancelled.', 'ABORT_ERR');
      if (this.main === undefined || !isRunning(this.main)) {
        this.main = undefined;
        return this.spawnProblem ?? (this.logTail() || 'it ended without a word');
      }
      if (performance.now() > deadline) return `it was not ready after ${startTimeoutMs / 1000} seconds: ${this.logTail()}`;
      await sleep(3);
    }
    return undefined;
  }

  private logTail(): string {
    return logTail(this.folder, this.side.log.telling);
  }

  private async launch(): Promise<number | undefined> {
    if (process.platform === 'win32') {
      const starting = this.side.startOnWindows?.(this.place, this.currentPort);
      if (starting !== undefined) return this.launchBy(starting);
    }
    const command = this.side.server(this.place, this.currentPort);
    const log = openSync(this.folder.log, 'a');
    try {
      // A session of its own: Ctrl+C in the terminal must reach us, not the server.
      const child = this.spawnServer(command, log);
      child.on('error', (error) => {
        this.spawnProblem = `${this.path(command.program)} can't be run: ${error.message}`;
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
    if (!this.serving || this.main !== processId) return;
    const how = signal === null ? `has ended by itself: ${this.logTail() || 'its log is empty'}` : `was ended from outside by ${signal}`;
    const why = signal === 'SIGKILL' ? ', as the system does when memory runs out' : '';
    this.loss.abort(
      new SandboxError(`The database server of the simulation ${how}${why}. Nothing of it is left; run the simulation again.`),
    );
  }

  private spawnServer({ program, parameters }: Command, log: number): ChildProcess {
    const options: SpawnOptions = { detached: true, stdio: ['ignore', log, log] };
    if (this.smallDisk === undefined) return spawn(this.path(program), parameters, { ...this.surroundings(), ...options });
    // The launcher drops the rights itself, when it has mounted the disk; it replaces itself by the server, whose process id is then this one.
    const { uid: _, gid: __, ...surroundings } = this.surroundings();
    const all = [...this.smallDisk.launcher.parameters, this.path(program), ...parameters];
    return spawn(this.smallDisk.launcher.command, all, { ...surroundings, ...options });
  }

  /** A program that starts the server and ends; the server then says in its lock which process it is. */
  private async launchBy(command: Command): Promise<number | undefined> {
    await this.run(command).catch((error: Error) => {
      this.spawnProblem = this.logTail() || error.message;
    });
    return this.side.lock(this.folder)?.processId;
  }

  private run({ program, parameters }: Command, signal?: AbortSignal): Promise<void> {
    return new Promise((done, reject) => {
      let ending: Promise<boolean> | undefined;
      const child = execFile(this.path(program), parameters, this.surroundings(), (error, stdout, stderr) => {
        this.command = undefined;
        signal?.removeEventListener('abort', end);
        if (ending !== undefined) ending.then(() => reject(new SandboxError('Cancelled.', 'ABORT_ERR')));
        else if (error === null) done();
        else {
          const message = explain(program, error, `${stdout}\n${stderr}`, this.side.roomMegabytes);
          reject(new SandboxError(message, typeof error.code === 'string' ? error.code : undefined));
        }
      });
      this.command = child.pid;
      // What makes a data directory may run a server of its own (initdb does), which would go on writing after it.
      const end = () => {
        if (child.pid !== undefined) ending = ended(killTree(child.pid), stopTimeoutMs);
      };
      signal?.addEventListener('abort', end, { once: true });
      child.stdin?.end();
    });
  }

  /** A program may be named with its whole path, too. */
  private path(name: string): string {
    return resolve(this.programs.folder, process.platform === 'win32' ? `${name}.exe` : name);
  }

  private surroundings() {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(LC_|LANG)/.test(name) && !this.side.ownVariables.test(name));
    const identity: { readonly uid?: number; readonly gid?: number } =
      this.account === undefined ? {} : { uid: this.account.userId, gid: this.account.groupId };
    return { ...identity, cwd: this.folder.data, windowsHide: true, env: { ...Object.fromEntries(inherited), LC_ALL: 'C', TZ: 'UTC' } };
  }
}

function explain(program: string, error: Error & { code?: unknown }, output: string, roomMegabytes: number): string {
  const name = basename(program);
  if (typeof error.code === 'string') return `${name} can't be run: ${error.message}`;
  if (/No space left on device|Disk is full|errno: 28/i.test(output)) {
    return `No space is left for a data directory (about ${roomMegabytes} MB) in the temporary folder. Free some, or point TMPDIR at another disk.`;
  }
  return `${name} failed: ${lastWords(output.trim().split('\n'), /error|FATAL|could not|cannot|hint/i)}`;
}
