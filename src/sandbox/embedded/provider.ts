import { type Engine, engineDisplayName } from '../../model/engine';
import { failure, type Result, success } from '../../model/result';
import type { SandboxOptions, SandboxProvider } from '../../model/sandbox';
import { mongodbServer } from '../mongodb/engine';
import { postgresServer } from '../postgres/engine';
import type { Account } from '../process/account';
import { removeDeadFolders } from '../process/orphans';
import { startProcessSandbox } from '../process/process-sandbox';
import type { ServerEngine, ServerPrograms } from '../server-engine';
import { checkBinaries, provideBinaries } from './binaries';
import { checkMongod, provideMongod } from './mongod';

/** How the programs of a server come without an installation. */
interface Source {
  readonly kind: ServerEngine;
  /** Can they be had here? Looks only. */
  check(major: number): Result<void>;
  provide(major: number, account: Account | undefined, options: Pick<SandboxOptions, 'signal' | 'onProgress'>): Promise<ServerPrograms>;
}

const sources: Partial<Record<Engine['name'], Source>> = {
  postgres: { kind: postgresServer, check: checkBinaries, provide: provideBinaries },
  mongodb: { kind: mongodbServer, check: checkMongod, provide: provideMongod },
};

/** Servers that need no installation, no Docker and no root: PostgreSQL from npm packages; MongoDB as it is downloaded, where that is allowed. */
export const embeddedProvider: SandboxProvider = {
  name: 'embedded',

  async available({ engine }) {
    const source = sourceOf(engine);
    return source.ok ? source.value.check(engine.major) : source;
  },

  async start(options) {
    const possible = await this.available(options);
    if (!possible.ok) return possible;
    const found = sourceOf(options.engine);
    if (!found.ok) return found;
    const { kind, provide } = found.value;
    for (const line of await this.removeOrphans()) options.onProgress(line);
    return startProcessSandbox('embedded', kind, options, (account) => provide(options.engine.major, account, options));
  },

  removeOrphans: removeDeadFolders,
};

function sourceOf({ name }: Engine): Result<Source> {
  const source = sources[name];
  if (source !== undefined) return success(source);
  return failure({ message: `There is no embedded ${engineDisplayName(name)}; use --sandbox docker for it.` });
}
