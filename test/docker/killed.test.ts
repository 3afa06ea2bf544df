import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunnerMessage, SimulationRequest } from '../../src/protocol/simulation';
import { currentOwner } from '../../src/sandbox/owner';
import { isRunning, withDescendants } from '../../src/sandbox/processes';
import { sandboxProviders } from '../../src/sandbox/providers';
import { startHost, startRunner } from '../engines/runner/programs';
import { request, withFolder } from '../engines/runner/simulating';
import { requireOrSkip } from '../require';
import { containerOf, containersOf, docker, dockerMissing, remaining, volumesOf } from './docker';

const skip = requireOrSkip('docker', await dockerMissing());

const files = {
  '001_shop.sql': 'CREATE TABLE orders (id bigserial PRIMARY KEY, note text);',
  '002_change.sql': 'ALTER TABLE orders ADD COLUMN currency text;\nCREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);\n',
};

const patience = { timeout: 60_000, interval: 200 };

function answered(message: RunnerMessage): boolean {
  return message.kind === 'cell' && message.cell.status === 'done';
}

function withRequest<T>(work: (given: SimulationRequest) => Promise<T>): Promise<T> {
  const faults = ['error', 'disconnect', 'lost-ack'] as const;
  return withFolder(files, (folder) => work({ ...request, path: join(folder, '002_change.sql'), sandbox: 'docker', faults }));
}

describe.skipIf(skip)('SIGKILL in the middle of a simulation in Docker', () => {
  it('of the runner: the next start removes its container and volumes, and no other container', async () => {
    const others = [
      await containerOf(currentOwner()),
      await docker().createContainer({ Image: 'postgres:18', Labels: { 'dev.faultline.other': 'postgres' } }),
    ];
    await withRequest(async (given) => {
      const runner = await startRunner(given);
      await runner.until(answered);
      const left = await containersOf(runner.child.pid ?? 0);
      const volumes = await volumesOf(left);
      expect([left.length, volumes.length]).toEqual([1, 1]);
      runner.child.kill('SIGKILL');
      await runner.ended;
      await sandboxProviders.docker.removeOrphans();
      expect(await containersOf(runner.child.pid ?? 0)).toEqual([]);
      expect(await remaining(volumes)).toEqual([]);
    });
    for (const other of others) {
      expect((await other.inspect()).State.Status).toBe('created');
      await other.remove({ force: true });
    }
  }, 240_000);

  it("of the runner's owner: the runner ends with its container", async () => {
    await withRequest(async (given) => {
      const host = await startHost(given);
      await host.until(answered);
      const [, runner = 0] = withDescendants(host.child.pid ?? 0);
      expect(await containersOf(runner)).toHaveLength(1);
      host.child.kill('SIGKILL');
      await host.ended;
      await expect.poll(() => containersOf(runner), patience).toEqual([]);
      await expect.poll(() => isRunning(runner), patience).toBe(false);
    });
  }, 240_000);

  it('of the container: one clear message', async () => {
    await withRequest(async (given) => {
      const runner = await startRunner(given);
      await runner.until(answered);
      const [id = ''] = await containersOf(runner.child.pid ?? 0);
      await docker().getContainer(id).kill({ signal: 'SIGKILL' });
      const message = await runner.until(({ kind }) => kind === 'failed' || kind === 'finished');
      expect(message).toEqual({
        kind: 'failed',
        message: `The database container ${id.slice(0, 12)} was killed from outside (exit code 137). Start the simulation again.`,
      });
      await runner.ended;
      expect(await containersOf(runner.child.pid ?? 0)).toEqual([]);
    });
  }, 240_000);
});
