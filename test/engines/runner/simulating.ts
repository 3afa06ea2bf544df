import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Simulation } from '../../../src/model/simulation';
import type { SimulationEvent, SimulationRequest } from '../../../src/protocol/simulation';
import { simulate } from '../../../src/runner/simulate';

export const request: Omit<SimulationRequest, 'path'> = {
  sandbox: 'embedded',
  faults: 'all',
  points: 'all',
  rows: 40,
  seed: 7,
  jobs: 2,
  placeholders: {},
  collapse: true,
};

/** Writes a folder of migrations (path to text), calls `work` with its path, and removes it. */
export async function withFolder<T>(files: Readonly<Record<string, string>>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-test-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Simulates one migration of a folder and gives its result. */
export async function simulateFiles(
  files: Readonly<Record<string, string>>,
  target: string,
  options: Partial<SimulationRequest> = {},
  emit: (event: SimulationEvent) => void = () => undefined,
): Promise<Simulation> {
  return withFolder(files, async (folder) => {
    const [simulation] = await simulate({ ...request, ...options, path: join(folder, target) }, emit, new AbortController().signal);
    if (simulation === undefined) throw new Error('No simulation.');
    return simulation;
  });
}

/** Verdict per cell id. */
export function verdictsOf(simulation: Simulation): Record<string, string> {
  return Object.fromEntries(simulation.cells.map((cell) => [cell.id, cell.verdict ?? cell.status]));
}
