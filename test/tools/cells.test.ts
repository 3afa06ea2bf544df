import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CellResult, Simulation } from '../../src/model/simulation';
import type { SimulationRequest } from '../../src/protocol/simulation';
import { simulate } from '../../src/runner/simulate';
import { requireOrSkip } from '../require';
import { cases, faults, psql } from './expected';
import { before, fixtures, onPath, withoutTools } from './tools';

/** The real tools under faults: what docs/frameworks.md says of each is what comes out here. */
describe.skipIf(withoutTools())('a real tool', () => {
  it.each(cases)('$title', async ({ fixture, command, verdicts }) => {
    const simulation = await simulateTool(fixture, command, { faults, points: Object.keys(verdicts) });
    expect(verdictsByPoint(simulation)).toEqual(verdicts);
    expectWaysOut(simulation);
  });

  const withoutPsql = requireOrSkip('psql', onPath('psql') ? undefined : 'psql is not on PATH (apt-get install postgresql-client)');
  it.skipIf(withoutPsql)('psql, every fault at every point', async () => {
    const simulation = await simulateTool(psql.fixture, psql.command, { faults: psql.faults, points: 'all' });
    expect(simulation.statements.map(({ text }) => text.split(/\s+/, 2).join(' '))).toEqual(psql.statements);
    expect(verdictsByPoint(simulation, psql.faults)).toEqual(psql.verdicts);
    expectWaysOut(simulation);
  });

  it.skipIf(withoutPsql)('psql without ON_ERROR_STOP reports success, whatever was refused', async () => {
    const simulation = await simulateTool(psql.fixture, 'psql "$DATABASE_URL" -f script.sql', { faults: ['error'], points: ['before:2'] });
    expect(simulation.cells.map(({ verdict, error }) => ({ verdict, error }))).toEqual([{ verdict: 'false-success', error: undefined }]);
  });
});

async function simulateTool(
  fixture: string,
  command: string,
  { faults: kinds, points }: Pick<SimulationRequest, 'faults' | 'points'>,
): Promise<Simulation> {
  const directory = join(fixtures, fixture);
  const request: SimulationRequest = {
    path: directory,
    command: { text: command, directory, historyTables: [] },
    before,
    sandbox: 'embedded',
    faults: kinds,
    points,
    rows: 0,
    seed: 1,
    jobs: 2,
    placeholders: {},
    collapse: true,
    load: 0,
  };
  const [simulation] = await simulate(request, () => undefined, new AbortController().signal);
  if (simulation === undefined) throw new Error('No simulation.');
  return simulation;
}

/** Per point the verdicts in the order of the faults; `-` where a fault can't strike. */
function verdictsByPoint({ cells }: Simulation, kinds: readonly string[] = faults): Record<string, string> {
  const points = [...new Set(cells.map(pointOf))];
  return Object.fromEntries(
    points.map((point) => [
      point,
      kinds.map((fault) => word(cells.find((cell) => pointOf(cell) === point && cell.fault === fault))).join(' '),
    ]),
  );
}

function pointOf({ id }: CellResult): string {
  return id.slice(id.indexOf('@') + 1);
}

function word(cell: CellResult | undefined): string {
  if (cell === undefined || cell.status === 'impossible') return '-';
  return cell.verdict ?? `${cell.status}: ${cell.why}`;
}

/** Where something is left behind, both ways out were executed, and reached what they promise. */
function expectWaysOut({ cells }: Simulation): void {
  const open = cells.filter(
    ({ sameAs, verdict }) => sameAs === undefined && verdict !== undefined && !/^(rolled-back|complete)$/.test(verdict),
  );
  expect(open.length).toBeGreaterThanOrEqual(cells.some(({ verdict }) => verdict === 'resumable') ? 1 : 0);
  const unproven = open.flatMap(({ id, recovery }) => [
    ...(recovery?.back.verified === true ? [] : [`${id} back: ${recovery?.back.problem ?? recovery?.back.loses ?? 'none'}`]),
    ...(recovery?.forward.verified === true ? [] : [`${id} forward: ${recovery?.forward.problem ?? recovery?.forward.loses ?? 'none'}`]),
  ]);
  expect(unproven).toEqual([]);
}
