import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type Docker from 'dockerode';
import { engineDisplayName } from '../../model/engine';
import { lastWords } from '../last-words';
import { currentOwner, formatOwner } from '../owner';
import { SandboxError } from '../problem';
import type { ContainerSpecification, ServerEngine } from '../server-engine';
import type { Endpoint } from './endpoint';
import type { ServerImage } from './image';
import { supervised } from './memory';
import { ownerLabel } from './orphans';

/** Where the small disk of a container is. */
export const smallDiskFolder = '/faultline-small-disk';

export interface ContainerPlan {
  readonly image: ServerImage;
  readonly port: number;
  readonly specification: ContainerSpecification;
  /** The size of the small disk; undefined without one. */
  readonly smallDiskBytes: number | undefined;
  /** How much memory the data may take; undefined when it is to lie on the daemon's disk. */
  readonly memoryBytes: number | undefined;
}

/** Creates the container of a server, not yet started. Restarting it is ours, so it is not removed by itself when it stops. */
export function createContainer(
  docker: Docker,
  endpoint: Endpoint,
  { image, port, specification, smallDiskBytes, memoryBytes }: ContainerPlan,
): Promise<Docker.Container> {
  const { command, environment, sharedMemoryBytes, data } = specification;
  // A daemon elsewhere has to open the port to us, one here to this machine only.
  const binding = endpoint.remoteHost === undefined ? { HostIp: '127.0.0.1', HostPort: '' } : { HostPort: '' };
  return docker.createContainer({
    Image: image.name,
    ...(memoryBytes === undefined ? { Cmd: [...command] } : supervised(image.entrypoint, command)),
    Env: [...environment],
    Labels: { [ownerLabel]: formatOwner(currentOwner()) },
    ExposedPorts: { [`${port}/tcp`]: {} },
    HostConfig: {
      AutoRemove: false,
      PortBindings: { [`${port}/tcp`]: [binding] },
      ...(sharedMemoryBytes !== undefined && { ShmSize: sharedMemoryBytes }),
      Tmpfs: {
        ...(smallDiskBytes !== undefined && tmpfs(smallDiskFolder, smallDiskBytes)),
        ...(memoryBytes !== undefined && data !== undefined && tmpfs(data.folder, memoryBytes)),
      },
    },
  });
}

/** Open to all, as the account of the server has another id in every image; the daemon empties it with each restart. */
function tmpfs(folder: string, bytes: number): Record<string, string> {
  return { [folder]: `size=${bytes},mode=1777` };
}

/** At a restart the daemon mounts it with the mode of the folder below, which is root's alone (seen with Docker 20.10). */
export const openSmallDisk = 'chmod 1777 "$disk"';

/** Runs a shell script as root in a running container, with `$disk` and `$data` for the folders of its small disk and its data. */
export async function runInside(container: Docker.Container, script: string, dataFolder: string | undefined): Promise<void> {
  const command = await container.exec({
    Cmd: ['sh', '-c', script],
    User: 'root',
    Env: [`disk=${smallDiskFolder}`, ...(dataFolder === undefined ? [] : [`data=${dataFolder}`])],
    AttachStdout: true,
    AttachStderr: true,
  });
  const output = await command.start({});
  const said: Buffer[] = [];
  // The command has ended when its output has.
  await new Promise<void>((resolve, reject) => {
    output.on('data', (chunk: Buffer) => said.push(chunk));
    output.once('end', resolve).once('error', reject);
  });
  const { ExitCode } = await command.inspect();
  if (ExitCode !== 0)
    throw new SandboxError(`A command in the database container failed (exit code ${ExitCode}): ${unframed(Buffer.concat(said)).trim()}`);
}

/**
 * Host and port of the running server. Undefined while the container does not run. A random published port changes with every start.
 * From inside a container that was given the host's Docker socket, 127.0.0.1 is not the host's: there the container is addressed itself.
 */
export async function publishedAddress(
  container: Docker.Container,
  endpoint: Endpoint,
  inside: number,
): Promise<{ host: string; port: number } | undefined> {
  const { NetworkSettings, State } = await container.inspect();
  if (!State.Running) return undefined;
  const direct = Object.values(NetworkSettings.Networks)[0]?.IPAddress;
  if (endpoint.remoteHost === undefined && direct && existsSync('/.dockerenv')) return { host: direct, port: inside };
  const port = Number(NetworkSettings.Ports[`${inside}/tcp`]?.[0]?.HostPort);
  return Number.isInteger(port) && port > 0 ? { host: endpoint.remoteHost ?? '127.0.0.1', port } : undefined;
}

/** Throws when the container does not run (any more), with the reason: killed from outside, out of memory, or the server's own last words. */
export async function checkContainer(container: Docker.Container, kind: ServerEngine): Promise<void> {
  const name = `The database container ${container.id.slice(0, 12)}`;
  let state: Docker.ContainerInspectInfo['State'];
  try {
    state = (await container.inspect()).State;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    throw new SandboxError(`${name} was removed from outside. Start the simulation again.`);
  }
  if (state.Running) return;
  if (state.OOMKilled)
    throw new SandboxError(`${name} ran out of memory and was killed. Give Docker more memory, or use fewer rows or jobs.`);
  if (state.ExitCode === 137 || state.ExitCode === 143)
    throw new SandboxError(`${name} was killed from outside (exit code ${state.ExitCode}). Start the simulation again.`);
  if (state.ExitCode === 126 || state.ExitCode === 127)
    throw new SandboxError(`${name} holds no ${engineDisplayName(kind.name)} server. Name a ${engineDisplayName(kind.name)} image.`);
  throw new SandboxError(`${name} stopped with exit code ${state.ExitCode}: ${await lastWordsOf(container, kind.container.telling)}`);
}

/** The lines at the end of the log that tell why the server stopped. */
async function lastWordsOf(container: Docker.Container, telling: RegExp): Promise<string> {
  const log = (await container.logs({ stdout: true, stderr: true, tail: 50, follow: false })) as unknown as Buffer;
  const lines = unframed(log).trim().split('\n');
  if (lines.some((line) => /No space left on device|errno: 28|Disk is full/i.test(line)))
    return 'Docker has no space left on its disk. Free some: docker system df shows what uses it.';
  return lastWords(lines, telling);
}

/** A log comes in frames: a byte for the stream, three zeros, the length in four bytes (Docker Engine API, ContainerAttach). */
function unframed(log: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    parts.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Asks the daemon to remove the container without waiting for the answer, for the end of this process: an exit handler can't wait, so
 * a process of its own asks. Only for sockets; what is left on a daemon elsewhere is removed by the next start.
 */
export function removeAtExit(container: Docker.Container, endpoint: Endpoint): void {
  const { socketPath } = endpoint.connection;
  if (socketPath === undefined) return;
  const request = { socketPath, method: 'DELETE', path: `/containers/${container.id}?force=1&v=1` };
  const script = `require('http').request(${JSON.stringify(request)}).on('error', () => {}).end()`;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  spawn(process.execPath, ['-e', script], { detached: true, stdio: 'ignore', env, windowsHide: true }).unref();
}
