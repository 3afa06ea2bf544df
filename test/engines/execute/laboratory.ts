import { withControlClient } from '../../../src/engines/postgres/connect';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { sandboxProviders } from '../../../src/sandbox/providers';

/** An embedded server for a test file. */
export async function startSandbox(major = 18): Promise<Sandbox> {
  const started = await sandboxProviders.embedded?.start({
    engine: { name: 'postgres', major },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  if (!started?.ok) throw new Error(started ? started.error.message : 'There is no embedded provider.');
  return started.value;
}

let databases = 0;

/** A new database with the result of these texts in it. */
export async function freshDatabase(sandbox: Sandbox, texts: readonly string[]): Promise<DatabaseAddress> {
  databases += 1;
  const name = `execute_${databases}`;
  await sandbox.createDatabase(name);
  for (const text of texts) await sandbox.query(text, name);
  return sandbox.address(name);
}

/** Rows of one query. */
export function rowsOf(address: DatabaseAddress, text: string): Promise<readonly Record<string, unknown>[]> {
  return withControlClient(address, async (client) => (await client.query(text)).rows);
}

/** Sessions of the migration in this database, with their state. */
export function migrationSessions(address: DatabaseAddress): Promise<readonly Record<string, unknown>[]> {
  return rowsOf(
    address,
    "SELECT pid, state FROM pg_stat_activity WHERE application_name = 'faultline migration' AND datname = current_database()",
  );
}

/** Sockets and the like that keep this process alive; for the proof that nothing is left open. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'TCPServerWrap').length;
}
