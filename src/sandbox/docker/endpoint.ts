import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';

/** Where a Docker daemon is, and who said so. */
export interface Endpoint {
  /** As DOCKER_HOST writes it: `unix:///var/run/docker.sock`. */
  readonly url: string;
  /** For messages: `DOCKER_HOST`, `the Docker context "colima"`; empty when it is a default place. */
  readonly source: string;
  readonly connection: Docker.DockerOptions;
  /** Under which name ports that the daemon publishes are reached; undefined when the daemon is on this machine. */
  readonly remoteHost?: string;
}

interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * The daemon that the `docker` command would talk to: DOCKER_HOST, then DOCKER_CONTEXT or the current context, then the sockets of
 * Docker Engine, rootless Docker, Docker Desktop, Colima, Rancher Desktop, OrbStack and Podman, whichever is there.
 */
export function findEndpoint(environment: NodeJS.ProcessEnv = process.env, home: string = homedir()): Endpoint {
  const fromHost = environment.DOCKER_HOST;
  if (fromHost) return endpoint(fromHost, 'DOCKER_HOST', environment.DOCKER_CERT_PATH ? readTls(environment.DOCKER_CERT_PATH) : {});
  const configuration = environment.DOCKER_CONFIG || join(home, '.docker');
  const context = environment.DOCKER_CONTEXT || currentContext(configuration);
  if (context !== undefined && context !== 'default') {
    const found = contextEndpoint(configuration, context);
    if (found !== undefined) return found;
  }
  const candidates = defaultUrls(environment, home);
  return endpoint(candidates.find((url) => existsSync(socketPath(url) ?? '')) ?? candidates[0] ?? '', '', {});
}

function currentContext(configuration: string): string | undefined {
  const name = readJson(join(configuration, 'config.json'))?.currentContext;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Contexts lie under the SHA-256 of their name: meta/HASH/meta.json and tls/HASH/docker/*.pem (docker/cli, cli/context/store). */
function contextEndpoint(configuration: string, name: string): Endpoint | undefined {
  const hash = createHash('sha256').update(name).digest('hex');
  const meta = readJson(join(configuration, 'contexts', 'meta', hash, 'meta.json')) as
    | { Endpoints?: { docker?: { Host?: unknown } } }
    | undefined;
  const host = meta?.Endpoints?.docker?.Host;
  if (typeof host !== 'string' || host === '') return undefined;
  return endpoint(host, `the Docker context "${name}"`, readTls(join(configuration, 'contexts', 'tls', hash, 'docker')));
}

function defaultUrls(environment: NodeJS.ProcessEnv, home: string): readonly string[] {
  if (process.platform === 'win32') return ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/dockerDesktopLinuxEngine'];
  const runtime = environment.XDG_RUNTIME_DIR;
  const ofRuntime = runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman', 'podman.sock')] : [];
  const ofHome = [
    '.docker/run/docker.sock',
    '.docker/desktop/docker.sock',
    '.colima/default/docker.sock',
    '.rd/docker.sock',
    '.orbstack/run/docker.sock',
  ];
  return ['/var/run/docker.sock', ...ofRuntime, ...ofHome.map((path) => join(home, path))].map((path) => `unix://${path}`);
}

function endpoint(url: string, source: string, tls: TlsFiles): Endpoint {
  const path = socketPath(url);
  if (path !== undefined) return { url, source, connection: { socketPath: path } };
  let parsed: URL;
  try {
    parsed = new URL(url.includes('://') ? url : `tcp://${url}`);
  } catch {
    return { url, source, connection: { socketPath: url } };
  }
  const encrypted = tls.key !== undefined || parsed.port === '2376' || process.env.DOCKER_TLS_VERIFY === '1';
  const protocol = parsed.protocol === 'ssh:' ? 'ssh' : encrypted ? 'https' : 'http';
  const port = parsed.port || (protocol === 'ssh' ? '22' : encrypted ? '2376' : '2375');
  const login = protocol === 'ssh' ? { username: parsed.username, sshOptions: { agent: process.env.SSH_AUTH_SOCK } } : {};
  const connection = { host: parsed.hostname, port, protocol, ...login, ...tls } as Docker.DockerOptions;
  const remote = !['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  return remote ? { url, source, connection, remoteHost: parsed.hostname } : { url, source, connection };
}

function socketPath(url: string): string | undefined {
  return /^(?:unix|npipe):\/\/(.+)$/.exec(url)?.[1];
}

function readTls(folder: string): TlsFiles {
  const files = Object.entries({ ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' }).flatMap(([name, file]) => {
    try {
      return [[name, readFileSync(join(folder, file))] as const];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(files);
}

function readJson(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
