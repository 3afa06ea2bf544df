import type { Connection } from './connection';
import { warn } from './ending';

/**
 * Runs a migration's function, and tells when it returns while requests of its are still under way: somebody forgot to await them, and the
 * migration is recorded as applied before they are done.
 */
export async function watched(connection: Connection, name: string, run: () => unknown): Promise<void> {
  await run();
  // What was begun just before the end is on its way to a connection.
  await new Promise((resolve) => setImmediate(resolve));
  const { pending } = connection;
  if (pending === 0) return;
  const requests = pending === 1 ? 'a request was' : `${pending} requests were`;
  warn(`${name} returned while ${requests} still under way: an await is missing, and it is recorded as applied before that is done`);
}
