import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulationEvent } from '../../../src/protocol/simulation';
import { SimulationCancelled, SimulationFailure } from '../../../src/runner/failure';
import { simulate } from '../../../src/runner/simulate';
import { samples } from './samples';
import { request, simulateFiles, withFolder } from './simulating';

/** A temporary folder of its own: other tests make and remove things in the common one meanwhile. */
let own = '';
const common = process.env.TMPDIR;
beforeAll(async () => {
  own = await mkdtemp(join(tmpdir(), 'faultline-test-ending-'));
  process.env.TMPDIR = own;
});
afterAll(async () => {
  if (common === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = common;
  await rm(own, { recursive: true, force: true });
});

describe('a simulation that does not come to its end', () => {
  it.each(['starting sandbox', 'tracing', 'running'] as const)('leaves nothing when it is cancelled while %s', async (phase) => {
    const [sample] = samples;
    if (sample === undefined) throw new Error('No sample.');
    const cancellation = new AbortController();
    const events: SimulationEvent[] = [];
    const emit = (event: SimulationEvent): void => {
      events.push(event);
      if (event.kind === 'phase' && event.phase === phase) setTimeout(() => cancellation.abort(), 20);
    };
    await withFolder(sample.files, async (folder) => {
      const simulation = simulate({ ...request, path: join(folder, sample.target) }, emit, cancellation.signal);
      await expect(simulation).rejects.toBeInstanceOf(SimulationCancelled);
    });
    expect(events.at(-1)).toEqual({ kind: 'cancelled' });
    expect(await readdir(own)).toEqual([]);
  });

  it('says in one line that an earlier migration fails, and leaves nothing', async () => {
    const files = {
      '001_a.sql': 'CREATE TABLE a (id int);\nINSERT INTO nowhere VALUES (1);',
      '002_b.sql': 'ALTER TABLE a ADD COLUMN b int;',
    };
    const failure = await simulateFiles(files, '002_b.sql').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SimulationFailure);
    expect(String(failure)).toMatch(/001_a.*fails at statement 2: relation "nowhere" does not exist.*--before/);
    expect(await readdir(own)).toEqual([]);
  });

  it('says in one line that a statement can not be read', async () => {
    const failure = await simulateFiles({ '001_a.sql': 'CREATE TABLE a (id int;' }, '001_a.sql').catch((error: unknown) => error);
    expect(String(failure)).toMatch(
      /001_a\.sql:1: PostgreSQL can't read this statement: syntax error at or near ";"\. Mend it before simulating\./,
    );
  });
});

describe('what can not be simulated', () => {
  it('is a file without statements', async () => {
    const failure = await simulateFiles({ '001_a.sql': '-- later\n' }, '001_a.sql').catch((error: unknown) => error);
    expect(String(failure)).toMatch(/001_a\.sql holds no statements/);
  });

  it('is SQL for MongoDB', async () => {
    const failure = await simulateFiles({ '001_a.sql': 'SELECT 1;' }, '001_a.sql', { engine: 'mongodb' }).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/These migrations are SQL, which MongoDB does not read: say with --engine/);
  });

  it('is a fault that another engine has', async () => {
    const failure = await simulateFiles({ '001_a.sql': 'SELECT 1;' }, '001_a.sql', { faults: ['step-down'] }).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).toMatch(
      /PostgreSQL does not have the fault step-down: choose from error, disconnect, kill-session, crash, lost-ack/,
    );
  });
});

describe('a statement that leaves no trace', () => {
  it('counts as done where it was, and as missing where it was not', async () => {
    const files = {
      '001_a.sql': 'CREATE TABLE a (id int);\nSET statement_timeout = 0;\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);',
    };
    const simulation = await simulateFiles(files, '001_a.sql', { jobs: 4 });
    const cells = new Map(simulation.cells.map((cell) => [cell.id, cell]));
    expect(cells.get('error@before:2')?.fingerprint).toBe(cells.get('error@before:3')?.fingerprint);
    for (const id of ['error@before:2', 'disconnect@after:1', 'crash@after:1']) {
      expect(cells.get(id)?.story).toContain('Statement 1 stays; statements 2 to 4 are missing.');
      expect(cells.get(id)?.recovery?.forward.steps[0]?.title).toBe('Run statement 2');
    }
    for (const id of ['error@before:3', 'disconnect@after:2', 'crash@after:2']) {
      expect(cells.get(id)?.story).toContain('Statements 1 to 2 stay; statements 3 to 4 are missing.');
      expect(cells.get(id)?.recovery?.forward.steps[0]?.title).toBe('Run statement 2 again');
    }
  });
});

