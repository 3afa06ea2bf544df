import { join } from 'node:path';
import type { Sandbox } from '../../../src/model/sandbox';
import type { CellResult } from '../../../src/model/simulation';
import type { SimulationRequest } from '../../../src/protocol/simulation';
import { Laboratory } from '../../../src/runner/laboratory';
import { simulateSubject } from '../../../src/runner/simulate';
import { readSubject } from '../../../src/runner/subject';
import { request, withFolder } from '../runner/simulating';

/** The cells at the points inside of statements, of a migration that runs in a sandbox which stays. */
export async function cellsInside(
  sandbox: Sandbox,
  before: string,
  migration: string,
  options: Pick<SimulationRequest, 'faults'> & Partial<SimulationRequest>,
): Promise<readonly CellResult[]> {
  return withFolder({ '001_before.sql': before, '002_migration.sql': migration }, async (folder) => {
    const asked = { ...request, points: ['during'], ...options, path: join(folder, '002_migration.sql') };
    const laboratory = new Laboratory(sandbox, new AbortController().signal);
    const [simulation] = await simulateSubject(asked, await readSubject(asked), laboratory, () => undefined);
    return simulation?.cells ?? [];
  });
}
