import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import type { RunnerMessage, SimulationRequest } from '../../../src/protocol/simulation';
import { ended, isRunning, signalProcess, withDescendants } from '../../../src/sandbox/processes';
import { sandboxProviders } from '../../../src/sandbox/providers';
import { foldersIn, ownTemporaryFolder, processesWith, segmentsOf, started } from '../sandbox/support';
import { builtPrograms, startHost, startRunner } from './programs';
import { request, withFolder } from './simulating';

const files = {
  '001_shop.sql': 'CREATE TABLE orders (id bigserial PRIMARY KEY, note text);',
  '002_change.sql': `ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
CREATE INDEX CONCURRENTLY orders_currency_idx ON orders (currency);
ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;`,
};

/** In the middle: several cells are answered, more are under way. */
function inTheMiddle(): (message: RunnerMessage) => boolean {
  let answered = 0;
  return (message) => message.kind === 'cell' && message.cell.status === 'done' && ++answered > 3;
}

const patience = { timeout: 30_000, interval: 100 };

describe.skipIf(process.platform === 'win32')('SIGKILL in the middle of a simulation', () => {
  let temporary: ReturnType<typeof ownTemporaryFolder>;
  /** A sandbox of somebody who lives, and a process in a folder that only looks like one of ours. */
  let strangers: {
    readonly sandbox: Sandbox;
    readonly folders: readonly string[];
    readonly process: number;
    readonly end: () => Promise<void>;
  };

  beforeEach(async () => {
    temporary = ownTemporaryFolder();
    await builtPrograms();
    strangers = await startStrangers(temporary.path);
  }, 120_000);

  afterEach(async () => {
    await strangers.end();
    temporary.restore();
  });

  /** Server processes of the simulation, by the folder that their command line names. */
  function servers(): readonly number[] {
    return processesWith(`${temporary.path}/faultline-`).filter(
      (id) => !strangers.folders.some((folder) => processesWith(folder).includes(id)),
    );
  }

  async function expectNothingLeft(processes: readonly number[]): Promise<void> {
    await expect.poll(() => servers(), patience).toEqual([]);
    await expect.poll(() => processes.filter(isRunning), patience).toEqual([]);
    await expect.poll(() => foldersIn(temporary.path), patience).toEqual(strangers.folders);
    await expect.poll(() => segmentsOf(processes), patience).toEqual([]);
    expect(await strangers.sandbox.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(isRunning(strangers.process)).toBe(true);
  }

  const withRequest = <T>(work: (request: SimulationRequest) => Promise<T>) =>
    withFolder(files, (folder) => work({ ...request, path: join(folder, '002_change.sql'), jobs: 4 }));

  it('of the runner: the next start removes the server, and nothing else', async () => {
    await withRequest(async (given) => {
      const runner = await startRunner(given);
      await runner.until(inTheMiddle());
      runner.child.kill('SIGKILL');
      await runner.ended;
      const left = servers().flatMap(withDescendants);
      expect(left).not.toEqual([]);
      const lines = await sandboxProviders.embedded.removeOrphans();
      expect(lines.filter((line) => line.includes(temporary.path))).toHaveLength(1);
      await expectNothingLeft(left);
    });
  }, 180_000);

  it('of the runner, while a command runs: the command ends with it', async () => {
    const mark = `faultline-test-${process.pid}`;
    await withFolder({ 'empty.sql': '' }, async (folder) => {
      // The command never comes to an end, and neither does what it has started.
      const text = `sh -c 'sleep 1000; : ${mark}-child' & sleep 1000; : ${mark}`;
      const runner = await startRunner({ ...request, path: folder, command: { text, directory: folder, historyTables: [] } });
      await expect.poll(() => processesWith(mark).length, patience).toBeGreaterThan(1);
      const left = [...processesWith(mark), ...servers()].flatMap(withDescendants);
      runner.child.kill('SIGKILL');
      await runner.ended;
      await expect.poll(() => processesWith(mark), patience).toEqual([]);
      await sandboxProviders.embedded.removeOrphans();
      await expectNothingLeft(left);
    });
  }, 180_000);

  it("of the runner's owner: the runner ends with its server, and needs no next start", async () => {
    await withRequest(async (given) => {
      const host = await startHost(given);
      await host.until(inTheMiddle());
      const left = [...withDescendants(host.child.pid ?? 0), ...servers().flatMap(withDescendants)];
      expect(left.length).toBeGreaterThan(2);
      host.child.kill('SIGKILL');
      await host.ended;
      await expectNothingLeft(left);
    });
  }, 180_000);

  it("of the runner's owner, when the server has stopped answering: the runner does not wait for it", async () => {
    await withRequest(async (given) => {
      const host = await startHost(given);
      await host.until(inTheMiddle());
      const left = [...withDescendants(host.child.pid ?? 0), ...servers().flatMap(withDescendants)];
      for (const id of servers().flatMap(withDescendants)) signalProcess(id, 'SIGSTOP');
      host.child.kill('SIGKILL');
      await host.ended;
      await expectNothingLeft(left);
    });
  }, 180_000);

  it('of both at once: the next start removes the server', async () => {
    await withRequest(async (given) => {
      const host = await startHost(given);
      await host.until(inTheMiddle());
      const [owner = 0, runner = 0] = withDescendants(host.child.pid ?? 0);
      const left = [owner, runner, ...servers().flatMap(withDescendants)];
      for (const id of [runner, owner]) signalProcess(id, 'SIGKILL');
      // The owner is our child, the runner is not: on a busy machine it dies later, and until then its server is no orphan.
      expect(await ended([owner, runner], patience.timeout)).toBe(true);
      const lines = await sandboxProviders.embedded.removeOrphans();
      expect(lines.filter((line) => line.includes(temporary.path))).toHaveLength(1);
      await expectNothingLeft(left);
    });
  }, 180_000);

  it('of the database server: one clear message, and nothing is left', async () => {
    await withRequest(async (given) => {
      const runner = await startRunner(given);
      await runner.until(inTheMiddle());
      const [server = 0] = servers();
      // Signals to process 0 go to our own group.
      expect(server).toBeGreaterThan(1);
      const left = withDescendants(server);
      process.kill(server, 'SIGKILL');
      const message = await runner.until(({ kind }) => kind === 'failed' || kind === 'finished');
      expect(message).toEqual({
        kind: 'failed',
        message:
          'The database server of the simulation was ended from outside by SIGKILL, as the system does when memory runs out. Nothing of it is left; run the simulation again.',
      });
      expect(await runner.ended).toEqual({ code: 0, signal: null });
      expect(runner.said.filter(({ kind }) => kind === 'failed' || kind === 'finished')).toHaveLength(1);
      await expectNothingLeft(left);
    });
  }, 180_000);

  it('of one of its sessions: the server does not go on without a word', async () => {
    await withRequest(async (given) => {
      const runner = await startRunner(given);
      await runner.until(inTheMiddle());
      const [server = 0] = servers();
      const left = withDescendants(server);
      // The process that writes the log is as good as a session: the server takes the end of either for damaged memory.
      const session = left.find((id) => id !== server && processesWith('walwriter').includes(id)) ?? 0;
      expect(session).toBeGreaterThan(1);
      process.kill(session, 'SIGKILL');
      const message = await runner.until(({ kind }) => kind === 'failed' || kind === 'finished');
      expect(message.kind === 'failed' && message.message).toMatch(
        /^The database server of the simulation has ended by itself: .*signal 9.*run the simulation again\.$/,
      );
      await runner.ended;
      await expectNothingLeft(left);
    });
  }, 180_000);
});

async function startStrangers(parent: string) {
  const sandbox = await started('embedded');
  const folders = foldersIn(parent);
  const lookalike = join(parent, 'faultline-lookalike', 'data');
  mkdirSync(lookalike, { recursive: true });
  writeFileSync(join(lookalike, 'postmaster.pid'), `${process.pid}\n`);
  const sleeper = spawn('sleep', ['1000'], { cwd: lookalike, stdio: 'ignore' });
  const end = async (): Promise<void> => {
    sleeper.kill('SIGKILL');
    await sandbox.dispose();
  };
  return { sandbox, folders, process: sleeper.pid ?? 0, end };
}
