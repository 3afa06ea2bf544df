import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failure, type Result, success } from '../../model/result';
import type { SandboxOptions } from '../../model/sandbox';
import { SandboxError } from '../problem';
import { type Account, serverAccount } from '../process/account';
import type { ServerPrograms } from '../server-engine';
import { cacheFolder, folders, keep } from './cache';
import { findNpm, installPackage } from './npm';
import { platformName } from './versions';

/** Knows where the maker keeps the archive for which system. Fetched by npm when it is first needed, and not kept. */
const downloader = { name: 'mongodb-memory-server-core', version: '11.3.0' } as const;

/** The release of each series that is downloaded. */
const releases: Readonly<Record<number, string>> = { 7: '7.0.14', 8: '8.2.6' };

/**
 * The server is not part of any package: it comes from its maker, under the maker's licence, and is large. A folder's configuration says
 * "embedded" for every engine, so that word alone is no permission; this one is the user's own, and given once.
 */
const permission = { name: 'FAULTLINE_DOWNLOAD', value: 'mongod' } as const;

/** Can a mongod of this series be had here: is it kept already, or may it be downloaded? */
export function checkMongod(major: number): Result<void> {
  const release = releases[major];
  if (release === undefined)
    return failure({ message: `There is no embedded MongoDB ${major}; there are ${Object.keys(releases).join(' and ')}.` });
  if (folders(serverAccount(), 'mongodb').some((folder) => existsSync(keptIn(folder, release)))) return success(undefined);
  if (process.env[permission.name] !== permission.value) {
    const todo = `Allow it by ${permission.name}=${permission.value} in the environment, or use --sandbox docker, or --sandbox local with an installed one.`;
    return failure({ message: `MongoDB ${major} has to be downloaded once (mongod ${release}, about 150 MB, from its maker). ${todo}` });
  }
  if (findNpm() === undefined)
    return failure({
      message: `MongoDB ${major} is downloaded with the help of npm, which is not on PATH. Install npm, or use --sandbox docker.`,
    });
  return success(undefined);
}

/** mongod of this series, from the cache or downloaded into it. Throws a SandboxError. */
export async function provideMongod(
  major: number,
  account: Account | undefined,
  { signal, onProgress }: Pick<SandboxOptions, 'signal' | 'onProgress'>,
): Promise<ServerPrograms> {
  const release = releases[major] ?? '';
  const cache = cacheFolder(account, 'mongodb');
  const kept = keptIn(cache, release);
  if (!existsSync(kept)) {
    await keep(cache, kept, async (draft) => {
      onProgress(`Downloading MongoDB ${release} (about 150 MB), once`);
      const [tool, programs] = [join(draft, 'tool'), join(draft, 'programs')];
      for (const folder of [tool, programs]) mkdirSync(folder);
      await installPackage(downloader.name, downloader.version, tool, signal);
      const target = join(programs, process.platform === 'win32' ? 'mongod.exe' : 'mongod');
      copyFileSync(await download(tool, release, signal), target);
      chmodSync(target, 0o755);
      return programs;
    });
  }
  return { folder: kept, engine: { name: 'mongodb', major } };
}

function keptIn(cache: string, release: string): string {
  return join(cache, `mongod-${platformName()}-${release}`);
}

/** Runs the downloader in a process of its own, which can be ended. The path of what it has downloaded, or found in a cache of its own. */
async function download(tool: string, release: string, signal: AbortSignal): Promise<string> {
  const options = { version: release, downloadDir: join(tool, 'download') };
  const script = `require(${JSON.stringify(join(tool, 'node_modules', downloader.name))}).MongoBinary.getPath(${JSON.stringify(options)})
    .then((path) => process.stdout.write('\\n' + path), (error) => { process.stderr.write(error.message); process.exit(1); });`;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', MONGOMS_SYSTEM_BINARY: '', MONGOMS_RUNTIME_DOWNLOAD: 'true' };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: tool, env, signal, maxBuffer: 16 << 20 });
    return stdout.split('\n').at(-1) ?? '';
  } catch (error) {
    if (signal.aborted) throw error;
    const said = String((error as { stderr?: unknown }).stderr ?? '')
      .trim()
      .split('\n')
      .at(-1);
    throw new SandboxError(
      `MongoDB ${release} could not be downloaded: ${said || (error as Error).message}. Try again with a connection to the network, or use --sandbox docker.`,
    );
  }
}
