import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openControlClient, withControlClient } from '../../../src/engines/mysql/connect';
import { mysqlEngine } from '../../../src/engines/mysql/engine';
import { builtInCarrier } from '../../../src/engines/mysql/execution/execution';
import { sql } from '../../../src/frameworks/sql';
import type { Engine } from '../../../src/model/engine';
import type { CellResult } from '../../../src/model/simulation';
import { loadParser } from '../../../src/parse/load';
import { openSessionSteps } from '../../../src/recovery/plan';
import { asWritten } from '../../../src/recovery/situation';
import { capture } from '../../../src/runner/capture';
import { Laboratory } from '../../../src/runner/laboratory';
import { recoverFrom } from '../../../src/runner/recover';
import { type Trace, traceMigration } from '../../../src/runner/trace';
import { requireOrSkip } from '../../require';
import { dockerMissing } from '../docker';
import { type RecoveryCase, recoveryCases } from './recovery-cases';
import { servers, startServer } from './servers';

const skip = requireOrSkip('docker', await dockerMissing());
const run = promisify(execFile);
const tool = await run('pt-online-schema-change', ['--version']).then(
  () => true,
  () => false,
);

type Recovery = NonNullable<CellResult['recovery']>;

interface Scene {
  readonly trace: Trace;
  readonly partial: string;
}

