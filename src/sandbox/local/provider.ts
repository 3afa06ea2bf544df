import { failure, success } from '../../model/result';
import type { SandboxProvider } from '../../model/sandbox';
import { removeDeadFolders } from '../postgres/orphans';
import { startProcessSandbox } from '../postgres/process-sandbox';
import { SandboxError } from '../problem';
import { findInstalled } from './binaries';

/** A PostgreSQL that is installed on this machine: its programs only, with a data directory of our own. Running servers are not touched. */
export const localProvider: SandboxProvider = {
  name: 'local',

  async available({ engine }) {
    if (engine.name !== 'postgres')
      return failure({ message: `Only PostgreSQL can be started from local programs so far, not ${engine.name}.` });
    const installed = findInstalled();
    if (installed.some(({ major }) => major === engine.major)) return success(undefined);
    return failure({ message: missing(engine.major, installed) });
  },

  async start(options) {
    const possible = await this.available(options);
    if (!possible.ok) return possible;
    for (const line of await this.removeOrphans()) options.onProgress(line);
    return startProcessSandbox('local', options, async () => {
      const found = findInstalled().find(({ major }) => major === options.engine.major);
      if (found === undefined) throw new SandboxError(missing(options.engine.major, []));
      return found;
    });
  },

  removeOrphans: removeDeadFolders,
};

function missing(major: number, installed: ReturnType<typeof findInstalled>): string {
  const found = installed.length === 0 ? 'none is' : `only ${[...new Set(installed.map((each) => each.major))].join(', ')} is`;
  return `PostgreSQL ${major} is not installed on this machine (${found}). Install it, or use --sandbox embedded, which brings its own.`;
}
