import Docker from 'dockerode';
import { failure, type Result, success } from '../../model/result';
import type { Sandbox, SandboxOptions, SandboxProvider } from '../../model/sandbox';
import { problemOf } from '../problem';
import { DockerSandbox } from './docker-sandbox';
import { findEndpoint } from './endpoint';
import { provideImage } from './image';
import { removeDeadContainers } from './orphans';
import { dockerProblem } from './problems';

const answerTimeoutMs = 5000;

/** A database server in a container, at whatever Docker daemon the user has configured. */
export const dockerProvider: SandboxProvider = {
  name: 'docker',

  async available({ engine }) {
    if (engine.name !== 'postgres') return failure({ message: `Only PostgreSQL can be started in Docker so far, not ${engine.name}.` });
    const endpoint = findEndpoint();
    try {
      await answered(new Docker(endpoint.connection));
      return success(undefined);
    } catch (error) {
      return failure(dockerProblem(error, endpoint).problem);
    }
  },

  async start(options) {
    const possible = await this.available(options);
    if (!possible.ok) return possible;
    for (const line of await this.removeOrphans()) options.onProgress(line);
    return start(options);
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

async function start(options: SandboxOptions): Promise<Result<Sandbox>> {
  const endpoint = findEndpoint();
  const docker = new Docker(endpoint.connection);
  let sandbox: DockerSandbox | undefined;
  try {
    options.signal.throwIfAborted();
    const found = await provideImage(docker, options.image ?? `postgres:${options.engine.major}`, options);
    const image = options.image === undefined ? { ...found, major: found.major ?? options.engine.major } : found;
    options.signal.throwIfAborted();
    options.onProgress(`Starting a container of ${image.name}`);
    sandbox = await DockerSandbox.create(docker, endpoint, image, options.smallDisk === true);
    await sandbox.start(options.signal);
    options.signal.throwIfAborted();
    return success(sandbox);
  } catch (error) {
    await sandbox?.dispose().catch(() => undefined);
    return failure(problemOf(options.signal.aborted ? error : dockerProblem(error, endpoint), options.signal));
  }
}

/** Throws when the daemon does not answer in time. The types of dockerode do not know that `ping` takes options. */
function answered(docker: Docker): Promise<unknown> {
  const ping = docker.ping as (options: { readonly abortSignal: AbortSignal }) => Promise<unknown>;
  return ping.call(docker, { abortSignal: AbortSignal.timeout(answerTimeoutMs) });
}
