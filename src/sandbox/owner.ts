import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isRunning, startTime } from './processes';

/**
 * Who a sandbox belongs to: enough to tell, later and from another process, that the owner is dead. A process id alone is not, since
 * ids are used again.
 */
export interface Owner {
  readonly processId: number;
  /** As `startTime` gives it. */
  readonly started: string;
  /** The machine, its boot and its process-id namespace: ids mean nothing outside of it. */
  readonly machine: string;
  readonly boot: string;
  readonly namespace: string;
}

let self: Owner | undefined;

/** This process as an owner. */
export function currentOwner(): Owner {
  self ??= {
    processId: process.pid,
    started: startTime(process.pid) ?? '',
    machine: machine(),
    boot: text('/proc/sys/kernel/random/boot_id'),
    namespace: namespace(),
  };
  return self;
}

/** One line that `parseOwner` reads back. */
export function formatOwner(owner: Owner): string {
  return JSON.stringify(owner);
}

/** Undefined for anything that `formatOwner` did not write. */
export function parseOwner(line: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { processId, started, machine, boot, namespace } = value as Record<string, unknown>;
  if (typeof processId !== 'number' || !Number.isInteger(processId) || processId <= 0) return undefined;
  if (typeof started !== 'string' || typeof machine !== 'string' || typeof boot !== 'string' || typeof namespace !== 'string')
    return undefined;
  return { processId, started, machine, boot, namespace };
}

/**
 * True only when it is certain that the owner is dead. An owner on another machine (shared Docker host, shared folder) or in another
 * process-id namespace (a container beside this one) can't be judged from here, so it counts as alive.
 */
export function isDead(owner: Owner): boolean {
  const here = currentOwner();
  if (owner.boot !== here.boot) return owner.machine === here.machine;
  if (owner.namespace !== here.namespace || (owner.boot === '' && owner.machine !== here.machine)) return false;
  if (!isRunning(owner.processId)) return true;
  const started = startTime(owner.processId);
  if (started === undefined) return !isRunning(owner.processId);
  // Elsewhere than on Linux the two sources of the start time differ by the time that Node takes to start.
  return process.platform === 'linux' ? started !== owner.started : Math.abs(Number(started) - Number(owner.started)) > 5000;
}

/** Containers made from one image may share a machine id, so the host name belongs to it. */
function machine(): string {
  return `${text('/etc/machine-id')}/${hostname()}`;
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
