import { failure } from '../../model/result';
import type { SandboxProvider } from '../../model/sandbox';
import { postgresServer } from '../postgres/engine';
import { removeDeadFolders } from '../process/orphans';
import { startProcessSandbox } from '../process/process-sandbox';
import { checkBinaries, provideBinaries } from './binaries';

/** Real PostgreSQL from npm packages: no installation, no Docker, no root. */
export const embeddedProvider: SandboxProvider = {
  name: 'embedded',

  async available({ engine }) {
    if (engine.name !== 'postgres')
      return failure({ message: `The embedded server is PostgreSQL; use --sandbox docker for ${engine.name}.` });
    return checkBinaries(engine.major);
  },

  async start(options) {
    const possible = await this.available(options);
    if (!possible.ok) return possible;
    for (const line of await this.removeOrphans()) options.onProgress(line);
    return startProcessSandbox('embedded', postgresServer, options, (account) => provideBinaries(options.engine.major, account, options));
  },

  removeOrphans: removeDeadFolders,
};
