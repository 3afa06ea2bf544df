import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Engine, engineLabel } from '../../model/engine';
import { failure, type Result, success } from '../../model/result';
import type { DatabaseAddress, Sandbox, SandboxOptions, SandboxProviderName, SmallDisk } from '../../model/sandbox';
import { atExit } from '../exit';
import { problemOf, SandboxError } from '../problem';
import type { Administrator, ServerEngine, ServerPrograms } from '../server-engine';
import { type Account, serverAccount } from './account';
import { createServerFolder, removeServerFolder, removeServerFolderNow, type ServerFolder } from './folder';
import { releaseServerOf, stopServerOf } from './orphans';
import { ServerProcess } from './server';
import { notAskedFor, prepareSmallDisk, smallDiskAt, smallDiskBytes } from './small-disk';

const readyTimeoutMs = 60_000;

/** A server as processes of this machine. The embedded and the local one differ only in where the programs come from. */
class ProcessSandbox implements Sandbox {
  readonly label: string;
  readonly smallDisk: SmallDisk;
  private readonly administrator: Administrator;
  private readonly forgetExit: () => void;
  private disposal: Promise<void> | undefined;

  constructor(
    readonly providerName: SandboxProviderName,
    private readonly kind: ServerEngine,
    private readonly programs: ServerPrograms,
    private readonly server: ServerProcess,
    private readonly folder: ServerFolder,
    smallDisk: { readonly folder: string } | { readonly unavailable: string },
  ) {
    this.smallDisk =
      'unavailable' in smallDisk
        ? smallDisk
        : smallDiskAt(smallDisk.folder, smallDiskBytes, (script) => this.run(script, smallDisk.folder));
    this.label = providerName === 'local' ? `local ${engineLabel(programs.engine)}` : providerName;
    this.administrator = kind.administrator((database) => this.address(database));
    this.forgetExit = atExit(() => {
      server.stopNow();
      releaseServerOf(folder);
      removeServerFolderNow(folder);
    });
  }

  get engine(): Engine {
    return this.administrator.engine ?? this.programs.engine;
  }

  get lost(): AbortSignal {
    return this.server.lost;
  }

  address(database: string): DatabaseAddress {
    return { host: '127.0.0.1', port: this.server.port, user: this.kind.administratorName, password: this.server.password, database };
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.server.initialise(signal);
    await this.server.start(signal);
    await this.ready();
  }

  createDatabase(name: string): Promise<void> {
    return this.administrator.createDatabase(name);
  }

  cloneDatabase(source: string, target: string, tablespace?: string): Promise<void> {
    const { smallDisk } = this;
    const folder = 'unavailable' in smallDisk ? '' : smallDisk.folder;
    return this.administrator.cloneDatabase(source, target, tablespace, { smallDisk, run: (script) => this.run(script, folder) });
  }

  dropDatabases(names: readonly string[]): Promise<void> {
    return this.administrator.dropDatabases(names);
  }

  async crash(): Promise<void> {
    await this.server.kill();
    await this.administrator.disconnect();
    await this.server.start();
    await this.ready();
  }

  ping(): Promise<void> {
    return this.administrator.ping();
  }

  query(text: string, database?: string): Promise<readonly Record<string, unknown>[]> {
    return this.administrator.query(text, database);
  }

  dispose(): Promise<void> {
    this.disposal ??= this.remove();
    return this.disposal;
  }

  private async remove(): Promise<void> {
    await this.administrator.disconnect();
    await this.server.stop();
    // Had somebody else ended it, busy sessions would be left, and shared memory.
    await stopServerOf(this.folder);
    await removeServerFolder(this.folder);
    this.forgetExit();
  }

  /** The small disk is in the mount namespace of the server alone, which is entered through its process (proc_pid_root(5)). */
  private async run(script: string, diskFolder: string): Promise<void> {
    const disk = `/proc/${this.server.processId}/root${diskFolder}`;
    const env = { ...process.env, disk, data: this.folder.data };
    await promisify(execFile)('sh', ['-c', script], { env }).catch((error: Error) => {
      throw new SandboxError(`A command for the database server failed: ${error.message}`);
    });
  }

  private ready(): Promise<void> {
    return this.administrator.ready(readyTimeoutMs, () => this.server.checkRunning());
  }
}

/** Starts a server with the programs that `provide` finds. Whatever goes wrong, nothing stays behind. */
export async function startProcessSandbox(
  providerName: SandboxProviderName,
  kind: ServerEngine,
  options: SandboxOptions,
  provide: (account: Account | undefined) => Promise<ServerPrograms>,
): Promise<Result<Sandbox>> {
  let sandbox: ProcessSandbox | undefined;
  try {
    options.signal.throwIfAborted();
    const account = serverAccount();
    const programs = await provide(account);
    options.signal.throwIfAborted();
    const folder = createServerFolder(account);
    const small = options.smallDisk ? prepareSmallDisk(folder.path, account) : { unavailable: notAskedFor.unavailable };
    const server = new ServerProcess(kind.programs, programs, folder, account, 'unavailable' in small ? undefined : small);
    sandbox = new ProcessSandbox(providerName, kind, programs, server, folder, small);
    await sandbox.start(options.signal);
    options.signal.throwIfAborted();
    return success(sandbox);
  } catch (error) {
    await sandbox?.dispose();
    return failure(problemOf(error, options.signal));
  }
}
