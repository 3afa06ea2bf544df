import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineOf } from '../../../src/model/engine';
import type { Sandbox } from '../../../src/model/sandbox';
import type { CellResult } from '../../../src/model/simulation';
import { Laboratory } from '../../../src/runner/laboratory';
import { simulateSubject } from '../../../src/runner/simulate';
import { readSubject } from '../../../src/runner/subject';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { request, withFolder } from '../../engines/runner/simulating';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';

const skip = requireOrSkip('docker', await dockerMissing());

const before = `CREATE TABLE users (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(200) NOT NULL, note varchar(100));
INSERT INTO users (email) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT CONCAT('user', i) FROM n;`;

describe.skipIf(skip).each(['mysql', 'mariadb'] as const)('a disk that runs full under %s', (name) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    const engine = engineOf(name, undefined);
    if (engine === undefined) throw new Error(`${name} has no version.`);
    const signal = new AbortController().signal;
    const started = await sandboxProviders.docker.start({ engine, smallDisk: true, onProgress: () => undefined, signal });
    if (!started.ok) throw new Error(started.error.message);
    sandbox = started.value;
  });
  afterAll(() => sandbox?.dispose());

  async function cells(migration: string): Promise<readonly CellResult[]> {
    return withFolder({ '001_before.sql': before, '002_change.sql': migration }, async (folder) => {
      const asked = {
        ...request,
        engine: name,
        framework: 'sql',
        faults: ['disk-full'],
        rows: 0,
        path: join(folder, '002_change.sql'),
      } as const;
      const laboratory = new Laboratory(sandbox, new AbortController().signal);
      const [simulation] = await simulateSubject(asked, await readSubject(asked), laboratory, () => undefined);
      return simulation?.cells.filter(({ point }) => point.kind === 'during') ?? [];
    });
  }

  it('refuses a table that is copied, whole; what was done before stays', async () => {
    const found = await cells(
      'ALTER TABLE users ADD COLUMN code varchar(20);\nALTER TABLE users MODIFY COLUMN note varchar(300), ALGORITHM=COPY;',
    );
    expect(found).toMatchObject([
      { point: { statement: 1 } },
      {
        point: { statement: 2 },
        status: 'done',
        verdict: 'broken',
        error: { message: expect.stringMatching(/is full|disk is full|No space left/) },
        recovery: { back: { verified: true }, forward: { verified: true } },
      },
    ]);
  });

  it('is no end of the simulation where rows grow out of their page', async () => {
    const found = await cells(
      "CREATE TABLE codes (id int PRIMARY KEY, note varchar(100));\nINSERT INTO codes SELECT id, NULL FROM users WHERE id <= 200;\nUPDATE codes SET note = REPEAT('x', 100);",
    );
    expect(found.map(({ status }) => status)).not.toContain('failed');
    expect(await sandbox.query('SELECT 1 AS one')).toMatchObject([{ one: 1 }]);
  });

  it('refuses a new table', async () => {
    expect(await cells('CREATE TABLE notes (id int NOT NULL PRIMARY KEY, text varchar(50));')).toMatchObject([
      { status: 'done', verdict: 'rolled-back' },
    ]);
  });

  it('leaves a server that starts again after the next crash', { timeout: 120_000 }, async () => {
    const found = await cells(
      'DROP TABLE IF EXISTS nobody;\nTRUNCATE TABLE users;\nCREATE TABLE parts (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3;',
    );
    expect(found.find(({ status }) => status === 'failed')).toBeUndefined();
    await sandbox.crash();
    expect(await sandbox.query('SELECT 1 AS one')).toMatchObject([{ one: 1 }]);
  });

  it('leaves none of the rows that one statement writes, where the server lives on', async () => {
    const [cell] = await cells("UPDATE users SET note = REPEAT('x', 100);");
    if (name === 'mysql') {
      expect(cell).toMatchObject({ status: 'impossible', why: expect.stringMatching(/^MySQL itself aborts/) });
      return;
    }
    // Rows grow where they are, as long as their pages have room: then nothing is refused.
    expect(['done', 'impossible']).toContain(cell?.status);
    if (cell?.status === 'done') expect(cell.verdict).toBe('rolled-back');
  });
});