describe.skipIf(skip).each(servers)('recovery on $label', (server) => {
  let laboratory: Laboratory;

  beforeAll(async () => {
    await loadParser();
    laboratory = new Laboratory(await startServer(server), new AbortController().signal);
  });
  afterAll(() => laboratory?.sandbox.dispose());

  const execute = async (database: string, texts: readonly string[]) => {
    expect(await mysqlEngine.executeSteps(laboratory.sandbox.address(database), texts, laboratory.signal)).toEqual({ ok: true });
  };

  async function onScene(subject: Pick<RecoveryCase, 'base' | 'migration' | 'completed'>, work: (scene: Scene) => Promise<void>) {
    const migration = migrationOf(subject.migration, server.engine);
    const before = await laboratory.create();
    await execute(before, [subject.base]);
    const carrier = builtInCarrier(migration, sql.run(server.engine));
    const trace = await traceMigration(laboratory, { framework: sql, migration, carrier }, before, 1);
    const partial = await laboratory.clone(before);
    try {
      await execute(partial, migration.up.statements.slice(0, subject.completed).map(asWritten));
      await work({ trace, partial });
    } finally {
      await laboratory.drop(partial, before);
    }
  }

  async function recover({ trace, partial }: Scene, completed: number): Promise<Recovery> {
    const state = await capture(laboratory, partial, { ...trace.reading, columnHashes: true });
    return recoverFrom(laboratory, trace, { database: partial, state, completed, retryReaches: 'error' });
  }

  it.each(recoveryCases.filter(({ only }) => only === undefined || only === server.name))('$name', async (subject) => {
    await onScene(subject, async (scene) => {
      await execute(scene.partial, subject.interrupt ?? []);
      const recovery = await recover(scene, subject.completed);
      expect((recovery.modes ?? []).map(({ name }) => name)).toContain(subject.mode);
      for (const { query } of recovery.modes ?? []) await execute(scene.partial, [query]);
      for (const way of ['back', 'forward'] as const) {
        const plan = recovery[way];
        const lossy = subject.loses?.[way] !== undefined;
        const proof = { way, verified: plan.verified, exceptLoss: plan.verifiedExceptLoss === true, problem: plan.problem };
        expect.soft(proof).toEqual({ way, verified: !lossy, exceptLoss: lossy, problem: undefined });
        if (lossy) expect.soft(plan.loses).toMatch(subject.loses?.[way] ?? /^$/);
        expect.soft(texts(plan)).toMatch(subject.says?.[way] ?? /^/);
        expect.soft({ way, failed: (plan.checks ?? []).filter(({ passed }) => !passed) }).toEqual({ way, failed: [] });
        expect.soft((plan.checks ?? []).length).toBeGreaterThan(3);
      }
    });
  });

  it('ends a session that holds a lock, and one that waits for it', async () => {
    const database = await laboratory.create();
    const address = laboratory.sandbox.address(database);
    await execute(database, ['CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1)']);
    const [holder, waiter] = [await openControlClient(address), await openControlClient(address)];
    const threads = [holder, waiter].map(({ threadId }) => threadId);
    await holder.query('BEGIN');
    await holder.query('UPDATE t SET a = 2');
    const waiting = waiter.query('ALTER TABLE t ADD COLUMN b INT').catch((error: unknown) => error);
    const find = () => mysqlEngine.captureBlockingSessions(laboratory.sandbox, database, threads);
    await expect.poll(async () => (await find()).filter(({ blockedBy }) => blockedBy !== undefined).length, { timeout: 20_000 }).toBe(1);
    const found = await find();
    expect(found.map(({ state }) => state).sort()).toEqual(['active', 'idle in transaction']);
    const steps = openSessionSteps(found, server.engine);
    await execute(
      database,
      steps.map(({ text }) => text),
    );
    expect(await find()).toEqual([]);
    await waiting;
    expect(await withControlClient(address, async (client) => (await client.query('SELECT a FROM t'))[0])).toEqual([{ a: 1 }]);
    await laboratory.drop(database);
  });

  it('ends a prepared XA transaction', async () => {
    const database = await laboratory.create();
    await execute(database, ["CREATE TABLE t (a INT PRIMARY KEY); XA START 'm1'; INSERT INTO t VALUES (1); XA END 'm1'; XA PREPARE 'm1'"]);
    const left = () => withControlClient(laboratory.sandbox.address(database), async (client) => (await client.query('XA RECOVER'))[0]);
    expect(await left()).toHaveLength(1);
    const steps = openSessionSteps(
      [{ pid: 0, state: 'prepared transaction', query: '', locks: [], preparedTransaction: "'m1'" }],
      server.engine,
    );
    expect(steps.map(({ text }) => text)).toEqual(["XA ROLLBACK 'm1';"]);
    await execute(
      database,
      steps.map(({ text }) => text),
    );
    expect(await left()).toEqual([]);
    await laboratory.drop(database);
  });

  it.skipIf(requireOrSkip('percona-toolkit', tool ? undefined : 'pt-online-schema-change is not installed'))(
    'takes back and goes on from a pt-online-schema-change that was killed midway',
    async () => {
      const base = `CREATE TABLE people (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(80));
INSERT INTO people (email) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT CONCAT('p', i) FROM n;`;
      await onScene({ base, migration: 'ALTER TABLE people ADD COLUMN z INT', completed: 0 }, async (scene) => {
        await execute(scene.partial, ['ANALYZE TABLE people']);
        await killedMidway(scene.partial);
        // Dropped in the wrong order, every write to the table fails.
        const wrong = await laboratory.clone(scene.partial);
        await execute(wrong, ['DROP TABLE `_people_new`']);
        const refused = await mysqlEngine.executeSteps(
          laboratory.sandbox.address(wrong),
          ["INSERT INTO people (email) VALUES ('late')"],
          laboratory.signal,
        );
        expect(refused).toMatchObject({ ok: false, error: { code: '1146' } });
        await laboratory.drop(wrong);
        const recovery = await recover(scene, 0);
        expect((recovery.modes ?? []).map(({ name }) => name)).toContain('leftovers of an online schema change');
        for (const way of ['back', 'forward'] as const) {
          const plan = recovery[way];
          expect.soft({ way, verified: plan.verified, problem: plan.problem }).toEqual({ way, verified: true, problem: undefined });
          const text = texts(plan);
          expect.soft(text).toMatch(/DROP TRIGGER `pt_osc_/);
          expect.soft(text.lastIndexOf('DROP TRIGGER')).toBeLessThan(text.indexOf('DROP TABLE `_people_new`'));
          expect.soft((plan.checks ?? []).filter(({ passed }) => !passed)).toEqual([]);
        }
      });
    },
  );

  /** The real tool, held by its pause file before it copies a row, and killed. */
  async function killedMidway(database: string): Promise<void> {
    const { host, port, user, password } = laboratory.sandbox.address(database);
    const folder = await mkdtemp(join(tmpdir(), 'faultline-osc-'));
    const pause = join(folder, 'pause');
    await writeFile(pause, '');
    const settings = server.name === 'mysql' ? ['--set-vars', 'explain_format=TRADITIONAL'] : [];
    const source = `h=${host},P=${port},D=${database},t=people,u=${user},p=${password}`;
    const flags = ['--execute', '--alter', 'ADD COLUMN z INT', '--recursion-method', 'none', '--chunk-size', '50', '--pause-file', pause];
    const running = execFile('pt-online-schema-change', [...flags, ...settings, source]);
    let said = '';
    running.stdout?.on('data', (text) => (said += String(text)));
    running.stderr?.on('data', (text) => (said += String(text)));
    const ended = new Promise((resolve) => running.once('exit', resolve));
    try {
      await expect.poll(() => said, { timeout: 60_000 }).toMatch(/Sleeping|pause/i);
    } finally {
      running.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
    const triggers = await withControlClient(
      laboratory.sandbox.address(database),
      async (client) => (await client.query('SHOW TRIGGERS'))[0],
    );
    expect(triggers).toHaveLength(3);
  }
});

function migrationOf(text: string, engine: Engine) {
  const [read] = sql.read([{ path: '001_change.sql', text }], { engine, placeholders: {} });
  if (!read?.ok) throw new Error('The sample was not read.');
  return read.value;
}

function texts({ steps }: Recovery['back']): string {
  return steps
    .filter(({ language }) => language === 'sql')
    .map(({ text }) => text)
    .join('\n');
}
