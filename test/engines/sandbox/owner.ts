import { existsSync, readFileSync } from 'node:fs';
import { type EngineName, engineOf } from '../../../src/model/engine';
import type { Sandbox, SandboxProviderName } from '../../../src/model/sandbox';
import { sandboxProviders } from '../../../src/sandbox/providers';

/** Owns a sandbox, tells where it is, and ends in the way that its second argument names. */
async function main(): Promise<void> {
  const [name, then] = process.argv.slice(2);
  const signal = new AbortController().signal;
  const smallDisk = process.env.FAULTLINE_TEST_SMALL_DISK !== undefined;
  const engine = engineOf((process.env.FAULTLINE_TEST_ENGINE ?? 'postgres') as EngineName, undefined);
  if (engine === undefined) throw new Error('no engine');
  const options = { engine, smallDisk, onProgress: () => undefined, signal };
  const result = await sandboxProviders[name as SandboxProviderName].start(options);
  if (!result.ok) throw new Error(result.error.message);
  const sandbox = result.value;
  const message = { address: sandbox.address(maintenance[engine.name]), ...(await placeOf(sandbox)) };
  await new Promise((resolve) => process.send?.(message, resolve));
  if (then === 'throw') throw new Error('thrown on purpose');
  if (then === 'exit') process.exit(3);
  setInterval(() => undefined, 1000);
}

const maintenance: Readonly<Record<EngineName, string>> = { postgres: 'postgres', mysql: 'mysql', mariadb: 'mysql', mongodb: 'admin' };

/** The server's process, and the folder of its data. */
async function placeOf(sandbox: Sandbox): Promise<{ postmaster: number; folder: string }> {
  if (sandbox.engine.name === 'mongodb') {
    const [status] = await sandbox.query('{"serverStatus": 1}');
    return { postmaster: Number(status?.pid), folder: '' };
  }
  const isPostgres = sandbox.engine.name === 'postgres';
  const [row] = await sandbox.query(
    isPostgres
      ? `SELECT current_setting('data_directory') AS folder, pg_read_file('postmaster.pid') AS lock`
      : 'SELECT @@datadir AS folder, @@pid_file AS lock_file',
  );
  const lock = isPostgres ? String(row?.lock) : existsSync(String(row?.lock_file)) ? readFileSync(String(row?.lock_file), 'utf8') : '';
  return { postmaster: Number(lock.split('\n')[0]), folder: String(row?.folder) };
}

main().catch((error: Error) => {
  setImmediate(() => {
    throw error;
  });
});
