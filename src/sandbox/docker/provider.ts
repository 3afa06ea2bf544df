import Docker from 'dockerode';
import { engineOf } from '../../model/engine';
import { failure, type Result, success } from '../../model/result';
import type { Sandbox, SandboxOptions, SandboxProvider } from '../../model/sandbox';
import { problemOf } from '../problem';
import type { ServerEngine } from '../server-engine';
import { serverEngine } from '../server-engines';
import { DockerSandbox } from './docker-sandbox';
import { findEndpoint } from './endpoint';
import { provideImage } from './image';
import { memoryForData } from './memory';
import { removeDeadContainers } from './orphans';
import { dockerProblem } from './problems';

const answerTimeoutMs = 5000;

/** A database server in a container, at whatever Docker daemon the user has configured. */
export const dockerProvider: SandboxProvider = {
  name: 'docker',

  async available({ engine }) {
    const kind = serverEngine(engine.name);
    const endpoint = findEndpoint();
    try {
      await answered(new Docker(endpoint.connection));
      return success(undefined);
    } catch (error) {
      return failure(dockerProblem(error, endpoint, kind.instead.ofDocker).problem);
    }
  },

  async start(options) {
    const possible = await this.available(options);
    if (!possible.ok) return possible;
    for (const line of await this.removeOrphans()) options.onProgress(line);
    return start(serverEngine(options.engine.name), options);
  },

  async removeOrphans() {
    const endpoint = findEndpoint();
    try {
      const docker = new Docker(endpoint.connection);
      await answered(docker);
      return await removeDeadContainers(docker);
    } catch {
      // No daemon, or one that does not answer: there is nothing that could be removed.
      return [];
    }
  },
};

async function start(kind: ServerEngine, options: SandboxOptions): Promise<Result<Sandbox>> {
  const endpoint = findEndpoint();
  const docker = new Docker(endpoint.connection);
  const instead = kind.instead.ofDocker;
  let sandbox: DockerSandbox | undefined;
  try {
    options.signal.throwIfAborted();
    const image = await provideImage(docker, options.image ?? kind.container.image(options.engine), instead, options);
    const said = kind.container.versionIn(image.environment);
    // An image of the user's own that says nothing gets what every version knows, and is asked when it runs.
    const unsaid = options.image === undefined ? options.engine : { name: kind.name, major: 0 };
    const engine = (said === undefined ? undefined : engineOf(kind.name, said)) ?? unsaid;
    const memoryBytes = await memoryForData(docker);
    options.signal.throwIfAborted();
    options.onProgress(`Starting a container of ${image.name}`);
    sandbox = await DockerSandbox.create(docker, endpoint, kind, image, engine, { smallDisk: options.smallDisk === true, memoryBytes });
    await sandbox.start(options.signal);
    options.signal.throwIfAborted();
    return success(sandbox);
  } catch (error) {
    await sandbox?.dispose().catch(() => undefined);
    return failure(problemOf(options.signal.aborted ? error : dockerProblem(error, endpoint, instead), options.signal));
  }
}

/** Throws when the daemon does not answer in time. The types of dockerode do not know that `ping` takes options. */
function answered(docker: Docker): Promise<unknown> {
  const ping = docker.ping as (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>;
  return ping.call(docker, { abortSignal: AbortSignal.timeout(answerTimeoutMs) });
}
