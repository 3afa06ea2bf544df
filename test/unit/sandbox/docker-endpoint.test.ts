import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineOf } from '../../../src/model/engine';
import { findEndpoint } from '../../../src/sandbox/docker/endpoint';
import { dockerProblem, imageProblem } from '../../../src/sandbox/docker/problems';
import { sandboxProviders } from '../../../src/sandbox/providers';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'docker-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function writeContext(name: string, host: string): void {
  const folder = join(home, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

describe('the Docker daemon', () => {
  it('is the one of DOCKER_HOST', () => {
    expect(findEndpoint({ DOCKER_HOST: 'unix:///tmp/x.sock' }, home)).toEqual({
      url: 'unix:///tmp/x.sock',
      source: 'DOCKER_HOST',
      connection: { socketPath: '/tmp/x.sock' },
    });
  });

  it.each([
    ['tcp://docker:2375', 'http', '2375', 'docker'],
    ['tcp://10.0.0.7:2376', 'https', '2376', '10.0.0.7'],
    ['localhost:2375', 'http', '2375', undefined],
    ['ssh://me@build.example.org', 'ssh', '22', 'build.example.org'],
  ])('may be elsewhere: %s', (host, protocol, port, remoteHost) => {
    const endpoint = findEndpoint({ DOCKER_HOST: host }, home);
    expect(endpoint.connection).toMatchObject({ protocol, port });
    expect(endpoint.remoteHost).toBe(remoteHost);
  });

  it('is the one of the current context, which DOCKER_CONTEXT overrides', () => {
    writeContext('colima', 'unix:///home/me/.colima/docker.sock');
    writeContext('other', 'unix:///other.sock');
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ currentContext: 'colima' }));
    expect(findEndpoint({}, home)).toMatchObject({ url: 'unix:///home/me/.colima/docker.sock', source: 'the Docker context "colima"' });
    expect(findEndpoint({ DOCKER_CONTEXT: 'other' }, home).url).toBe('unix:///other.sock');
    expect(findEndpoint({ DOCKER_HOST: 'unix:///first.sock' }, home).url).toBe('unix:///first.sock');
  });

  it.skipIf(process.platform === 'win32')('is found at the places of rootless Docker', () => {
    mkdirSync(join(home, 'run'));
    writeFileSync(join(home, 'run', 'docker.sock'), '');
    const { url } = findEndpoint({ XDG_RUNTIME_DIR: join(home, 'run') }, home);
    expect(['unix:///var/run/docker.sock', `unix://${join(home, 'run', 'docker.sock')}`]).toContain(url);
  });

  it('a damaged configuration is as good as none', () => {
    mkdirSync(join(home, '.docker'));
    writeFileSync(join(home, '.docker', 'config.json'), '{"currentContext": ');
    expect(findEndpoint({}, home).source).toBe('');
  });
});

describe('what is missing is said in one line, with what to do', () => {
  const endpoint = { url: 'unix:///var/run/docker.sock', source: '', connection: {} };
  const instead = 'use --sandbox embedded';
  it.each([
    [{ code: 'ENOENT' }, /not installed or not running.*Start Docker.*--sandbox embedded/],
    [{ code: 'EACCES' }, /may not be opened.*usermod -aG docker.*--sandbox embedded/],
    [{ code: 'ECONNREFUSED' }, /does not answer.*Start it.*--sandbox embedded/],
    [{ code: 'ENOTFOUND' }, /can't be reached.*Check the address.*--sandbox embedded/],
    [{ statusCode: 500, json: { message: 'write /x: no space left on device' } }, /no space left on its disk.*docker system df/],
    [{ statusCode: 400, json: { message: 'bad parameter' } }, /^Docker refused: bad parameter$/],
  ])('%j', (error, message) => {
    const problem = dockerProblem(error, endpoint, instead).problem.message;
    expect(problem).toMatch(message);
    expect(problem).not.toContain('\n');
  });

  it('an image that is missing', () => {
    expect(imageProblem('x:1', instead, 'pull access denied\nfor x').problem.message).toMatch(
      /^The image x:1 is not on this machine.*pull access denied for x.*docker pull x:1/,
    );
  });

  it('a daemon that is not there, as the provider sees it', async () => {
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = `unix://${join(home, 'none.sock')}`;
    try {
      const available = await sandboxProviders.docker.available({ engine: { name: 'postgres', major: 18 } });
      expect(available).toMatchObject({ ok: false, error: { code: 'ENOENT', message: expect.stringMatching(/--sandbox embedded/) } });
      expect(await sandboxProviders.docker.removeOrphans()).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
  });

  it.each([
    ['mysql', /use --sandbox local with an installed MySQL server \(mysqld\)/],
    ['mariadb', /use --sandbox local with an installed MariaDB server \(mariadbd\)/],
  ] as const)('what else there is for %s', async (name, message) => {
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = `unix://${join(home, 'none.sock')}`;
    try {
      const engine = engineOf(name, undefined);
      if (engine === undefined) throw new Error(name);
      const available = await sandboxProviders.docker.available({ engine });
      expect(available).toMatchObject({ ok: false, error: { message: expect.stringMatching(message) } });
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
  });

  it.skipIf(process.platform === 'win32')('a daemon that accepts and says nothing', { timeout: 20_000 }, async () => {
    const path = join(home, 'mute.sock');
    const mute = await new Promise<Server>((resolve) => {
      const listening = createServer().listen(path, () => resolve(listening));
    });
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = `unix://${path}`;
    try {
      const available = await sandboxProviders.docker.available({ engine: { name: 'postgres', major: 18 } });
      expect(available).toMatchObject({ ok: false, error: { message: expect.stringMatching(/can't be reached|does not answer/) } });
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
      mute.close();
    }
  });
});
