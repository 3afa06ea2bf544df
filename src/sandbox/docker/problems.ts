import { SandboxError } from '../problem';
import type { Endpoint } from './endpoint';

/** What a failed request to the daemon means, and what to do, in one line. `instead` is what may be done without Docker: `use ...`. */
export function dockerProblem(error: unknown, endpoint: Endpoint, instead: string): SandboxError {
  if (error instanceof SandboxError) return error;
  const { code, statusCode, reason, json, message } = error as DockerFailure;
  const where = endpoint.source === '' ? endpoint.url : `${endpoint.url} (from ${endpoint.source})`;
  if (code === 'ENOENT')
    return new SandboxError(`Docker is not installed or not running: there is no ${where}. Start Docker, or ${instead}.`, code);
  if (code === 'EACCES' || code === 'EPERM') {
    const todo = 'Add your user to the group that owns the socket (on most systems: sudo usermod -aG docker $USER, then log in again)';
    return new SandboxError(`Docker's socket ${where} may not be opened by this user. ${todo}, or ${instead}.`, code);
  }
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE') {
    return new SandboxError(`The Docker daemon does not answer at ${where}. Start it, or ${instead}.`, code);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ABORT_ERR') {
    return new SandboxError(`The Docker daemon at ${where} can't be reached. Check the address, or ${instead}.`, code);
  }
  const said = (typeof json === 'object' && json?.message) || reason || message || String(error);
  if (/no space left on device/i.test(said)) {
    return new SandboxError(
      `Docker has no space left on its disk. Free some (docker system df shows what uses it), or ${instead}.`,
      'ENOSPC',
    );
  }
  return new SandboxError(`Docker refused: ${said}`, statusCode === undefined ? code : String(statusCode));
}

/** The image can't be had. `said` is the daemon's own message. */
export function imageProblem(image: string, instead: string, said: string): SandboxError {
  if (/no space left on device/i.test(said))
    return new SandboxError(`Docker has no space left to pull ${image}. Free some (docker system prune), or ${instead}.`, 'ENOSPC');
  const short = said
    .replace(/^\(HTTP code \d+\) [\w ]+ - /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return new SandboxError(
    `The image ${image} is not on this machine and can't be pulled: ${short}. Check its name, run docker pull ${image} yourself, or ${instead}.`,
  );
}

interface DockerFailure {
  readonly code?: string;
  readonly statusCode?: number;
  readonly reason?: string;
  readonly json?: { readonly message?: string };
  readonly message?: string;
}
