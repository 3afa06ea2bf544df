import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkMongod, provideMongod } from '../../src/sandbox/embedded/mongod';

/** The downloader is the real one of the registry; the maker's server is one of this test, with an archive that holds a small program. */
describe.skipIf(process.platform !== 'linux')('mongod by download', () => {
  let folder: string;
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'faultline-mongod-test-'));
    chmodSync(folder, 0o755);
    const bin = join(folder, 'archive/mongodb/bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'mongod'), '#!/bin/sh\necho "db version v8.2.6"\n', { mode: 0o755 });
    const archive = execFileSync('tar', ['-czf', '-', '-C', join(folder, 'archive'), 'mongodb'], { maxBuffer: 1 << 24 });
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const [, checksum] = /\/mongodb-linux-[^/]*-8\.2\.6\.tgz(?:\.(md5|sha256))?$/.exec(request.url ?? '') ?? [undefined, 'none'];
      if (checksum === 'none') return void response.writeHead(404).end();
      if (checksum !== undefined) return void response.end(`${createHash(checksum).update(archive).digest('hex')}  archive.tgz\n`);
      response.writeHead(200, { 'content-length': archive.length, 'content-type': 'application/gzip' }).end(archive);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const allow = (mirror: string) => {
    vi.stubEnv('FAULTLINE_DOWNLOAD', 'mongod');
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', mirror);
    vi.stubEnv('MONGOMS_USE_HTTP', 'true');
  };
  const mirror = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = () => ({ signal: new AbortController().signal, onProgress: () => undefined });
  const cache = () => join(folder, 'cache/faultline/mongodb');

  it('is asked for before anything is fetched', () => {
    expect(checkMongod(8)).toMatchObject({
      ok: false,
      error: {
        message: expect.stringMatching(
          /has to be downloaded once .* Allow it by FAULTLINE_DOWNLOAD=mongod in the environment, or use --sandbox docker/,
        ),
      },
    });
    expect(checkMongod(3)).toEqual({ ok: false, error: { message: 'There is no embedded MongoDB 3; there are 7 and 8.' } });
    expect(asked).toEqual([]);
  });

  it('that fails says so, and leaves nothing', async () => {
    allow(`${mirror()}/nowhere`);
    vi.stubEnv('MONGOMS_ARCHIVE_NAME', 'not-there.tgz');
    expect(checkMongod(8)).toEqual({ ok: true, value: undefined });
    await expect(provideMongod(8, undefined, options())).rejects.toThrow(
      /^MongoDB 8\.2\.6 could not be downloaded: .*use --sandbox docker\.$/s,
    );
    expect(readdirSync(cache())).toEqual([]);
  });

  it('that is allowed is kept, and needs no permission any more', async () => {
    allow(mirror());
    const programs = await provideMongod(8, undefined, options());
    expect(execFileSync(join(programs.folder, 'mongod'), ['--version'], { encoding: 'utf8' })).toBe('db version v8.2.6\n');
    expect(programs.engine).toEqual({ name: 'mongodb', major: 8 });
    expect(readdirSync(cache())).toHaveLength(1);
    const requests = asked.length;
    vi.stubEnv('FAULTLINE_DOWNLOAD', '');
    expect(checkMongod(8)).toEqual({ ok: true, value: undefined });
    expect((await provideMongod(8, undefined, options())).folder).toBe(programs.folder);
    expect([asked.length, existsSync(programs.folder)]).toEqual([requests, true]);
  });
});
