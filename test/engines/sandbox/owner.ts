import { existsSync, readFileSync } from 'node:fs';
import { type EngineName, engineOf } from '../../../src/model/engine';
import type { SandboxProviderName } from '../../../src/model/sandbox';
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
  const isPostgres = engine.name === 'postgres';
  const [row] = await sandbox.query(
    isPostgres
      ? `SELECT current_setting('data_directory') AS folder, pg_read_file('postmaster.pid') AS lock`
      : 'SELECT @@datadir AS folder, @@pid_file AS lock_file',
  );
  const lock = isPostgres ? String(row?.lock) : existsSync(String(row?.lock_file)) ? readFileSync(String(row?.lock_file), 'utf8') : '';
  const message = {
    address: sandbox.address(isPostgres ? 'postgres' : 'mysql'),
    postmaster: Number(lock.split('\n')[0]),
    folder: String(row?.folder),
  };
  await new Promise((resolve) => process.send?.(message, resolve));
  if (then === 'throw') throw new Error('thrown on purpose');
  if (then === 'exit') process.exit(3);
  setInterval(() => undefined, 1000);
}

main().catch((error: Error) => {
  setImmediate(() => {
    throw error;
  });
});
