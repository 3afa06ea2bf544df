import { type Engine, engineLabel } from '../../model/engine';
import { failure, type Result, success } from '../../model/result';
import type { SandboxProvider } from '../../model/sandbox';
import { SandboxError } from '../problem';
import { removeDeadFolders } from '../process/orphans';
import { startProcessSandbox } from '../process/process-sandbox';
import type { ServerEngine, ServerPrograms } from '../server-engine';
import { serverEngine } from '../server-engines';

/** A server that is installed on this machine: its programs only, with a data directory of our own. Running servers are not touched. */
export const localProvider: SandboxProvider = {
  name: 'local',

  async available({ engine }) {
    const found = find(engine);
    return found.ok ? success(undefined) : found;
  },

  async start(options) {
    const found = find(options.engine);
    if (!found.ok) return found;
    for (const line of await this.removeOrphans()) options.onProgress(line);
    return startProcessSandbox('local', found.value.kind, options, async () => {
      const again = find(options.engine);
      if (!again.ok) throw new SandboxError(again.error.message);
      return again.value.programs;
    });
  },

  removeOrphans: removeDeadFolders,
};

function find(engine: Engine): Result<{ readonly kind: ServerEngine; readonly programs: ServerPrograms }> {
  const kind = serverEngine(engine.name);
  const installed = kind.programs.installed();
  const programs = installed.find((each) => each.engine.major === engine.major && each.engine.minor === engine.minor);
  return programs === undefined ? failure({ message: missing(kind, engine, installed) }) : success({ kind, programs });
}

function missing(kind: ServerEngine, engine: Engine, installed: readonly ServerPrograms[]): string {
  const labels = [...new Set(installed.map((each) => engineLabel(each.engine)))];
  const found = labels.length === 0 ? '' : ` (only ${labels.join(', ')} is)`;
  return `${engineLabel(engine)} is not installed on this machine${found}. Install it, or ${kind.instead.ofLocal}.`;
}
