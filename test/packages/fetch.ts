import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(tmpdir(), 'faultline-packages');

/**
 * The folder of a published package, as npm packs it: fetched once and kept in the system's temporary folder. Nothing of it is installed or
 * run. Rejects with one line when the registry can't be reached.
 */
export async function fetchPackage(name: string, version: string): Promise<string> {
  const folder = join(cache, `${name.replace('/', '-').replace('@', '')}-${version}`);
  if (existsSync(folder)) return join(folder, 'package');
  await mkdir(cache, { recursive: true });
  const fetched = await mkdtemp(join(cache, 'fetching-'));
  try {
    const shell = process.platform === 'win32';
    const { stdout } = await run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', fetched], { shell });
    const archive = stdout.trim().split('\n').at(-1) ?? '';
    await run('tar', ['-xzf', archive], { cwd: fetched });
    await rm(join(fetched, archive));
    // Another process may have been faster; both have the same.
    await rename(fetched, folder).catch(() => undefined);
    return join(folder, 'package');
  } catch (error) {
    throw new Error(
      `${name}@${version} could not be fetched: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
    );
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}
