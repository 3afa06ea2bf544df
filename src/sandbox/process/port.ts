import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { SandboxError } from '../problem';

/**
 * Below what Linux (32768 to 60999), macOS and Windows (49152 up) hand out for outgoing connections: a port of that range could be
 * taken by anybody's outgoing connection while the server restarts, and a client that retries could even connect to itself.
 */
const lowest = 15_000;
const highest = 32_000;

/** A TCP port of 127.0.0.1 that is free now. Another process may still take it before it is used: be ready to ask again. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
  throw new SandboxError(`No TCP port between ${lowest} and ${highest} of 127.0.0.1 is free (100 tried). Close what holds them.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