describe('a migration that its tool refuses', () => {
  it('is not struck, for nothing of it is sent', async () => {
    const files = {
      'V1__a.sql': 'CREATE TABLE a (id int);',
      'V2__b.sql': 'CREATE INDEX CONCURRENTLY a_id ON a (id);\nALTER TABLE a ADD COLUMN b int;',
    };
    const { failsByItself, cells } = await simulateFiles(files, 'V2__b.sql');
    expect(failsByItself).toEqual({ code: '', message: expect.stringContaining('both transactional and non-transactional') });
    expect(new Set(cells.map(({ status, why }) => `${status}: ${why}`))).toEqual(
      new Set(['impossible: The tool refuses to run this migration, so nothing of it is sent.']),
    );
  });
});

describe('a migration that makes a role', () => {
  const files = {
    '001_a.sql': 'CREATE TABLE a (id int PRIMARY KEY);',
    '002_role.sql': 'CREATE TABLE b (id int);\nCREATE ROLE reader;\nGRANT SELECT ON a, b TO reader;',
    '003_b.sql': 'ALTER TABLE a ADD COLUMN b int;\nGRANT INSERT ON a TO reader;',
  };

  it('is not struck, as its role belongs to the whole server, and says so', async () => {
    const simulation = await simulateFiles(files, '002_role.sql');
    expect(simulation.states.after).toBeDefined();
    for (const cell of simulation.cells) {
      expect(cell).toMatchObject({ status: 'impossible', why: expect.stringContaining('role "reader" already exists') });
    }
  });

  it('is not struck either when the role owns a database, and may do something with one', async () => {
    const text = 'CREATE ROLE tenant;\nCREATE DATABASE tenants OWNER tenant;\nGRANT CONNECT ON DATABASE postgres TO tenant;';
    const simulation = await simulateFiles({ '001_tenant.sql': text }, '001_tenant.sql');
    expect(simulation.states.after).toBeDefined();
    expect(new Set(simulation.cells.map((cell) => cell.status))).toEqual(new Set(['impossible']));
  });

  it('can come before the one that is simulated, and before others in a folder', async () => {
    const one = await simulateFiles(files, '003_b.sql');
    expect(one.cells.filter((cell) => cell.status === 'failed')).toEqual([]);
    await withFolder(files, async (path) => {
      const all = await simulate(
        { ...request, points: ['start', 'after'], faults: ['error'], path },
        () => undefined,
        new AbortController().signal,
      );
      expect(all.map((simulation) => simulation.cells.some((cell) => cell.status === 'failed'))).toEqual([false, false, false]);
    });
  });
});

describe('a migration that fails by itself', () => {
  it('is simulated up to the statement that fails, and says so', async () => {
    const files = {
      '001_a.sql': 'CREATE TABLE a (id int PRIMARY KEY);',
      '002_b.sql': 'ALTER TABLE a ADD COLUMN b int;\nALTER TABLE a ADD COLUMN b int;\nCREATE TABLE c (id int);',
    };
    const simulation = await simulateFiles(files, '002_b.sql');
    expect(simulation.failsByItself).toMatchObject({ statement: 2, code: '42701' });
    expect(simulation.states.after).toBeUndefined();
    const cells = new Map(simulation.cells.map((cell) => [cell.id, cell]));
    expect(cells.get('crash@after:2')).toMatchObject({
      status: 'impossible',
      why: expect.stringContaining('fails by itself at statement 2'),
    });
    expect(cells.get('crash@after:1')).toMatchObject({
      verdict: 'broken',
      recovery: { back: { verified: true }, forward: { verified: false } },
    });
    expect(cells.get('crash@start')).toMatchObject({ verdict: 'rolled-back' });
  });

  it('ends a folder, and what was found before it is kept', async () => {
    const files = { '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': 'CREATE TABLE a (id int);', '003_c.sql': 'DROP TABLE a;' };
    const events: SimulationEvent[] = [];
    const simulations = await withFolder(files, (folder) =>
      simulate({ ...request, path: folder }, (event) => events.push(event), new AbortController().signal),
    );
    expect(simulations.map(({ migration, failsByItself }) => [migration.id, failsByItself?.code])).toEqual([
      ['001_a', undefined],
      ['002_b', '42P07'],
    ]);
    expect(events.at(-1)).toMatchObject({ phase: 'done', detail: '002_b fails by itself: 1 later migration was not simulated' });
  });
});
