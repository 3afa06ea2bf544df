import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { provideBinaries } from '../../../src/sandbox/embedded/binaries';
import { postgresServer } from '../../../src/sandbox/postgres/engine';
import { serverAccount } from '../../../src/sandbox/process/account';
import { createServerFolder, removeServerFolder } from '../../../src/sandbox/process/folder';
import { startProcessSandbox } from '../../../src/sandbox/process/process-sandbox';
import { ServerProcess } from '../../../src/sandbox/process/server';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { foldersIn, optionsFor, ownTemporaryFolder, processesWith } from './support';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

function temporaryFolder(): string {
  const temporary = ownTemporaryFolder();
  undo.push(temporary.restore);
  return temporary.path;
}

/** The embedded programs with one of them replaced. */
async function programsWith(name: string, script: string) {
  const account = serverAccount();
  const { folder, engine } = await provideBinaries(18, account, optionsFor(18));
  const copy = mkdtempSync(join(tmpdir(), 'sandbox-programs-'));
  undo.push(() => rmSync(copy, { recursive: true, force: true }));
  chmodSync(copy, 0o755);
  mkdirSync(join(copy, 'bin'));
  for (const part of ['lib', 'share']) symlinkSync(join(folder, '..', part), join(copy, part));
  cpSync(folder, join(copy, 'bin'), { recursive: true });
  rmSync(join(copy, 'bin', name));
  if (script !== '') writeFileSync(join(copy, 'bin', name), script, { mode: 0o755 });
  return { folder: join(copy, 'bin'), engine };
}

describe.skipIf(process.platform === 'win32')('a server that does not start', () => {
  it.each([
    ['is missing', '', /initdb can't be run.*ENOENT|initdb failed/],
    ['is no program', 'not a program', /initdb can't be run|initdb failed/],
    ['says why', '#!/bin/sh\necho "initdb: error: the moon is full" >&2\nexit 1\n', /^initdb failed: initdb: error: the moon is full$/],
  ])('initdb %s: one line, and nothing is left', async (_, script, message) => {
    const path = temporaryFolder();
    const programs = await programsWith('initdb', script);
    const result = await startProcessSandbox('embedded', postgresServer, optionsFor(18), async () => programs);
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringMatching(message) } });
    expect(foldersIn(path)).toEqual([]);
  });

  it('postgres ends at once: the end of its log is told', async () => {
    const path = temporaryFolder();
    const programs = await programsWith(
      'postgres',
      `#!/bin/sh\nif [ "$1" = -D ]; then echo 'FATAL:  out of stardust' >&2; exit 1; fi\nexec '${(await provideBinaries(18, serverAccount(), optionsFor(18))).folder}/postgres' "$@"\n`,
    );
    const result = await startProcessSandbox('embedded', postgresServer, optionsFor(18), async () => programs);
    expect(result).toMatchObject({ ok: false, error: { message: 'PostgreSQL 18 did not start: FATAL:  out of stardust' } });
    expect(foldersIn(path)).toEqual([]);
    expect(processesWith(path)).toEqual([]);
  });

  it('there is no such temporary folder', async () => {
    const path = temporaryFolder();
    process.env.TMPDIR = join(path, 'missing');
    // The system's own folder is used instead.
    const result = await sandboxProviders.embedded.start(optionsFor(18));
    expect(result.ok).toBe(true);
    if (result.ok) await result.value.dispose();
  });

  it('the temporary folder is not writable', async ({ skip }) => {
    const path = temporaryFolder();
    // Permissions do not bind root, a read-only file system does.
    if (process.getuid?.() === 0) skip(!mountMemory(path, 'ro'), 'this root may not mount');
    else chmodSync(path, 0o555);
    const result = await sandboxProviders.embedded.start(optionsFor(18));
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/none can be made there \((EACCES|EROFS)\).*TMPDIR/) },
    });
    if (process.getuid?.() !== 0) chmodSync(path, 0o755);
  });

  it.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')('the disk is full: it says so, and what to do', async ({ skip }) => {
    const path = temporaryFolder();
    skip(!mountMemory(path, 'size=8m,mode=755'), 'this root may not mount');
    const result = await sandboxProviders.embedded.start(optionsFor(18));
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringMatching(/^No space is left.*TMPDIR/) } });
    expect(foldersIn(path)).toEqual([]);
  });
});

/** Mounts a file system in memory over a folder until the test is over. False where that is not permitted, as in most containers. */
function mountMemory(path: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return false;
  }
  undo.push(() => execFileSync('umount', [path]));
  return true;
}

describe('a port that somebody takes in the last moment', () => {
  it('is replaced by another', async () => {
    temporaryFolder();
    const account = serverAccount();
    const programs = await provideBinaries(18, account, optionsFor(18));
    const folder = createServerFolder(account);
    const server = new ServerProcess(postgresServer.programs, programs, folder, account);
    await server.initialise(new AbortController().signal);
    await server.start();
    const first = server.port;
    await server.kill();
    const thief = await new Promise<Server>((resolve) => {
      const listening = createServer().listen(first, '127.0.0.1', () => resolve(listening));
    });
    await server.start();
    expect(server.port).not.toBe(first);
    await server.stop();
    await new Promise((resolve) => thief.close(resolve));
    await removeServerFolder(folder);
  });
});

describe('versions', () => {
  it.each([11, 19])('%i is not there, which is said with those that are', async (major) => {
    const available = await sandboxProviders.embedded.available({ engine: { name: 'postgres', major } });
    expect(available).toMatchObject({ ok: false, error: { message: expect.stringMatching(/12, 13, 14, 15, 16, 17, 18/) } });
  });

  it('other engines are refused with the way to get them', async () => {
    const available = await sandboxProviders.embedded.available({ engine: { name: 'mysql', major: 9 } });
    expect(available).toMatchObject({ ok: false, error: { message: expect.stringContaining('--sandbox docker') } });
  });
});
