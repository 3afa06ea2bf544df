import type Docker from 'dockerode';
import type { SandboxOptions } from '../../model/sandbox';
import { imageProblem } from './problems';

/** What an image is, as far as it matters for how it is started. */
export interface ServerImage {
  readonly name: string;
  /** Variables of its environment, `NAME=value`: the official images and their children say there what they hold. */
  readonly environment: readonly string[];
  /** What is run first in a container of it. */
  readonly entrypoint: readonly string[];
}

/** One event of a pull (Docker Engine API, ImageCreate). */
interface PullEvent {
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** Uses the local image when there is one, else pulls it, telling how far it is. Throws a SandboxError, or what the daemon says. */
export async function provideImage(
  docker: Docker,
  name: string,
  instead: string,
  options: Pick<SandboxOptions, 'signal' | 'onProgress'>,
): Promise<ServerImage> {
  const present = await inspectImage(docker, name);
  if (present !== undefined) return present;
  options.onProgress(`Pulling ${name}`);
  try {
    const stream = await docker.pull(name, { abortSignal: options.signal });
    await followPull(docker, name, stream, instead, options);
  } catch (error) {
    if (options.signal.aborted || (error as { statusCode?: number }).statusCode === undefined) throw error;
    throw imageProblem(name, instead, (error as { json?: { message?: string } }).json?.message ?? (error as Error).message);
  }
  const pulled = await inspectImage(docker, name);
  if (pulled === undefined) throw imageProblem(name, instead, 'the pull ended without it');
  return pulled;
}

async function inspectImage(docker: Docker, name: string): Promise<ServerImage | undefined> {
  try {
    const { Config } = await docker.getImage(name).inspect();
    const { Entrypoint: entrypoint } = Config as { Entrypoint?: string | string[] | null };
    return { name, environment: Config.Env ?? [], entrypoint: typeof entrypoint === 'string' ? [entrypoint] : (entrypoint ?? []) };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

function followPull(
  docker: Docker,
  name: string,
  stream: NodeJS.ReadableStream,
  instead: string,
  options: Pick<SandboxOptions, 'signal' | 'onProgress'>,
) {
  const layers = new Map<string, { readonly current: number; readonly total: number }>();
  let toldMs = performance.now();
  return new Promise<void>((resolve, reject) => {
    const cancel = () => {
      (stream as NodeJS.ReadableStream & { destroy?: () => void }).destroy?.();
      reject(options.signal.reason);
    };
    options.signal.addEventListener('abort', cancel, { once: true });
    const finished = (error: Error | null) => {
      options.signal.removeEventListener('abort', cancel);
      if (error === null) resolve();
      else reject(imageProblem(name, instead, error.message));
    };
    docker.modem.followProgress(stream, finished, (event: PullEvent) => {
      const { current, total } = event.progressDetail ?? {};
      if (event.status === 'Downloading' && event.id !== undefined && current !== undefined && total !== undefined)
        layers.set(event.id, { current, total });
      if (layers.size === 0 || performance.now() - toldMs < 1000) return;
      toldMs = performance.now();
      const megabytes = (of: 'current' | 'total') => Math.round([...layers.values()].reduce((sum, layer) => sum + layer[of], 0) / 1e6);
      options.onProgress(`Pulling ${name}: ${megabytes('current')} of ${megabytes('total')} MB`);
    });
  });
}
