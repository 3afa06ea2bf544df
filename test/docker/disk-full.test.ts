import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/model/sandbox';
import { cellsInside } from '../engines/dirt/standing';
import { optionsFor, started } from '../engines/sandbox/support';
import { requireOrSkip } from '../require';
import { containersOf, docker, dockerMissing } from './docker';

const skip = requireOrSkip('docker', await dockerMissing());

describe.skipIf(skip)('a disk that runs full in a container', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await started('docker', optionsFor(18, { smallDisk: true }));
  });
  afterAll(() => sandbox?.dispose());

  const before = `CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL);
INSERT INTO users (email) SELECT 'user' || g FROM generate_series(1, 2000) g;`;
  const options = { faults: ['disk-full'], rows: 0 } as const;

  it('is a tmpfs of the container', async () => {
    const [id = ''] = await containersOf(process.pid);
    const { HostConfig } = await docker().getContainer(id).inspect();
    expect(HostConfig.Tmpfs).toEqual({ '/faultline-small-disk': 'size=134217728,mode=1777' });
  });

  it('leaves an invalid index of a concurrent build, and both ways out of that are verified', async () => {
    const cells = await cellsInside(sandbox, before, 'CREATE INDEX CONCURRENTLY users_email ON users (email);', options);
    expect(cells).toMatchObject([
      {
        status: 'done',
        error: { code: '53100' },
        verdict: 'broken',
        recovery: { back: { verified: true }, forward: { verified: true } },
      },
    ]);
  });

  it('is there again after the container was killed', async () => {
    await sandbox.crash();
    const cells = await cellsInside(sandbox, before, 'CREATE TABLE more (id int PRIMARY KEY);\nCOMMENT ON TABLE users IS $$x$$;', options);
    expect(cells).toMatchObject([
      { status: 'done', error: { code: '53100' }, verdict: 'rolled-back' },
      { status: 'impossible', why: expect.stringMatching(/needed no new space/) },
    ]);
  });
});
