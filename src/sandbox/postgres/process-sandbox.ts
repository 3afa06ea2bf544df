import type { Engine } from '../../model/engine';
import { failure, type Result, success } from '../../model/result';
import type { DatabaseAddress, Sandbox, SandboxOptions, SandboxProviderName, SmallDisk } from '../../model/sandbox';
import { atExit } from '../exit';
import { problemOf } from '../problem';
import { type Account, serverAccount } from './account';
import { PostgresAdministrator } from './administrator';
import { createServerFolder, removeServerFolder, removeServerFolderNow, type ServerFolder } from './folder';
import { releaseMemoryOf, stopServerOf } from './orphans';
import { administratorName, type ServerBinaries, ServerProcess } from './server';
import { notAskedFor, prepareSmallDisk } from './small-disk';

const readyTimeoutMs = 60_000;

/** A Postgres server as processes of this machine. The embedded and the local one differ only in where the programs come from. */
class ProcessSandbox implements Sandbox {
  readonly label: string;
  private readonly administrator: PostgresAdministrator;
  private readonly forgetExit: () => void;
  private disposal: Promise<void> | undefined;

  constructor(
    readonly providerName: SandboxProviderName,
    readonly engine: Engine,
    private readonly server: ServerProcess,
    private readonly folder: ServerFolder,
    readonly smallDisk: SmallDisk,
  ) {
    this.label = providerName;
    this.administrator = new PostgresAdministrator((database) => this.address(database));
    this.forgetExit = atExit(() => {
      server.stopNow();
      releaseMemoryOf(folder);
      removeServerFolderNow(folder);
    });
  }

  get lost(): AbortSignal {
    return this.server.lost;
  }

  address(database: string): DatabaseAddress {
    return { host: '127.0.0.1', port: this.server.port, user: administratorName, password: this.server.password, database };
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
    return this.administrator.cloneDatabase(source, target, tablespace);
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

  private ready(): Promise<void> {
    return this.administrator.ready(readyTimeoutMs, () => this.server.checkRunning());
  }
}

/** Starts a server with the programs that `provide` finds. Whatever goes wrong, nothing stays behind. */
export async function startProcessSandbox(
  providerName: SandboxProviderName,
  options: SandboxOptions,
  provide: (account: Account | undefined) => Promise<ServerBinaries>,
): Promise<Result<Sandbox>> {
  let sandbox: ProcessSandbox | undefined;
  try {
    options.signal.throwIfAborted();
    const account = serverAccount();
    const binaries = await provide(account);
    options.signal.throwIfAborted();
    const folder = createServerFolder(account);
    const small = options.smallDisk ? prepareSmallDisk(folder.path, account) : { disk: notAskedFor };
    const server = new ServerProcess(binaries, folder, account, small.launcher);
    sandbox = new ProcessSandbox(providerName, options.engine, server, folder, small.disk);
    await sandbox.start(options.signal);
    options.signal.throwIfAborted();
    return success(sandbox);
  } catch (error) {
    await sandbox?.dispose();
    return failure(problemOf(error, options.signal));
  }
}
